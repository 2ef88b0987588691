"""Make the weekly report exactly once a week, whatever the process was doing when it fell due (RULES F14, F15).

A report comes from the state of the data, not from a timer: its week is over, its hour has come, it has no line in the ledger, and what
came in has been read. Counting may be broken off at any point: without its line the report is simply not made yet.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

from listener.model.plain import plain
from listener.ports import Clock
from moderation.ledger.week_reports import MadeReport
from moderation.model.week_report import WeekFigures
from moderation.reports.week import Week, due_weeks

logger = logging.getLogger(__name__)

PATIENCE = timedelta(hours=6)
"""So long after its hour a report waits for messages of its week that are still to be read; then it is made, and says how many they are."""


class Reports(Protocol):
    """Where reports are kept: `WeekReportLedger`."""

    def made(self) -> Sequence[MadeReport]: ...

    def add(self, figures: dict[str, object], *, from_at: datetime, to_at: datetime, made_at: datetime) -> bool: ...

    def read_up_to(self) -> int: ...

    def unread(self, from_at: datetime, to_at: datetime) -> tuple[int, int]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What a count is given: the reports there are, the newest mention it may see, and when it is made."""

    made: Sequence[MadeReport]
    up_to: int
    made_at: datetime


Count = Callable[[Week, Making], WeekFigures]


class MakeReports:
    """Looks which weeks lack a report, counts them and keeps them, oldest first."""

    def __init__(self, reports: Reports, count: Count, *, clock: Clock, zone: tzinfo, weekday: int, hour: int) -> None:
        self._reports = reports
        self._count = count
        self._clock = clock
        self._zone = zone
        self._weekday = weekday
        self._hour = hour

    def once(self) -> list[str]:
        """Make what is missing and return the weeks it is about. A house that never heard anything and has no sources gets none."""
        now, done = self._clock.now(), []
        made = self._reports.made()
        for week in due_weeks(now, {one.period for one in made}, zone=self._zone, weekday=self._weekday, hour=self._hour):
            if self._must_wait(week, now) or not self._make(week, made, now):
                break
            done.append(week.name)
            made = self._reports.made()
        return done

    def _must_wait(self, week: Week, now: datetime) -> bool:
        due_at = week.as_of + timedelta(days=self._weekday - 1, hours=self._hour)
        return now < due_at + PATIENCE and self._reports.unread(week.from_at, week.as_of)[0] > 0

    def _make(self, week: Week, made: Sequence[MadeReport], now: datetime) -> bool:
        figures = self._count(week, Making(made=made, up_to=self._reports.read_up_to(), made_at=now))
        if not figures.mentions and not figures.coverage and not made:
            return False
        kept = self._reports.add(plain(figures), from_at=week.from_at, to_at=week.as_of, made_at=now)
        if kept:
            logger.info("weekly report made", extra={"period": week.name, "mentions": figures.mentions})
        return kept
