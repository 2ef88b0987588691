"""Why something was refused, in the words and the language of whoever reads the page."""

from __future__ import annotations

from functools import cache

from listener.errors import ActionError
from moderation.inbox.wording import Wording
from moderation.model.policy import Policy
from moderation.policy.gate import words_of
from moderation.workflows.load_wording import load_policy


def refusal(error: ActionError, words: Wording) -> str:
    """Return what an error says: the rules that forbid it, else the page's words for its key, else its own message."""
    fields = _Fields(error.fields)
    if error.rules:
        return " ".join(words_of(rule, _policy(), words.language).format_map(fields) for rule in error.rules)
    key = f"refused.{error.key}"
    return words.raw(key).format_map(fields) if error.key and words.has(key) else str(error)


@cache
def _policy() -> Policy:
    return load_policy()


class _Fields(dict[str, object]):
    """Values for a text; what is not there is left as it stands."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
