"""Who should be answered first, and why."""
