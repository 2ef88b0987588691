"""What a post costs on a platform that asks money for it, known before it leaves (RULES P8). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from moderation.model.outbox import Draft
from moderation.model.policy import Policy
from moderation.model.post import OutgoingPost

_LINK = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|nl|org|net|eu|io|be|de|info|app|dev|co)\b", re.IGNORECASE)
POST, POST_WITH_URL = "post", "post_with_url"


def cost_of(said: OutgoingPost | Draft, policy: Policy) -> float:
    """Return the US dollars that this post costs; 0 where posting is free. Whatever may count as a link is counted as one."""
    return cost_of_text(said.text, said.target.platform, policy)


def cost_of_text(text: str, platform: str, policy: Policy) -> float:
    """Return the US dollars that a text costs on a platform."""
    costs = policy.costs_usd.get(platform)
    if costs is None:
        return 0.0
    return costs[POST_WITH_URL] if _LINK.search(text) else costs[POST]


def spent(texts: Iterable[str], platform: str, policy: Policy) -> float:
    """Return the US dollars that posts with these texts cost together."""
    return sum(cost_of_text(text, platform, policy) for text in texts)


def cost_words(said: OutgoingPost | Draft, policy: Policy) -> str:
    """Return the cost for a person to read before it leaves ("costs $0.200 on x", for commands); empty where it is free."""
    cost = cost_of(said, policy)
    return f"costs ${cost:.3f} on {said.target.platform}" if cost else ""
