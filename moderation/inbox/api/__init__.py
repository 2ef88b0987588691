"""The API: the pages' workflows for programs, as JSON under /api/v1, with a person's token."""
