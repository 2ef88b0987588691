"""The staff pages on 127.0.0.1: what is going on, which case comes next, and why."""
