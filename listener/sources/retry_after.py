"""How long a platform asks us to wait, in all its dialects (RULES F16)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from listener.sources.json_text import read_object

DEFAULT_WAIT_SECONDS = 60.0
LEAST_WAIT_SECONDS = 1.0
MOST_WAIT_SECONDS = 900.0

_RESETS = ("x-ratelimit-reset-after", "x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset")
_EPOCH_FROM = 1_000_000_000  # larger numbers in reset headers are moments, smaller ones are seconds left


def wait_seconds(headers: Mapping[str, str], body: bytes, *, now: datetime) -> float:
    """Return seconds to wait, between 1 and 900; 60 when the platform does not say (or says nothing readable).

    Read in this order: the longer of `Retry-After` (seconds or HTTP date) and a JSON body (Discord's `retry_after`, Matrix's
    `retry_after_ms`, Discourse's `extras.wait_seconds`), then the reset headers
    `x-ratelimit-reset-after` (Discord: seconds left), `x-rate-limit-reset` (X: epoch), `x-ratelimit-reset` (Reddit: seconds left;
    Mastodon: ISO date), `ratelimit-reset` (IETF draft).
    `headers` is looked up in lower case. Waits above 15 minutes are cut there: the schedule asks again and is told again.
    """
    told = [_seconds(headers.get("retry-after"), now), _seconds(_from_body(body), now)]
    longest = max((one for one in told if one is not None), default=None)  # Discord says 64.57 in the body and 64 or 65 in the header
    for seconds in (longest, *(_seconds(headers.get(name), now) for name in _RESETS)):
        if seconds is not None:
            return min(max(seconds, LEAST_WAIT_SECONDS), MOST_WAIT_SECONDS)
    return DEFAULT_WAIT_SECONDS


def _seconds(value: str | None, now: datetime) -> float | None:
    if not value or len(value) > 100:
        return None
    text = value.strip()
    try:
        number = float(text)
    except ValueError:
        moment = _moment(text)
        return (moment - now).total_seconds() if moment is not None else None
    if not math.isfinite(number):
        return None
    return number - now.timestamp() if number >= _EPOCH_FROM and abs(number - now.timestamp()) < 366 * 86_400 else number


def _moment(text: str) -> datetime | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return None


def _from_body(body: bytes) -> str | None:
    """Return the seconds that a small JSON object names: `retry_after`, `retry_after_ms` or `extras.wait_seconds`."""
    if len(body) > 10_000 or not body.lstrip().startswith(b"{"):
        return None
    found = read_object(body)
    milliseconds = _number(found.get("retry_after_ms"))
    extras = found.get("extras")
    named = [
        _number(found.get("retry_after")),
        milliseconds / 1000 if milliseconds is not None else None,
        _number(extras.get("wait_seconds")) if isinstance(extras, dict) else None,
    ]
    return next((str(seconds) for seconds in named if seconds is not None), None)


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    except OverflowError:
        return None
