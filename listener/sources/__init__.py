"""Reading platforms, feeds and files: requests, row → mention, and an error table each. The only network-in room of the listening half."""
