"""What a week is counted from, and the few things that its parts share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from listener.insight.store import Insight
from listener.parts import Listening
from moderation.ledger.actions import ActionLedger
from moderation.ledger.feedback import FeedbackLedger
from moderation.ledger.grid import MatrixLedger
from moderation.ledger.our_words import OurWords
from moderation.ledger.tap import TapLedger
from moderation.model.grid import GridHistory
from moderation.model.matrix import Quadrant
from moderation.model.week_report import IssueWeek
from moderation.model.week_work import TapSaid
from moderation.reports.matrix import Rules, read_rules
from moderation.reports.week import Week
from moderation.settings import KlankbordSettings
from moderation.workflows.keep_cards import Cards
from moderation.workflows.read_clocks import Clocks


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekParts:
    """What a week is counted from. `listening` is narrowed to `brands` already; None is every brand.

    `shares` is the feedback whose shares are told from the first answer on, `feedback` the one whose means need the settings' least.
    """

    listening: Listening
    settings: KlankbordSettings
    cards: Cards
    clocks: Clocks
    actions: ActionLedger
    taps: TapLedger
    feedback: FeedbackLedger
    shares: FeedbackLedger
    words: OurWords
    grid: GridHistory
    where: Callable[[int], int]
    team_lists: Sequence[Mapping[str, str]]
    brands: frozenset[str] | None = None

    @property
    def insight(self) -> Insight:
        return self.listening.insight

    @property
    def rules(self) -> Rules:
        """Where issues start in the matrix, as the house has it."""
        return read_rules(MatrixLedger(self.listening.ledger.engine).now()[1])

    def tap_said(self, action_ids: Collection[int]) -> dict[int, TapSaid]:
        """Return what "did the tap close?" said last of these actions."""
        return {
            action_id: TapSaid(
                verdict=look.effect.verdict,
                reason=look.effect.reason,
                left=look.effect.left,
                avoided=look.effect.avoided,
                came_back=look.came_back,
            )
            for action_id, look in self.taps.latest(action_ids).items()
        }


def painful(issue: IssueWeek) -> bool:
    """Tell whether an issue is one that hurts: not muted, and not what both sides are glad of."""
    return not issue.hidden and issue.quadrant is not Quadrant.LEVERAGE


def within(moment: datetime | None, week: Week) -> bool:
    return moment is not None and week.from_at <= moment < week.as_of
