"""The commands of the listening half, a file for each kind of work. They read input, call a workflow and show the answer."""
