"""Digests and reports out of the house: one file per way, each saying whether it arrived."""
