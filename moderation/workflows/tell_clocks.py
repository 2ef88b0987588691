"""Says which customers are about to wait too long, before it happens, and which do already: each clock once for each colour."""

from __future__ import annotations

from datetime import datetime, timedelta

from listener.ports import Clock
from moderation.ledger.clocks import ClockLedger
from moderation.ledger.waits import WaitLedger
from moderation.model.clock import ChannelKept, ClocksNow, ClockState, ClockTurned, RunningClock
from moderation.triage.clock_figures import clocks_kept, waits_of
from moderation.workflows.read_clocks import Clocks

_LATE = timedelta(days=30)
"""A clock that is over for longer is no news any more."""
_BEFORE = timedelta(days=60)
"""Waits may begin this long before the period in which they are due."""
LEAST_WAITS = 10
"""Fewer waits than this make no share (as with feedback)."""


class TellClocks:
    """Looks at all running clocks at once. Nothing here knows who works on a case, so nobody can be ranked by how long they take."""

    def __init__(self, ledger: ClockLedger, waits: WaitLedger, clocks: Clocks, clock: Clock) -> None:
        self._ledger = ledger
        self._waits = waits
        self._clocks = clocks
        self._clock = clock

    def once(self) -> tuple[ClockTurned, ...]:
        """Return the clocks that turned orange or red since the last look, first due first; each is told once, also after a restart."""
        now = self._clock.now()
        self._ledger.forget(now - 2 * _LATE)
        turned = [
            ClockTurned(case_id=one.case_id, kind=one.kind, due_at=one.due_at, state=_state(one, now), at=now) for one in self._near(now)
        ]
        return tuple(self._ledger.tell(turned))

    def told(self, since: datetime) -> tuple[ClockTurned, ...]:
        """Return what was told of after a moment, oldest first: for pages that follow along, and for digests."""
        return tuple(self._ledger.told(since))

    def now(self) -> ClocksNow:
        """Return how many customers are about to wait too long, and how many do."""
        now = self._clock.now()
        states = [_state(one, now) for one in self._near(now)]
        return ClocksNow(orange=states.count(ClockState.ORANGE), red=states.count(ClockState.RED))

    def kept(self, from_at: datetime, until: datetime) -> tuple[ChannelKept, ...]:
        """Return, per channel, the share of the waits due in a period that were answered in time."""
        waits = [wait for times in self._waits.times(from_at - _BEFORE, until) for wait in waits_of(times)]
        return clocks_kept(waits, hours=self._clocks.hours(), targets=self._clocks.targets, from_at=from_at, until=until, least=LEAST_WAITS)

    def _near(self, now: datetime) -> list[RunningClock]:
        return self._ledger.running(orange_by=now, due_after=now - _LATE)


def _state(running: RunningClock, now: datetime) -> ClockState:
    return ClockState.RED if now > running.due_at else ClockState.ORANGE
