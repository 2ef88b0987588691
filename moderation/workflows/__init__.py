"""The order of steps for one thing people want done: one verb a file."""
