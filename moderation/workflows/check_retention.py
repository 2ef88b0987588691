"""Whether what is kept long enough goes, and who was told: what `klankbord doctor` says of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from listener.model.health import Finding
from moderation.model.retention import Agreed, Limits

LATE = timedelta(days=2)
"""So long without a night that let go of anything, and something is wrong: `klankbord run` is off, or fails."""


def check_retention(agreed: Agreed, wanted: Limits, *, words_over: Callable[[Limits], int], file: str, now: datetime) -> Finding:
    """Return one line: a warning during the notice, while a clock is doubted, and when no night did it.

    wanted: the limits of the settings, which stand in `file`. words_over: of how many messages the words would go by some limits.
    """
    limits = agreed.coming or wanted
    kept = f"words are kept for {limits.raw_days} days (X: {limits.x_days}), ended cases for {limits.closed_cases_days} more"
    if agreed.coming is not None and agreed.from_at is not None and now < agreed.from_at:
        detail = (
            f"from {agreed.from_at:%Y-%m-%d} {kept}; today that would be those of {words_over(limits):,} messages, less what cases hold"
        )
        return _warning(detail, f"klankbord retention show, or raise retention.raw_days in {file}")
    if agreed.held_until is not None and now < agreed.held_until:
        detail = f"the clock leapt ahead, or `klankbord run` was off for long; nothing goes before {agreed.held_until:%Y-%m-%d %H:%M} UTC"
        return _warning(detail, "date -u, and set the clock right if that is not the time")
    last = agreed.last_at or agreed.from_at or agreed.noted_at
    if last is not None and now - last > LATE:
        detail = f"nothing that is too old was let go since {last:%Y-%m-%d}: `klankbord run` does it at night"
        return _warning(detail, "klankbord run, or once: klankbord retention run --yes")
    return Finding(level="ok", what="retention", detail=kept)


def _warning(detail: str, mend: str) -> Finding:
    return Finding(level="warn", what="retention", detail=detail, mend=mend)
