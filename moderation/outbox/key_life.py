"""How long a platform that drops repeated keys surely still knows one. Pure."""

from __future__ import annotations

import math
from datetime import datetime

from moderation.model.outbox import OutboxEntry

KEY_SAFE = 0.9
"""Part of a native key's life within which a retry under it is safe: after that the platform may have forgotten the key."""


def key_holds(entry: OutboxEntry, key_seconds: float, *, at: datetime) -> bool:
    """Tell whether the platform still knows the key of the first attempt. A clock that says "before it" is no proof."""
    if math.isinf(key_seconds):
        return True
    age_seconds = (at - (entry.started_at or entry.approved_at)).total_seconds()
    return key_seconds > 0 and 0 <= age_seconds <= KEY_SAFE * key_seconds
