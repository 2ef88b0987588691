"""The charts: figures in, a Vega-Lite specification with its sentence and its table out. One set for pages, pictures and paper."""
