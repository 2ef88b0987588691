"""What a week is counted from, and the few things that its parts share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from listener.insight.store import Insight
from listener.parts import Listening
from moderation.model.matrix import Quadrant
from moderation.model.tap import TapLook
from moderation.model.week_report import IssueWeek
from moderation.parts import Desk
from moderation.reports.week import Week

Looks = Callable[[Collection[int]], Mapping[int, TapLook]]


def no_looks(_action_ids: Collection[int]) -> Mapping[int, TapLook]:
    """Know of no look at any action."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekParts:
    """What a week is counted from. `listening` may be narrowed to `brands`; `looks` is what "did the tap close?" said last, by action."""

    listening: Listening
    desk: Desk
    team_lists: Sequence[Mapping[str, str]]
    brands: frozenset[str] | None = None
    looks: Looks = no_looks

    @property
    def insight(self) -> Insight:
        return self.listening.insight


def painful(issue: IssueWeek) -> bool:
    """Tell whether an issue is one that hurts: not muted, and not what both sides are glad of."""
    return not issue.hidden and issue.quadrant is not Quadrant.LEVERAGE


def within(moment: datetime | None, week: Week) -> bool:
    return moment is not None and week.from_at <= moment < week.as_of
