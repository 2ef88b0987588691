"""Settings of the clocks: when we are open, and how soon we mean to answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, tzinfo

from pydantic import Field, field_validator

from listener.settings.schema import Section
from moderation.model.clock import DAY_MINUTES, OpeningHours, ReplyTarget, Targets

_STRETCH = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MOST_MINUTES = 60.0 * 24 * 90
_HOW = "write '8:00-20:00', '9:00-12:30, 13:00-17:00', '0:00-24:00' or '' for closed"


class OpeningSettings(Section):
    """When somebody is there to answer, in local time: stretches such as '8:00-20:00', several with a comma between, '' for closed."""

    monday: str = Field("8:00-20:00", description="Monday.")
    tuesday: str = Field("8:00-20:00", description="Tuesday.")
    wednesday: str = Field("8:00-20:00", description="Wednesday.")
    thursday: str = Field("8:00-20:00", description="Thursday.")
    friday: str = Field("8:00-20:00", description="Friday.")
    saturday: str = Field("9:00-17:00", description="Saturday.")
    sunday: str = Field("", description="Sunday.")

    @field_validator(*WEEKDAYS)
    @classmethod
    def _stretches(cls, value: str) -> str:
        stretches_of(value)
        return value

    @property
    def week(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        return tuple(stretches_of(getattr(self, day)) for day in WEEKDAYS)


class TargetSettings(Section):
    """How soon to answer on some platforms, in minutes of open time."""

    platforms: tuple[str, ...] = Field(min_length=1, description="Platforms as pages name them, such as 'mail' or 'mastodon'.")
    first_reply_minutes: float = Field(ge=0, le=_MOST_MINUTES, description="Minutes to a first reply there; 0: no clock.")
    next_reply_minutes: float = Field(ge=0, le=_MOST_MINUTES, description="Minutes to every later reply there; 0: no clock.")


_QUICK = {"platforms": ("x", "mastodon", "bluesky", "discord", "matrix"), "first_reply_minutes": 60.0, "next_reply_minutes": 60.0}
_SLOW = {"platforms": ("mail",), "first_reply_minutes": 720.0, "next_reply_minutes": 720.0}


class ClockSettings(Section):
    """How long a customer may wait. Only open time counts; nobody's own time is measured."""

    hours: OpeningSettings = Field(default_factory=lambda: OpeningSettings.model_validate({}))
    first_reply_minutes: float = Field(120.0, ge=0, le=_MOST_MINUTES, description="Open minutes to a first reply; 0: no clock.")
    next_reply_minutes: float = Field(120.0, ge=0, le=_MOST_MINUTES, description="Open minutes to every later reply; 0: no clock.")
    platforms: tuple[TargetSettings, ...] = Field(
        (TargetSettings.model_validate(_QUICK), TargetSettings.model_validate(_SLOW)),
        description="Platforms with times of their own: people expect an answer within the hour on fast ones, by mail the next day.",
    )
    holidays: str = Field("NL", description="Country whose public holidays are closed days, such as 'NL', 'BE' or 'DE-BY'; '': none.")
    closed_days: tuple[str, ...] = Field((), description="More days on which you are closed, such as '2027-05-05'.")
    open_days: tuple[str, ...] = Field((), description="Public holidays on which you are open all the same, such as '2027-03-26'.")

    @field_validator("closed_days", "open_days")
    @classmethod
    def _days(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                date.fromisoformat(one)
            except ValueError as error:
                raise ValueError(f"{one!r} is not a day; write it like '2027-05-05'") from error
        return value

    @field_validator("holidays")
    @classmethod
    def _known_country(cls, value: str) -> str:
        if value not in ("", "NL"):  # the list of countries is read only for those who need it
            import holidays

            country, _, part = value.partition("-")
            try:
                holidays.country_holidays(country, subdiv=part or None)
            except (NotImplementedError, KeyError) as error:
                raise ValueError("not a country we know the holidays of; write one like 'NL', 'BE' or 'DE-BY'") from error
        return value

    @property
    def targets(self) -> Targets:
        own = {name: _target(one.first_reply_minutes, one.next_reply_minutes) for one in self.platforms for name in one.platforms}
        return Targets(usual=_target(self.first_reply_minutes, self.next_reply_minutes), by_platform=own)

    def opening_hours(self, zone: tzinfo, holidays: Mapping[date, str]) -> OpeningHours:
        """Return when we are open; `holidays` are those of the years that matter."""
        closed = {date.fromisoformat(one) for one in self.closed_days}
        opened = {date.fromisoformat(one) for one in self.open_days}
        return OpeningHours(zone=zone, week=self.hours.week, closed=frozenset((holidays.keys() - opened) | closed))


def stretches_of(text: str) -> tuple[tuple[int, int], ...]:
    """Return '8:00-12:00, 13:00-17:30' as minutes since midnight, in order. Raises ValueError that says how to write it."""
    found: list[tuple[int, int]] = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        read = _STRETCH.fullmatch(part)
        if read is None:
            raise ValueError(f"{part!r} is not a stretch of a day; {_HOW}")
        opens, closes = (int(read[at]) * 60 + int(read[at + 1]) for at in (1, 3))
        if max(int(read[2]), int(read[4])) > 59 or not (found[-1][1] if found else 0) <= opens < closes <= DAY_MINUTES:
            raise ValueError(f"{part!r} does not end after it begins, on the same day and after the stretch before it; {_HOW}")
        found.append((opens, closes))
    return tuple(found)


def _target(first_minutes: float, next_minutes: float) -> ReplyTarget:
    return ReplyTarget(first_reply_seconds=first_minutes * 60 or None, next_reply_seconds=next_minutes * 60 or None)
