"""Specifications drawn as SVG, PNG and PDF, in a process of its own that fetches nothing."""
