"""Wording checks of outgoing texts (pure)."""
