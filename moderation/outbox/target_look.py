"""What the message that a post answers looks like right now."""

from __future__ import annotations

from moderation.model.policy import TargetNow
from moderation.model.post import Target
from moderation.ports import Mentions


def look_at(mentions: Mentions, target: Target) -> TargetNow:
    """Return how the answered mention stands in the ledger; a post that answers nobody has nothing to look at."""
    if not target.mention_id:
        return TargetNow(gone=False)
    found = mentions.by_ids([target.mention_id])
    if not found:
        return TargetNow(gone=True)
    return TargetNow(gone=False, content_hash=found[0].mention.content_hash, addressed=any(hit.directed for hit in found[0].hits))
