"""Writing to platforms, one file each, with a simulated platform that keeps its own record of what it accepted."""
