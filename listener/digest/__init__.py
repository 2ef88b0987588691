"""Figures in words: what is new, growing and fading, as Markdown, plain text and a Discord post. Pure: texts and figures in, text out."""
