"""How long a platform that drops repeated keys surely still knows one, and which entries depend on that. Pure."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime

from moderation.model.outbox import EntryState, OutboxEntry, Outcome

KEY_SAFE = 0.9
"""Part of a native key's life within which a retry under it is safe: after that the platform may have forgotten the key."""


def key_holds(entry: OutboxEntry, key_seconds: float, *, at: datetime) -> bool:
    """Tell whether the platform still knows the key of the first attempt. A clock that says "before it" is no proof."""
    if math.isinf(key_seconds):
        return True
    age_seconds = (at - (entry.started_at or entry.approved_at)).total_seconds()
    return key_seconds > 0 and 0 <= age_seconds <= KEY_SAFE * key_seconds


def still_in_doubt(started: OutboxEntry, outcome: Outcome) -> Outcome:
    """Return the outcome of a retry as it is kept.

    One that did not get through says nothing about the attempt before it, which was merely not seen: the entry stays "not there", so that
    the next try asks for the key's life too.
    """
    if started.reason != "not_there" or outcome.state is not EntryState.PROVEN_ABSENT:
        return outcome
    return replace(outcome, reason="not_there", note=outcome.note or outcome.reason)
