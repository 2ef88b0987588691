"""What customers see: the status page and its feed, privacy, and (with its own routes) feedback. No session, no cookie, no script."""
