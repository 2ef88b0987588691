"""The clocks of cases as they run now: opening hours with their holidays, targets, and what was promised in public."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo

import holidays

from listener.ports import Clock
from moderation.ledger.status import StatusLedger
from moderation.model.case import CaseRow
from moderation.model.clock import CaseClock, OpeningHours, PromisedMoment, Targets
from moderation.model.status import Promise, PromiseState
from moderation.settings_clocks import ClockSettings
from moderation.triage.clocks import clocks_of, soonest_due

_YEARS_BACK = 3
_YEARS_AHEAD = 3
_REMEMBERED = timedelta(days=30)
"""A promise that we broke longer ago than this is no clock any more: nobody waits for that word."""


PromisedIn = Callable[[Sequence[CaseRow]], Mapping[int, Sequence[PromisedMoment]]]
"""What our replies promised, by case: `ReadPromises`."""


def nothing_promised(_rows: Sequence[CaseRow]) -> Mapping[int, Sequence[PromisedMoment]]:
    """Know of no promise."""
    return {}


class Clocks:
    """Says how long the customer of a case may still wait. Reads settings and promises; writes nothing and knows nobody."""

    def __init__(
        self, statuses: StatusLedger, settings: ClockSettings, clock: Clock, *, zone: tzinfo, promised_in: PromisedIn = nothing_promised
    ) -> None:
        """`promised_in` gives what our own replies promised, by case; what was said in public is read here, by issue."""
        self._statuses = statuses
        self._settings = settings
        self._clock = clock
        self._zone = zone
        self._promised_in = promised_in
        self._hours: tuple[int, OpeningHours] | None = None

    def of(self, row: CaseRow) -> tuple[CaseClock, ...]:
        """Return the clocks of one case, soonest due first."""
        return clocks_of(row, self._promised([row]).get(row.case_id, ()), hours=self.hours(), targets=self.targets, now=self._clock.now())

    def soonest(self, rows: Sequence[CaseRow]) -> dict[int, CaseClock]:
        """Return the clock that is due first of each case that has one; for twenty thousand cases at once."""
        return soonest_due(rows, self._promised(rows), hours=self.hours(), targets=self.targets, now=self._clock.now())

    def _promised(self, rows: Sequence[CaseRow]) -> dict[int, tuple[PromisedMoment, ...]]:
        """Return what each of these customers was promised, in public or in a reply to them; only cases with a promise are in it."""
        by_issue, by_case = self.promises(), self._promised_in(rows)
        found = {row.case_id: (*(by_issue.get(row.issue_id or 0, ())), *by_case.get(row.case_id, ())) for row in rows}
        return {case_id: moments for case_id, moments in found.items() if moments}

    @property
    def targets(self) -> Targets:
        """How soon we mean to answer, by platform."""
        return self._settings.targets

    def hours(self) -> OpeningHours:
        """Return when we are open, with the holidays of the years around now; worked out once a year."""
        year = self._clock.now().astimezone(self._zone).year
        if self._hours is None or self._hours[0] != year:
            days = public_holidays(self._settings.holidays, range(year - _YEARS_BACK, year + _YEARS_AHEAD + 1))
            self._hours = year, self._settings.opening_hours(self._zone, days)
        return self._hours[1]

    def promises(self) -> dict[int, tuple[PromisedMoment, ...]]:
        """Return, by issue, the word we still owe: a promise that is open, or broken and not followed by any word of ours since."""
        spoken = {one.issue_id: one.changed_at for one in self._statuses.public()}
        found: dict[int, list[PromisedMoment]] = defaultdict(list)
        for one in self._statuses.promises(since=self._clock.now() - _REMEMBERED):
            if _owed(one, spoken.get(one.issue_id)):
                found[one.issue_id].append(PromisedMoment(made_at=one.made_at, due_at=one.due_at))
        return {issue_id: tuple(some) for issue_id, some in found.items()}


def public_holidays(country: str, years: range) -> dict[date, str]:
    """Return the public holidays of a country ("NL") or a part of it ("DE-BY") in these years, by day; none for ""."""
    if not country:
        return {}
    name, _, part = country.partition("-")
    return dict(holidays.country_holidays(name, subdiv=part or None, years=years))


def _owed(promise: Promise, spoken_at: datetime | None) -> bool:
    if promise.state is PromiseState.OPEN:
        return True
    return promise.state is PromiseState.BROKEN and (spoken_at is None or spoken_at <= promise.due_at)
