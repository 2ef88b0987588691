"""Taking a post of ours away: what every platform's answer to that means in the same way."""

from __future__ import annotations

from collections.abc import Awaitable

from listener.errors import PublishRejected
from moderation.model.post import Accepted


async def taken_away(asked: Awaitable[object], platform_id: str) -> Accepted:
    """Wait for the platform's answer; a post that is gone already counts as taken away, so that asking twice harms nobody."""
    try:
        await asked
    except PublishRejected as refusal:
        if refusal.why != "gone":
            raise
    return Accepted(platform_id=platform_id)
