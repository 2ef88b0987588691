"""A request of somebody about what is kept of them, and its clock: one calendar month, once two months more (GDPR 12(3))."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

MONTHS = 1
MORE_MONTHS = 2
"""GDPR 12(3): "may be extended by two further months where necessary", told with its reasons within the first month."""
SOON = timedelta(days=7)
"""How long before its end a request is told of as due soon."""


class RequestKind(StrEnum):
    """What is asked for: GDPR 15 (access), 16 (rectify), 17 (erase), 21 (object)."""

    ACCESS = "access"
    ERASE = "erase"
    OBJECT = "object"
    RECTIFY = "rectify"


class Ending(StrEnum):
    """How a request ended. Withdrawn: by whoever asked, such as a copy that was still to be made of what they had erased."""

    OPEN = ""
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Via(StrEnum):
    """How it came: by somebody at the desk, who made sure who asks, or by the person themselves, whom Discord proved."""

    DESK = "desk"
    DISCORD = "discord"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRequest:
    """One request. `person` is whom it is about, empty once it ended: only a keyed hash is kept then.

    `due_at` is the first moment that is too late. `carry_out`: the program ends it by itself. `begun_at`: an erasure is under way.
    """

    request_id: int
    kind: RequestKind
    person: str
    platform: str
    via: Via
    received_at: datetime
    due_at: datetime
    made_by: str
    carry_out: bool = False
    begun_at: datetime | None = None
    extended_at: datetime | None = None
    extended_by: str = ""
    extended_why: str = ""
    ended_at: datetime | None = None
    ending: Ending = Ending.OPEN
    ended_by: str = ""
    ended_why: str = ""
    receipt_id: int | None = None

    @property
    def open(self) -> bool:
        """Whether somebody still waits for an answer."""
        return self.ended_at is None

    def overdue(self, now: datetime) -> bool:
        """Whether its time went by without an answer."""
        return self.open and now >= self.due_at

    def soon(self, now: datetime) -> bool:
        """Whether it has to be answered within a week."""
        return self.open and not self.overdue(now) and self.due_at - now <= SOON

    @property
    def last_moment(self) -> datetime:
        """The last moment that is in time."""
        return self.due_at - timedelta(microseconds=1)

    def last_day(self, zone: tzinfo) -> date:
        """Return the last day on which an answer is in time."""
        return self.last_moment.astimezone(zone).date()


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of that month where it has no such day (31 January: 28 February).

    So Regulation 1182/71, article 3(2)(c), counts months. A last day on a weekend is not moved on, though 3(4) would allow it.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due_at(received_at: datetime, months: int, zone: tzinfo) -> datetime:
    """Return the moment at which the last day of so many months is over, in the zone in which people count their days."""
    last = months_later(received_at.astimezone(zone).date(), months)
    return datetime.combine(last + timedelta(days=1), datetime.min.time(), tzinfo=zone)
