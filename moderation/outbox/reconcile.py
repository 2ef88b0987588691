"""Finds out what became of sends whose outcome is unknown: by looking at our own posts, twice, a minute apart. It never sends."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from listener.errors import SourceError
from listener.ports import Clock
from moderation.ledger.alarms import AlarmLedger
from moderation.ledger.outbox import OutboxLedger
from moderation.model.outbox import EntryState, OutboxEntry, Outcome, SendReport, Sent
from moderation.model.post import SeenPost
from moderation.outbox.account_rest import AccountRest
from moderation.outbox.crash_points import reach
from moderation.outbox.key_life import key_holds
from moderation.outbox.same_text import normalised
from moderation.outbox.send_round import Told
from moderation.ports import Publisher

logger = logging.getLogger(__name__)

APART_SECONDS = 60.0
"""Least time between two looks that count as two, by the clock that cannot jump (RULES 2.1, F13)."""
WINDOW = timedelta(minutes=5)
"""How far a platform's clock may be behind ours: posts from this long before the first attempt are looked at."""
EDIT_WINDOW = timedelta(days=90)
"""How old a post may be that we change, when the ledger does not know its beginning."""
MOST_ATTEMPTS = 2


class Reconciler:
    """Two looks in one life of the process: after a restart both are made anew, for nobody knows how long it was away."""

    def __init__(
        self,
        outbox: OutboxLedger,
        publishers: Mapping[str, Publisher],
        clock: Clock,
        *,
        apart_seconds: float = APART_SECONDS,
        alarms: AlarmLedger | None = None,
        rest: AccountRest | None = None,
    ) -> None:
        self._outbox = outbox
        self._publishers = publishers
        self._clock = clock
        self._apart_seconds = apart_seconds
        self._told = Told(alarms, clock)
        self._rest = rest or AccountRest(clock, alarms)
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
        account = entry.post.account
        publisher = self._publishers.get(account.key)
        if publisher is None or entry.started_at is None:
            return None
        wordless = not entry.post.removes and not normalised(entry.post.text)  # whoever it was for was erased since
        if wordless:
            return Outcome(state=EntryState.NEEDS_HUMAN, reason="erased_since")
        if not publisher.looks_back:  # an e-mail, a webhook: only whoever received it can say
            return Outcome(state=EntryState.NEEDS_HUMAN, reason="cannot_look")
        if self._rest.resting(account.key):
            return None
        try:
            seen = await publisher.own_posts(entry.post.target, self._since(entry))
        except SourceError as error:  # not seeing is no proof of absence
            logger.warning("own posts cannot be read", extra={"entry_id": entry.entry_id, "error": str(error)})
            alarms.extend(self._rest.failed(account.key, error))
            return None
        except Exception:  # whatever is wrong with one publisher, the posts of the others are looked for
            logger.exception("a publisher failed while its own posts were read", extra={"entry_id": entry.entry_id})
            return None
        if entry.post.removes:
            return self._removed(entry, seen)
        matches = self._matches(entry, seen)
        if len(matches) > 1:
            alarms.extend(self._told.new([("posted_twice", str(entry.entry_id))], about=str(entry.entry_id)))
        if matches:
            return Outcome(state=EntryState.FOUND, platform_id=matches[0].platform_id, url=matches[0].url)
        return self._absent(entry, key_seconds=publisher.key_seconds if publisher.native_key else 0.0)

    def _since(self, entry: OutboxEntry) -> datetime:
        """Return from when on posts are looked at; for a changed post, from its own beginning."""
        started = entry.started_at or entry.approved_at
        earlier = entry.post.edits or entry.post.removes
        if not earlier:
            return started - WINDOW
        first = self._outbox.posted_as(entry.post.account, earlier)
        return first.started_at - WINDOW if first is not None and first.started_at is not None else started - EDIT_WINDOW

    def _matches(self, entry: OutboxEntry, seen: list[SeenPost]) -> list[SeenPost]:
        """Return those posts that can only be this entry: same words, and not known to be another entry's. An edit is the post it edits."""
        wanted = normalised(entry.post.text)
        if entry.post.edits:
            return [one for one in seen if one.platform_id == entry.post.edits and normalised(one.text) == wanted]
        others = self._outbox.known_ids(entry)
        return [one for one in seen if one.platform_id not in others and normalised(one.text) == wanted]

    def _removed(self, entry: OutboxEntry, seen: list[SeenPost]) -> Outcome | None:
        """Return what is clear about a post that was to be taken away: gone, or still there after two looks and then taken away again.

        Both need two looks: what is not listed this once may only be late. Taking away what is gone harms nobody, so no key is asked for.
        """
        still = any(one.platform_id == entry.post.removes for one in seen)
        look, now = (entry.entry_id, entry.version), self._clock.monotonic()
        if now - self._looked.setdefault(look, now) < self._apart_seconds:
            return None
        if not still:
            return Outcome(state=EntryState.FOUND, reason="gone", platform_id=entry.post.removes)
        if entry.attempt >= MOST_ATTEMPTS:
            return Outcome(state=EntryState.NEEDS_HUMAN, reason="still_there_twice")
        return Outcome(state=EntryState.PROVEN_ABSENT, reason="still_there")

    def _absent(self, entry: OutboxEntry, *, key_seconds: float) -> Outcome | None:
        look, now = (entry.entry_id, entry.version), self._clock.monotonic()
        first = self._looked.setdefault(look, now)
        if now - first < self._apart_seconds:
            reach("reconcile.first_look")
            return None
        reach("reconcile.second_look")
        if not entry.post.edits and not key_holds(entry, key_seconds, at=self._clock.now()):
            return Outcome(state=EntryState.NEEDS_HUMAN, reason="maybe_there")
        if entry.attempt >= MOST_ATTEMPTS:
            return Outcome(state=EntryState.NEEDS_HUMAN, reason="not_there_twice")
        return Outcome(state=EntryState.PROVEN_ABSENT, reason="not_there")
