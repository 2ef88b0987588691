"""The chain that makes a missing or changed line of the audit log visible."""
