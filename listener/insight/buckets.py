"""Stretches of time that trends count in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo


def bucket_edges(from_at: datetime, as_of: datetime, bucket_hours: float, zone: tzinfo = UTC) -> tuple[datetime, ...]:
    """Return the edges (UTC, ascending, at least two) of buckets that end at `as_of` and reach back to `from_at` or just before it.

    A bucket holds what lies after its first edge up to and including its second. Buckets of whole days are cut at the same time on
    the clock of `zone`, so that each holds one morning and one night even when the clocks change.
    """
    if bucket_hours <= 0:
        raise ValueError("bucket_hours must be positive")
    if from_at >= as_of:
        raise ValueError("from_at must lie before as_of")
    whole_days = int(bucket_hours // 24) if bucket_hours % 24 == 0 else 0
    edges = [as_of.astimezone(UTC)]
    while edges[-1] > from_at:
        back = len(edges)
        edges.append(clock_days_before(as_of, back * whole_days, zone) if whole_days else edges[0] - timedelta(hours=bucket_hours * back))
    return tuple(reversed(edges))


def clock_days_before(moment: datetime, days: int, zone: tzinfo) -> datetime:
    """Return the moment (UTC) `days` days earlier at the same time on the clock of `zone`."""
    local = moment.astimezone(zone)
    return (local.replace(tzinfo=None) - timedelta(days=days)).replace(tzinfo=zone, fold=local.fold).astimezone(UTC)
