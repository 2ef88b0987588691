"""Ask a platform for posts that cost a request each: what was answered counts, and one that it cannot answer for holds up no other."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from listener.errors import SourceError, SourceUnavailable

MOST_SECONDS = 60.0
"""After this no further post is asked for: a question that takes too long is given up whole, and would never come further."""
FAILS_ON_IT = "its platform fails on it alone; it is kept until it is known to be gone"

Asked = TypeVar("Asked")
Told = TypeVar("Told")


async def one_by_one(
    wanted: Sequence[Asked],
    ask: Callable[[Asked], Awaitable[Told]],
    *,
    unsure: Callable[[Asked], Told],
    monotonic: Callable[[], float] = time.monotonic,
) -> list[Told]:
    """Return what each stands as, in order; those before it, when one fails or it took too long: the rest was not asked.

    A first one on which the platform itself fails (not one that it refuses) is `unsure` when the next one is answered: it was the post and
    not the platform, and would be the first one again (RULES F24). Raises `SourceError` when nothing at all is known.
    """
    found: list[Told] = []
    began = monotonic()
    failed: Asked | None = None
    for one in wanted:
        if found and monotonic() - began > MOST_SECONDS:
            break
        try:
            answer = await ask(one)
        except SourceError as error:
            if found:
                break
            if failed is not None or len(wanted) == 1 or not isinstance(error, SourceUnavailable):
                raise
            failed = one
            continue
        if failed is not None and not found:
            found.append(unsure(failed))
        found.append(answer)
    return found
