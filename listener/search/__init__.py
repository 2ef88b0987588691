"""The search store: words and meaning of every mention, made from the ledger and made again at any time."""
