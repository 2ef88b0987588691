"""Cases, drafts, approvals, outbox and audit, in the same ledger as the mentions."""
