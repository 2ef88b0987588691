"""The weekly report, from the same figures as the digest: Markdown and HTML that say the same. Pure: figures and templates in, text out."""
