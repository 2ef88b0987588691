"""Ask a platform about messages that are said to be gone by what does not prove it, and remove those that it says are (RULES F7, P5)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from listener.errors import SourceError
from listener.ledger.claims import Claim
from listener.ledger.ledger import Ledger
from listener.model.mention import Mention, Removal
from listener.model.page import Skip
from listener.ports import Clock

logger = logging.getLogger(__name__)

Ask = Callable[[Sequence[str]], Awaitable[Sequence[Mention | Removal | Skip]]]
MOST_AT_ONCE = 20
WAITS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3))
"""Before each further question about what nobody could say; after the last one the message stays."""


class ConfirmRemovals:
    """Asks for what is due, a question's worth a source. What was not answered stays due: also through a restart."""

    def __init__(self, ledger: Ledger, ask: Mapping[str, Ask], *, clock: Clock) -> None:
        """ask: how messages of a source are looked up by their native ids, in order, by the source's id. Raises `SourceError`."""
        self._ledger = ledger
        self._ask = dict(ask)
        self._clock = clock

    async def once(self) -> int:
        """Ask one question for each source that has something due; return how many messages were removed."""
        return sum([await self._of(source, ask) for source, ask in self._ask.items()])

    async def _of(self, source: str, ask: Ask) -> int:
        due = await asyncio.to_thread(self._ledger.claims.due, source, self._clock.now(), most=MOST_AT_ONCE)
        if not due:
            return 0
        try:
            found = await ask([one.native_id for one in due])
        except SourceError as error:
            logger.warning("nobody said whether posts are gone", extra={"source": source, "why": type(error).__name__})
            found = [Skip(where=one.native_id, reason="not answered") for one in due]
        except Exception:  # a secret that cannot be read, or a fault of ours: it must hold up neither other sources nor other claims
            logger.exception("posts could not be asked about", extra={"source": source})
            found = [Skip(where=one.native_id, reason="not answered") for one in due]
        return await asyncio.to_thread(self._settle, source, due, found)

    def _settle(self, source: str, due: Sequence[Claim], found: Sequence[Mention | Removal | Skip]) -> int:
        """Apply what was said. A crash between the two steps asks once more, and finds what it knows."""
        now = self._clock.now()
        answers = list(zip(due, found, strict=False))
        about = [(claim, said) for claim, said in answers if not isinstance(said, Skip) and said.native_id == claim.native_id]
        gone = [said for _, said in about if isinstance(said, Removal)]
        unsure = [claim for claim, _ in answers if claim not in {one for one, _ in about}]
        given_up = [one for one in unsure if one.tries >= len(WAITS)]
        stands = [claim for claim, said in about if isinstance(said, Mention)]
        skipped = [Skip(where=f"post {one.native_id}", reason="it was said to be gone, and it stands") for one in stands]
        skipped += [Skip(where=f"post {one.native_id}", reason="it was said to be gone, and nobody could say; kept") for one in given_up]
        removed = 0
        if gone or skipped:
            page = self._ledger.mentions.add_page([], source=source, next_cursor=None, at=now, removals=gone, skipped=skipped, moves=False)
            removed = page.removed
        later = [replace(one, tries=one.tries + 1, due_at=now + WAITS[one.tries]) for one in unsure if one.tries < len(WAITS)]
        answered = [claim.native_id for claim, _ in answers if claim not in unsure or claim in given_up]
        self._ledger.claims.settle(source, answered=answered, later=later)
        logger.info(
            "asked whether posts are gone", extra={"source": source, "removed": removed, "stand": len(stands), "unsure": len(later)}
        )
        return removed
