"""How long things are kept, what was agreed about it when, and what would go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, replace
from datetime import datetime, timedelta

from moderation.model.subject_request import months_later

NOTICE = timedelta(days=7)
"""From when somebody could read that words will go until the first do: time to raise a limit, or to take a copy."""
LEAP = timedelta(days=7)
"""More than this that nobody saw pass: a service that was off for long, or a clock that was set wrong."""
HOLD = timedelta(days=3)
"""Nothing goes for so long after a leap: time to see that the clock is wrong, for what goes does not come back (RULES F13)."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Days and months, as in the settings under `retention`; backups are no data of their own and have no notice."""

    raw_days: int
    x_days: int
    closed_cases_days: int
    aggregates_months: int

    def covers(self, other: Limits) -> bool:
        """Tell whether everything is kept at least as long as by `other`."""
        return all(mine >= theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True))

    def longest(self, other: Limits) -> Limits:
        """Return the longer of each."""
        return Limits(**{name: max(value, getattr(other, name)) for name, value in asdict(self).items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """Limits that hold (`standing`; None: nothing goes yet), those that will from `from_at`, and when the job ran to its end last.

    `seen_at`: when the service last looked at its clock; `held_until`: nothing goes before, for the clock leapt.
    """

    standing: Limits | None = None
    coming: Limits | None = None
    from_at: datetime | None = None
    noted_at: datetime | None = None
    last_at: datetime | None = None
    seen_at: datetime | None = None
    held_until: datetime | None = None

    def written(self) -> str:
        return json.dumps(asdict(self), default=lambda one: one.isoformat())

    @classmethod
    def read(cls, kept: str | None) -> Agreed:
        """Return what `written` wrote; None is a home that was never told."""
        found: Mapping[str, object] = {} if kept is None else json.loads(kept)
        limits = {name: Limits(**given) for name, given in found.items() if isinstance(given, dict)}
        moments = {name: datetime.fromisoformat(given) for name, given in found.items() if isinstance(given, str)}
        return cls(**limits, **moments)  # type: ignore[arg-type]  # each name is of one kind


def agree(before: Agreed, wanted: Limits, now: datetime) -> Agreed:
    """Return what holds now: longer limits at once, shorter ones (also the first ones of a home) only after `NOTICE`."""
    standing, coming, from_at = before.standing, before.coming, before.from_at
    if coming is not None and from_at is not None and now >= from_at:
        standing, coming, from_at = coming, None, None
    if standing is not None and wanted.covers(standing):
        standing, coming, from_at = wanted, None, None
    elif coming is None or not wanted.covers(coming):
        coming, from_at = wanted, now + NOTICE
    else:
        coming = wanted
    if standing is not None and coming is not None:
        standing = standing.longest(coming)
    return replace(before, standing=standing, coming=coming, from_at=from_at, noted_at=before.noted_at or now)


def awake(before: Agreed, now: datetime, *, passed: timedelta | None) -> Agreed:
    """Return what was agreed, by a clock that may have been set: after a leap nothing goes for `HOLD`, and a notice begins anew.

    passed: how much time went by since `seen_at` by a clock that nobody sets; None when the service was not running. What a clock noted
    that ran ahead and was put right counts no more: nothing would go for years otherwise.
    """
    leapt = before.seen_at is not None and now - before.seen_at - (passed or timedelta()) > LEAP
    held_until = now + HOLD if leapt else before.held_until
    return replace(
        before,
        seen_at=now,
        held_until=held_until if held_until is not None and now < held_until <= now + HOLD else None,
        from_at=None if before.from_at is None else now + NOTICE if leapt else min(before.from_at, now + NOTICE),
        last_at=None if before.last_at is not None and before.last_at > now + DAY else before.last_at,
    )


def months_before(at: datetime, months: int) -> datetime:
    """Return the same day and hour so many months earlier, or that month's last day."""
    return datetime.combine(months_later(at.date(), -months), at.timetz())
