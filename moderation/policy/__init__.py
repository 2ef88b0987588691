"""What a platform, the law or our own settings allow: facts in, refusals out."""
