"""Rows as files: cells that no sheet computes, and CSV, JSON and Parquet written a batch at a time."""
