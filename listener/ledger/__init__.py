"""The ledger: every row that must never be lost or doubled, and the only SQL of the listening half beside insight."""
