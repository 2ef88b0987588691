"""Texts for staff as pages ask for them again and again: each file is read once."""

from __future__ import annotations

from functools import cache

from moderation.model.policy import Policy
from moderation.policy.gate import words_of
from moderation.workflows.load_wording import load_words

words_for = cache(load_words)


def held_words(key: str, policy: Policy, language: str) -> str:
    """Return why something that was approved waits: the words of a rule (a cap), else of outbox.yaml."""
    return words_of(key, policy, language) if key in policy.rules else words_for(language, "outbox")[f"held.{key}"]
