"""What the page about shadow needs from the rest of the product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from moderation.model.outbox import StandingApproval
from moderation.model.shadow import Judged, ShadowFigures, ShadowItem, ShadowKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowParts:
    """What the page shows and does. What changes something raises `ActionError` when it is not allowed.

    `waiting()`: items nobody checked, the oldest first. `figures()`: one line per subject, those in use first. `checked()`: the newest
    that were checked. `cost(item)`: the US dollars that the post would cost; 0 where it is free.
    """

    waiting: Callable[[], Sequence[ShadowItem]]
    checked: Callable[[], Sequence[ShadowItem]]
    figures: Callable[[], Sequence[ShadowFigures]]
    standing: Callable[[], Sequence[StandingApproval]]
    review: Callable[[int, Judged, str, str], object]
    graduate: Callable[[ShadowKind, str, str], object]
    cost: Callable[[ShadowItem], float]
