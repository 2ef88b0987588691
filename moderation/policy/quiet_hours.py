"""Quiet hours on the local clock: whether they hold now, and when they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from moderation.model.delivery import Quiet

_DAY = 24 * 60


def quiet_until(now: datetime, quiet: Quiet | None, zone: tzinfo) -> datetime | None:
    """Return when the quiet hours end that hold at `now`, in UTC; None when none hold.

    The end is found by walking on minute by minute and looking at the clock on the wall: in the night in which the clocks change, an end
    that the wall skips comes with the jump, and an hour that it shows twice is quiet both times. `begins` equal to `until` is never quiet.
    """
    if quiet is None or not _holds(now, quiet, zone):
        return None
    moment = now.astimezone(UTC).replace(second=0, microsecond=0)
    for _ in range(_DAY + 2 * 60):
        moment += timedelta(minutes=1)
        if not _holds(moment, quiet, zone):
            return moment
    return None  # quiet round the clock, which the form does not take


def _holds(at: datetime, quiet: Quiet, zone: tzinfo) -> bool:
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    if quiet.begins <= quiet.until:
        return quiet.begins <= minute < quiet.until
    return minute >= quiet.begins or minute < quiet.until


def minutes_of(written: str) -> int | None:
    """Return "22:30" as minutes since midnight; None for anything else."""
    hour, colon, minute = written.strip().partition(":")
    plain = colon and hour.isascii() and minute.isascii() and hour.isdigit() and minute.isdigit() and len(hour) <= 2 and len(minute) == 2
    if not plain or int(hour) > 23 or int(minute) > 59:
        return None
    return int(hour) * 60 + int(minute)


def written_minutes(minutes: int) -> str:
    """Return minutes since midnight as "22:30"."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
