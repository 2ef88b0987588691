"""Numbers, dates and stretches of time as a language writes them. Sentences live in `config/templates/<language>/`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """How one language writes figures. `hours`, `minutes`, `days` are (one, many)."""

    thousands: str
    decimal: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    minutes: tuple[str, str]
    hours: tuple[str, str]
    days: tuple[str, str]


_DUTCH = Conventions(
    thousands=".",
    decimal=",",
    weekdays=("ma", "di", "wo", "do", "vr", "za", "zo"),
    months=("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    minutes=("minuut", "minuten"),
    hours=("uur", "uur"),
    days=("dag", "dagen"),
)
_ENGLISH = Conventions(
    thousands=",",
    decimal=".",
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    minutes=("minute", "minutes"),
    hours=("hour", "hours"),
    days=("day", "days"),
)


def conventions(language: str) -> Conventions:
    """Return Dutch conventions for "nl" and English ones for every other language."""
    return _DUTCH if language == "nl" else _ENGLISH


def number(value: float, language: str) -> str:
    """Return a count with thousands separators, or a fraction with one decimal: 2.831 and 0,4 in Dutch."""
    rules = conventions(language)
    if value == int(value):
        return f"{int(value):,}".replace(",", rules.thousands)
    whole, tenth = f"{value:,.1f}".split(".")
    return f"{whole.replace(',', rules.thousands)}{rules.decimal}{tenth}"


def dollars(value: float, language: str) -> str:
    """Return US dollars to a cent: "$ 0,40" in Dutch, "$0.40" in English."""
    rules = conventions(language)
    whole, cents = f"{value:,.2f}".split(".")
    return f"${' ' if language == 'nl' else ''}{whole.replace(',', rules.thousands)}{rules.decimal}{cents}"


def count(value: int, one: str, many: str, language: str) -> str:
    """Return a number with its noun: 1 bericht, 2 berichten, 0 berichten."""
    return f"{number(value, language)} {one if value == 1 else many}"


def signed(value: float, language: str) -> str:
    """Return a difference with its sign: +3, −1.204 (a true minus), 0."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{number(abs(value), language)}"


def moment(at: datetime, zone: tzinfo, language: str) -> str:
    """Return a moment on the clock of `zone`: "di 10 mrt 14:05". Callers name the year where it is not plain."""
    local = at.astimezone(zone)
    rules = conventions(language)
    return f"{rules.weekdays[local.weekday()]} {local.day} {rules.months[local.month - 1]} {local:%H:%M}"


def dated_moment(at: datetime, zone: tzinfo, language: str) -> str:
    """Return a moment with its year: "di 10 mrt 2026 14:05"."""
    local = at.astimezone(zone)
    rules = conventions(language)
    return f"{rules.weekdays[local.weekday()]} {local.day} {rules.months[local.month - 1]} {local.year} {local:%H:%M}"


def stretch(seconds: float, language: str) -> str:
    """Return a length of time in one unit, rounded: 1 minuut, 3 uur, 2 dagen; below a minute counts as one."""
    rules = conventions(language)
    minutes = max(1, round(seconds / 60))
    if minutes < 90:
        return count(minutes, *rules.minutes, language)
    hours = round(minutes / 60)
    if hours < 48:
        return count(hours, *rules.hours, language)
    return count(round(hours / 24), *rules.days, language)


def hours_stretch(hours: float, language: str) -> str:
    """Return a window as people name it: 12 uur, 7 dagen (whole days from three on), 1,5 uur."""
    rules = conventions(language)
    if hours >= 72 and hours % 24 == 0:
        return count(int(hours // 24), *rules.days, language)
    return f"{number(hours, language)} {rules.hours[0] if hours == 1 else rules.hours[1]}"
