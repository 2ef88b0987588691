"""Times as export files write them → aware UTC (RULES I22). Every rule is a sentence in `read_time`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

ACCEPTED = "2026-03-01T09:30:00+01:00, 2026-03-01 09:30, 01-03-2026 09:30 (day first) or seconds since 1970"

_LEAP_SECOND = re.compile(r"(\d{1,2}:\d{2}):60(?:\.\d+)?", re.ASCII)
_EUROPEAN = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?$", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?$")
_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})$")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def read_time(value: object, *, zone: tzinfo, time_format: str = "") -> datetime:
    """Return the moment that `value` means, in UTC. Raises `ValueError` with the reason.

    - A time with a zone (Z, +14:00, a name in e-mail style) means what it says; one without is local time in `zone`.
    - A local time that summer time skips is read as if the clock had not been moved (02:30 becomes 03:30); one that occurs twice is
      the first of the two.
    - 23:59:60 counts as 23:59:59, so that a leap second stays in its day.
    - Numbers are seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size (below 1e11, 1e14, 1e17); one that
      means a moment before 1990 is none (a year, a counter, the zero of a broken clock). Eight digits that make a day between 1990
      and 2099 are that day.
    - 01-03-2026, 01/03/2026 and 01.03.2026 have the day first. Other orders need `time_format` (strptime), which then is the only rule.
    - A date alone is its midnight in `zone`.
    """
    if isinstance(value, datetime):
        return _utc(value, zone)
    if isinstance(value, date):
        return _utc(datetime(value.year, value.month, value.day), zone)  # noqa: DTZ001 - the zone is added by _utc
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"a {type(value).__name__} is not a time")
    text = str(value).strip()
    if len(text) > 100:
        raise ValueError("longer than any time")
    if time_format:
        return _utc(datetime.strptime(text, time_format), zone)  # noqa: DTZ007 - the zone is added by _utc
    if _NUMBER.match(text):
        return _from_number(text, zone)
    return _utc(_from_words(_LEAP_SECOND.sub(r"\1:59", text)), zone)


def _from_words(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    found = _EUROPEAN.match(text)
    if found:
        day, _, month, year, hour, minute, second = found.groups()
        if int(month) > 12:
            raise ValueError(f"month {month} does not exist; days come first here")
        return datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001 - zone added later
    for read in (parsedate_to_datetime, _as_x_writes):
        try:
            return read(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    raise ValueError("not a time")


def _as_x_writes(text: str) -> datetime:
    """Read "Tue Feb 17 07:36:05 +0000 2015", the style of X's first API."""
    return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y")


def _from_number(text: str, zone: tzinfo) -> datetime:
    day = _DAY.match(text)
    if day and 1990 <= int(day[1]) <= 2099 and 1 <= int(day[2]) <= 12 and 1 <= int(day[3]) <= 31:
        return _utc(datetime(int(day[1]), int(day[2]), int(day[3])), zone)  # noqa: DTZ001 - the zone is added by _utc
    number = float(text)
    for limit, per_second in ((1e11, 1), (1e14, 1_000), (1e17, 1_000_000), (1e20, 1_000_000_000)):
        if abs(number) < limit:
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=number / per_second)
            if moment < _EARLIEST:
                raise ValueError(f"as a number it would mean {moment:%Y}")
            return moment
    raise ValueError("no calendar reaches that far")


def _utc(moment: datetime, zone: tzinfo) -> datetime:
    """Return `moment` in UTC. zoneinfo reads a skipped local time with the offset before the change, and a double one as the first."""
    try:
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise ValueError("no calendar reaches that far") from error
