"""Typed settings, where the home folder is, secrets, and the files we ship."""
