"""Klankbord's listening half: pull mentions, understand them, group them into issues, tell people. Runs without `moderation`."""
