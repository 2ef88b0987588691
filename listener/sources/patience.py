"""How long a list waits for what is asked for beside it: one post on which its server always fails must not hold up all others (F24)."""

from __future__ import annotations

from collections.abc import Awaitable

from listener.errors import SourceUnavailable
from listener.model.page import Found, Skip

MOST_TRIES = 3
MOST_REMEMBERED = 1_000


class Patience:
    """Counts, for as long as we run, how often each of such questions failed."""

    def __init__(self) -> None:
        self._failed: dict[str, int] = {}

    def is_over(self, asked: str) -> bool:
        """Note that a question failed; tell whether it did so often enough to go on without its answer."""
        tries = self._failed.pop(asked, 0) + 1
        self._failed[asked] = tries
        while len(self._failed) > MOST_REMEMBERED:
            del self._failed[next(iter(self._failed))]
        return tries >= MOST_TRIES


async def or_unsure(asking: Awaitable[Found], where: str) -> Found:
    """Return what became of something that is no longer listed; a skip when that cannot be answered now: it is asked for again."""
    try:
        return await asking
    except SourceUnavailable:
        return Skip(where=where[:300], reason="it is no longer listed, and could not be asked for; it is kept until it is known to be gone")
