"""What our own posts promised, and by when. Pure extraction: sentences that say what we will do, and the moments they name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, tzinfo

from listener.text.folding import folded
from moderation.coach.moments import due_in
from moderation.coach.words import CoachWords, any_in
from moderation.model.advice import Promised
from moderation.tone.spoken import spoken

MOST_CHARACTERS = 10_000
_SENTENCE = re.compile(r"(?:[^.!?\n]|(?<=\d)\.(?=\d))+[.!?]*")


def promises_in(text: str, *, at: datetime, zone: tzinfo, words: CoachWords) -> tuple[Promised, ...]:
    """Return the sentences of a post of ours that promise something, in order. `at`: when it was posted, from which moments count.

    Questions promise nothing. A day without an hour is due at six in the evening there; `due_at` None: no moment was named.
    """
    found = []
    for sentence in _SENTENCE.findall(text[:MOST_CHARACTERS]):
        plain = sentence.strip()
        if plain and not plain.endswith("?") and any_in(spoken(plain), words.promises):
            found.append(Promised(text=plain, at=at, due_at=due_in(plain, at=at, zone=zone)))
    return tuple(found)


def promised_in_all(posts: Iterable[tuple[str, datetime]], *, zone: tzinfo, words: CoachWords, most: int = 5) -> tuple[Promised, ...]:
    """Return what these posts promised, the latest first, at most `most`; the same sentence once."""
    found: dict[str, Promised] = {}
    for text, at in sorted(posts, key=lambda one: one[1]):
        for one in promises_in(text, at=at, zone=zone, words=words):
            found.pop(folded(one.text), None)
            found[folded(one.text)] = one
    return tuple(reversed(found.values()))[:most]
