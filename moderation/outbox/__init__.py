"""May this be posted, was it posted? The only room that calls publishers (in `gateway.py`)."""
