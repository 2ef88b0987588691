"""What the message that a post answers looks like right now."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from moderation.model.policy import TargetNow
from moderation.model.post import Target
from moderation.ports import Mentions

NOBODY = "nobody"
"""Stands for the writer of a private message that names none: nobody can be answered."""
_SUBREDDIT = re.compile(r"/r/([A-Za-z0-9_]{2,50})/")


def look_at(mentions: Mentions, target: Target) -> TargetNow:
    """Return how the answered mention stands in the ledger; a post that answers nobody has nothing to look at."""
    if not target.mention_id:
        return TargetNow(gone=False)
    found = mentions.by_ids([target.mention_id])
    if not found:
        return TargetNow(gone=True)
    mention = found[0].mention
    return TargetNow(
        gone=False,
        content_hash=mention.content_hash,
        addressed=any(hit.directed for hit in found[0].hits),
        community=community_of(mention.platform, mention.url),
        private_to=(mention.author.native_id if mention.author else NOBODY) if found[0].private else "",
    )


def community_of(platform: str, url: str) -> str:
    """Return the subreddit that a Reddit mention stands in, "r/name" in small letters, by its address; "" when that names none."""
    found = _SUBREDDIT.match(urlsplit(url).path) if platform == "reddit" else None
    return f"r/{found[1].lower()}" if found else ""
