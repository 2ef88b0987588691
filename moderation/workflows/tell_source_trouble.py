"""Raise one alarm for a source that a person has to look at, and end it by itself when the source is read again (RULES F16, F17, F19)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from listener.ledger.ledger import Ledger
from listener.ledger.sources import SourceState
from listener.ports import Clock
from moderation.ledger.alarms import AlarmLedger

REFUSED, CAPPED, WAITS, BLIND, EMPTY = "source_refused", "source_capped", "source_waits", "source_blind", "source_empty"
PLACE = "source_place"
"""Kinds of alarm, with words in config/templates/<language>/outbox.yaml below `alarm.`."""
PATIENCE = timedelta(minutes=15)
"""A platform that is down for shorter than this mends itself more often than not."""


class TellSourceTrouble:
    """Looks at how sources stand now: nothing is told twice while it lasts, however often it fails."""

    def __init__(self, ledger: Ledger, alarms: AlarmLedger, *, sources: Collection[str], clock: Clock) -> None:
        """sources: ids of those that settings name and switch on; trouble of others is no longer anybody's."""
        self._ledger = ledger
        self._alarms = alarms
        self._sources = frozenset(sources)
        self._clock = clock

    def once(self) -> None:
        """Raise what is wrong and was not told, and end what is over."""
        now = self._clock.now()
        silent = self._ledger.sources.silent(now)
        wrong = {
            one.source: trouble_of(one, now, silent_since=silent.get(one.source))
            for one in self._ledger.sources.states()
            if one.source in self._sources
        }
        for kind in (REFUSED, CAPPED, WAITS, BLIND, EMPTY):
            about = [source for source, trouble in wrong.items() if trouble == kind]
            for source in about:
                self._alarms.raise_once(kind, source, note=source, at=now)
            self._alarms.over(kind, at=now, still=about)
        self._tell_places({source for source, trouble in wrong.items() if trouble != REFUSED}, now)

    def _tell_places(self, sources: Collection[str], now: datetime) -> None:
        """Raise an alarm for each place that is lost while its source is read."""
        lost = [(source, one) for source, some in self._ledger.sources.lost_now(sources).items() for one in some]
        about = [f"{source}: {one.place}" for source, one in lost if now - one.since >= PATIENCE]
        for subject in about:
            self._alarms.raise_once(PLACE, subject, note=subject, at=now)
        self._alarms.over(PLACE, at=now, still=about)


def trouble_of(state: SourceState, now: datetime, *, silent_since: datetime | None = None) -> str:
    """Return the kind of alarm that a source's state calls for; empty when it calls for none.

    silent_since: set while it is silent for unusually long; its canary then tells whether we see anything at all.
    """
    if state.state in ("refused", "capped"):
        return REFUSED if state.state == "refused" else CAPPED
    if state.blind_since is None:
        asked = silent_since is not None and state.canary_at is not None and state.canary_at > silent_since
        return EMPTY if asked and state.canary == "empty" else ""
    if state.state == "waiting":
        return WAITS
    return BLIND if now - state.blind_since >= PATIENCE else ""
