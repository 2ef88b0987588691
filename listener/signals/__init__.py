"""Rules that turn a burst into at most one signal per issue and cause."""
