"""When to ask somebody what they think: events, quiet time, and the three numbers of B = MAP. Pure; no label ever comes in."""
