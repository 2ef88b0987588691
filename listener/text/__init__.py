"""Text made safe to store, clean to compare and fit to show; its language, its copies, and whether it is about the brand."""
