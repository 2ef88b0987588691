"""Keep up with what comes in: whoever speaks to us has a case within a second, and each case has its place in the queue."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from listener.ports import Clock
from moderation.ledger.case_opening import TakeInRule
from moderation.ledger.following import Around, Followed, FollowLedger
from moderation.model.case import CasePlace, CaseRow
from moderation.model.clock import CaseClock, OpeningHours, PromisedMoment, Targets
from moderation.triage.place import GROWING, place_of
from moderation.workflows.open_cases import MOST_AGE, PATIENCE

LATE_EVERY = timedelta(minutes=1)
"""How often is looked for messages that waited for the analyser in vain."""
MOST_STEPS = 1_000


class RunningClocks(Protocol):
    """How long the customer of a case may still wait."""

    def soonest(self, rows: Sequence[CaseRow]) -> Mapping[int, CaseClock]:
        """Return the clock that is due first of each case that has one."""
        ...

    def promises(self) -> Mapping[int, tuple[PromisedMoment, ...]]:
        """Return, by issue, the word we still owe."""
        ...

    def hours(self) -> OpeningHours:
        """Return when we are open."""
        ...

    @property
    def targets(self) -> Targets:
        """How soon we mean to answer."""
        ...


class FollowCases:
    """Reads on where it left off. Called often: a call that finds nothing new costs a few looks at indexes and takes no lock."""

    def __init__(self, ledger: FollowLedger, clock: Clock, *, clocks: RunningClocks | None = None, most_age: timedelta = MOST_AGE) -> None:
        self._ledger = ledger
        self._clock = clock
        self._clocks = clocks
        self._most_age = most_age
        self._late_at: datetime | None = None

    def once(self, own_authors: Collection[str] = ()) -> Followed:
        """Open cases for new messages that speak to us, wake what is due, and bring every case's place up to date. Safe to repeat.

        What we wrote ourselves opens nothing: `own_authors` are the keys of our accounts (RULES F34).
        """
        now = self._clock.now()
        rule = TakeInRule(not_before=now - self._most_age, read_by=now - PATIENCE, own_authors=own_authors)
        opened = joined = woken = worked_out = 0
        if self._late_at is None or not now - LATE_EVERY < self._late_at <= now:
            late = self._ledger.take_in_late(rule, now=now)
            opened, joined, self._late_at = late.opened, late.joined, now
        around = self._around()
        for _ in range(MOST_STEPS):
            step = self._ledger.step(rule, self.places, now=now, around=around)
            opened, joined, woken = opened + step.opened, joined + step.joined, woken + step.woken
            worked_out += step.worked_out
            if not step.more:
                break
        return Followed(opened=opened, joined=joined, woken=woken, worked_out=worked_out)

    def check_all(self) -> int:
        """Look at every case whether its line is there and of its version; the next `once` puts right what is not. Returns how many."""
        return self._ledger.check_all()

    def places(self, rows: Sequence[CaseRow], signals: Mapping[int, datetime]) -> dict[int, CasePlace]:
        """Return where each case stands now, by its number. `signals` are the newest of the last day, by issue."""
        clocks, now = self.clocks_of(rows), self._clock.now()
        return {
            row.case_id: place_of(
                row, signal_at=None if row.issue_id is None else signals.get(row.issue_id), clock=clocks.get(row.case_id), now=now
            )
            for row in rows
        }

    def clocks_of(self, rows: Sequence[CaseRow]) -> Mapping[int, CaseClock]:
        """Return the soonest clock of each of these cases that has one."""
        return {} if self._clocks is None else self._clocks.soonest(rows)

    def _around(self) -> Around:
        if self._clocks is None:
            return Around(rules="", promised={}, signals_count=GROWING)
        hours, targets = self._clocks.hours(), self._clocks.targets
        said = [str(hours.zone), str(hours.week), str(sorted(hours.closed)), str(targets.usual), str(sorted(targets.by_platform.items()))]
        promised = {
            str(issue_id): ";".join(f"{one.made_at.isoformat()} {one.due_at.isoformat()}" for one in some)
            for issue_id, some in self._clocks.promises().items()
        }
        return Around(rules=hashlib.sha256("\n".join(said).encode()).hexdigest()[:16], promised=promised, signals_count=GROWING)
