"""Klankbord's answering half: queue, drafts, approvals, and the one gateway through which anything is ever posted."""
