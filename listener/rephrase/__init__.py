"""Optional: a language model behind an OpenAI-compatible address that may only say an extracted title more smoothly."""
