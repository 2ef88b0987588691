"""The Discord bot: what colleagues ask and press there, and what they see. Rights are ours, never Discord's."""
