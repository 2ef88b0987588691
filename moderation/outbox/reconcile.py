"""Finds out what became of sends whose outcome is unknown: by looking at our own posts, twice, a minute apart. It never sends."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from listener.errors import SourceError
from listener.ports import Clock
from moderation.ledger.outbox import OutboxLedger
from moderation.model.outbox import EntryState, OutboxEntry, Outcome, SendReport, Sent
from moderation.model.post import SeenPost
from moderation.outbox.crash_points import reach
from moderation.outbox.same_text import normalised
from moderation.ports import Publisher

logger = logging.getLogger(__name__)

APART_SECONDS = 60.0
"""Least time between two looks that count as two, by the clock that cannot jump (RULES 2.1, F13)."""
WINDOW = timedelta(minutes=5)
"""How far a platform's clock may be behind ours: posts from this long before the first attempt are looked at."""
MOST_ATTEMPTS = 2


class Reconciler:
    """Two looks in one life of the process: after a restart both are made anew, for nobody knows how long it was away."""

    def __init__(
        self, outbox: OutboxLedger, publishers: Mapping[str, Publisher], clock: Clock, *, apart_seconds: float = APART_SECONDS
    ) -> None:
        self._outbox = outbox
        self._publishers = publishers
        self._clock = clock
        self._apart_seconds = apart_seconds
        self._looked: dict[tuple[int, int], float] = {}

    async def run_once(self) -> SendReport:
        """Look once for every entry whose outcome is unknown, and settle those that are now clear."""
        reach("reconcile.begun")
        settled: list[Sent] = []
        alarms: list[tuple[str, str]] = []
        held: dict[int, str] = {}
        for entry in self._outbox.entries([EntryState.UNKNOWN]):
            outcome = await self._look(entry, alarms)
            if outcome is None:
                held[entry.entry_id] = "looking"
            elif self._outbox.settle(entry, outcome, at=self._clock.now(), who="reconciler"):
                self._looked.pop((entry.entry_id, entry.version), None)
                settled.append(Sent(entry_id=entry.entry_id, state=outcome.state, reason=outcome.reason))
        return SendReport(sent=tuple(settled), held=held, alarms=tuple(alarms))

    async def _look(self, entry: OutboxEntry, alarms: list[tuple[str, str]]) -> Outcome | None:
        """Return what is clear now, or None when another look is needed."""
        publisher = self._publishers.get(entry.post.account.key)
        if publisher is None or entry.started_at is None:
            return None
        try:
            seen = await publisher.own_posts(entry.post.target, entry.started_at - WINDOW)
        except SourceError as error:  # not seeing is no proof of absence
            logger.warning("own posts cannot be read", extra={"entry_id": entry.entry_id, "error": str(error)})
            return None
        matches = self._matches(entry, seen)
        if len(matches) > 1:
            alarms.append(("posted_twice", str(entry.entry_id)))
        if matches:
            return Outcome(state=EntryState.FOUND, platform_id=matches[0].platform_id, url=matches[0].url)
        return self._absent(entry, native_key=publisher.native_key)

    def _matches(self, entry: OutboxEntry, seen: list[SeenPost]) -> list[SeenPost]:
        """Return those posts that can only be this entry: same words, and not known to be another entry's."""
        wanted, others = normalised(entry.post.text), self._outbox.known_ids(entry)
        return [one for one in seen if one.platform_id not in others and normalised(one.text) == wanted]

    def _absent(self, entry: OutboxEntry, *, native_key: bool) -> Outcome | None:
        look, now = (entry.entry_id, entry.version), self._clock.monotonic()
        first = self._looked.setdefault(look, now)
        if now - first < self._apart_seconds:
            reach("reconcile.first_look")
            return None
        reach("reconcile.second_look")
        if not native_key:
            return Outcome(state=EntryState.NEEDS_HUMAN, reason="maybe_there")
        if entry.attempt >= MOST_ATTEMPTS:
            return Outcome(state=EntryState.NEEDS_HUMAN, reason="not_there_twice")
        return Outcome(state=EntryState.PROVEN_ABSENT, reason="not_there")
