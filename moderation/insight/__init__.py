"""Counts of the answering half over insight: DuckDB queries on the listener's own connection, one a file under `sql/`."""
