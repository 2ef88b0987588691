"""Mentions grouped into issues that keep their identity, and bursts seen before a group exists: pure arithmetic."""
