"""Knowing who somebody is: passwords, second steps, keys and the brake on guessing. Routes and SQL live elsewhere."""
