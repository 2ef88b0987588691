"""Text and times repaired so that every store can hold them (RULES I2, I3, I22)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

FUTURE_TOLERANCE = timedelta(minutes=5)

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def storable(text: str) -> tuple[str, frozenset[str]]:
    """Return `text` in a form that UTF-8 and every database can hold, and flags for what was repaired.

    Lone surrogates become U+FFFD (flag "surrogate"); NUL and other control characters except newline and tab are removed (flag
    "control"). Line ends become newlines, which is no repair. Nothing else changes: combining marks stay as written.
    """
    flags: set[str] = set()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text, repaired = _SURROGATE.subn("\ufffd", text)
    if repaired:
        flags.add("surrogate")
    text, removed = _CONTROL.subn("", text)
    if removed:
        flags.add("control")
    return text, frozenset(flags)


def sane_time(posted_at: datetime, received_at: datetime) -> tuple[datetime, frozenset[str]]:
    """Return when a mention was posted, in UTC, and flags; later than five minutes from now is taken as now (flag "future_time").

    Both times must be aware; a naive one raises ValueError, for guessing a zone would move mentions by hours.
    """
    if posted_at.tzinfo is None or received_at.tzinfo is None:
        raise ValueError("times of mentions must carry a time zone")
    if posted_at > received_at + FUTURE_TOLERANCE:
        return received_at.astimezone(UTC), frozenset({"future_time"})
    return posted_at.astimezone(UTC), frozenset()
