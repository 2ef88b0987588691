"""The commands of the answering half. They read input, call a workflow and show the answer."""
