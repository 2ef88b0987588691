"""What the page about shadow is fed with, over an open desk."""

from __future__ import annotations

from collections.abc import Sequence

from moderation.inbox.shadow_parts import ShadowParts
from moderation.model.shadow import Judged, ShadowItem
from moderation.parts import Desk
from moderation.policy.cost import cost_of
from moderation.workflows.load_wording import load_policy

MOST_CHECKED = 10


def shadow_parts(desk: Desk) -> ShadowParts:
    """Return the page's parts."""
    policy, shadow = load_policy(), desk.shadow

    def waiting() -> Sequence[ShadowItem]:
        return shadow.items(waiting=True)[::-1]

    def review(shadow_id: int, judged: Judged, who: str, note: str) -> ShadowItem:
        return shadow.review(shadow_id, judged, who, note=note)

    return ShadowParts(
        waiting=waiting,
        checked=lambda: shadow.items(waiting=False, limit=MOST_CHECKED),
        figures=shadow.figures,
        standing=desk.standing.list,
        review=review,
        graduate=shadow.graduate,
        cost=lambda item: cost_of(item.post, policy),
    )
