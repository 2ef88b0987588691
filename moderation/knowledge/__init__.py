"""Knowledge out of answered conversations: grouping, wording, fit and differences (pure)."""
