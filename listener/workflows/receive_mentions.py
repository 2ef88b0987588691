"""Take in what a platform sent by itself: the same way into the ledger as what was pulled, and durable before it is acknowledged."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from listener.ledger.ledger import Ledger
from listener.ledger.mentions import Added
from listener.model.mention import Kept, Mention
from listener.model.page import Page
from listener.ports import Clock
from listener.text.query import BrandQuery
from listener.workflows.keep_mentions import Keep, add_all, read_each, repaired, select_kept

logger = logging.getLogger(__name__)

NOTED_EVERY = timedelta(minutes=1)
"""How often it is noted that a source was heard: more would only make rows."""


class ReceiveMentions:
    """Puts pages that were sent to us into the ledger. Safe to call from several threads; holds only counts."""

    def __init__(
        self,
        ledger: Ledger,
        queries: Sequence[BrandQuery],
        *,
        keep: Mapping[str, Keep],
        clock: Clock,
        said_to: Mapping[str, str] | None = None,
        in_private_to: Mapping[str, str] | None = None,
    ) -> None:
        """keep: what to keep of each source, by its id. said_to: the brand to whose own accounts a source's mentions come, likewise;
        in_private_to: the brand to which its private messages come."""
        self._ledger = ledger
        self._queries = tuple(queries)
        self._keep = dict(keep)
        self._clock = clock
        self._said_to = dict(said_to or {})
        self._in_private_to = dict(in_private_to or {})
        self._lock = threading.Lock()
        self._noted: dict[str, datetime] = {}
        self._unnoted: dict[str, tuple[int, int]] = {}

    def take(self, source_id: str, page: Page) -> Added:
        """Keep what fits; it is durable when this returns, so that only then the platform may be told.

        The same page again changes nothing. Raises `StoreError` when it could not be kept: the platform sends it again.
        """
        now = self._clock.now()
        in_public = self._said_to.get(source_id, "")
        in_private = self._in_private_to.get(source_id, in_public)

        def choose(mentions: Sequence[Mention]) -> list[Kept]:
            read = [replace(repaired(self._first_said(one), now), said_to=in_private if one.channel else in_public) for one in mentions]
            return select_kept(read, self._queries, self._ledger, self._keep[source_id])

        kept, unread = read_each(page.mentions, choose)
        save = partial(self._ledger.mentions.add_page, source=source_id, next_cursor=None, at=now)
        added, _ = add_all(kept, (*page.skipped, *unread), whole=partial(save, removals=page.removals, gap=page.gap), alone=save)
        if page.claimed and (left := self._ledger.claims.add(source_id, page.claimed, at=now)):
            logger.warning("too much is said to be gone at once", extra={"source": source_id, "not_asked_about": left})
        seen = len(page.mentions)
        logger.info("delivery stored", extra={"source": source_id, "seen": seen, "new": added.new, "edited": added.edited})
        self._note(source_id, now, new=added.new, seen=seen)
        return added

    def _first_said(self, one: Mention) -> Mention:
        """Keep when something was first said, where a platform tells only when it was changed: an edit is no new message."""
        before = self._ledger.mentions.find(one.key) if one.edited_at is not None and one.edited_at == one.posted_at else None
        return one if before is None else replace(one, posted_at=before.mention.posted_at)

    def _note(self, source_id: str, now: datetime, *, new: int, seen: int) -> None:
        """Note that the source was heard, once a minute, with what came since."""
        with self._lock:
            before = self._unnoted.get(source_id, (0, 0))
            total = (before[0] + new, before[1] + seen)
            noted = self._noted.get(source_id)
            if noted is not None and noted <= now < noted + NOTED_EVERY:
                self._unnoted[source_id] = total
                return
            self._noted[source_id], self._unnoted[source_id] = now, (0, 0)
        self._ledger.sources.note_ok(source_id, at=now, new=total[0], seen=total[1])
