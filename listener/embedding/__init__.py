"""Loads a sentence model in a worker process and encodes; importing this room loads no model and no torch."""
