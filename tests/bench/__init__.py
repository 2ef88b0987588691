"""Measuring tools that developers run through `scripts/bench_*`; pytest collects nothing here."""
