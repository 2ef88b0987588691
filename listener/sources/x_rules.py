"""Our rules at X, in step with a source's searches. Rules of others stay: one of ours has our tag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from listener.errors import SourceRefused, SourceUnavailable
from listener.sources.fields import objects, word

OURS = "klankbord:"
"""How the tag of a rule begins that we made; nobody else writes such a one."""


def tag_of(source_id: str) -> str:
    """Return the tag of a source's rules."""
    return f"{OURS}{source_id}"


def keep_rules(client: Any, source_id: str, wanted: Sequence[str]) -> None:
    """Add the rules that X does not have, and take away those of ours that nobody wants any more. Blocks.

    Raises `SourceRefused` for a rule that X does not take, and what the session raises.
    """
    import tweepy

    listed = _data(client.get_rules())
    tag, kept = tag_of(source_id), set[str]()
    stale: list[str] = []
    for rule in listed:
        value = word(rule, "value")
        if word(rule, "tag") == tag and value in wanted and value not in kept:
            kept.add(value)
        elif word(rule, "tag").startswith(OURS) and word(rule, "id"):
            stale.append(word(rule, "id"))
    if stale:
        client.delete_rules(stale)
    missing = [one for one in wanted if one not in kept]
    if missing:
        answer = client.add_rules([tweepy.StreamRule(value=one, tag=tag) for one in missing])
        if error := next(iter(objects(answer, "errors")), None):
            why = word(error, "detail") or next(iter(map(str, error.get("details") or ())), "") or word(error, "title")
            raise SourceRefused(f"X does not take this source's query as a rule of its stream: {why[:200]}")


def _data(answer: object) -> list[Any]:
    """Return the rules of an answer; none has no "data". Raises `SourceUnavailable` for what is no answer."""
    if not isinstance(answer, dict) or not ("data" in answer or "meta" in answer):
        raise SourceUnavailable("X answered something else than a list of rules.")
    return list(objects(answer, "data"))
