"""Insight: vectors, facts and counts in DuckDB, copied from the ledger for fast answers. It can be deleted and rebuilt at any time."""
