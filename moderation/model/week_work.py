"""What we did in one week, and left undone: answers in time, promises, silence, asking, improvements. Parts of `week_report.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from moderation.model.clock import ClockKind
from moderation.model.shares import Mean, Part
from moderation.model.tap import Span, TapReason, TapVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWeek:
    """Of the waits that were due in the week on one platform, how many we answered in time."""

    platform: str
    kind: ClockKind
    kept: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseWeek:
    """A promise to speak by `due_at`, in public about an issue. `kept` None: still open when the report was made."""

    issue_id: int
    due_at: datetime
    kept: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceWeek:
    """An issue about which people wrote `written` messages in the week while we said nothing: for `hours`, from our last word (or theirs,
    when we never said any), which was at `since_at`, to their last one of the week. Reports that were made earlier do not know `since_at`,
    and have in `written` what came in the whole week.
    """

    issue_id: int
    hours: float
    written: int
    since_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Messages addressed to us that nobody answered and nobody decided on, and how long the oldest waits at the end of the week.

    `no_case` of them never came into the queue: too old when they were read, or from before there was one.
    """

    unanswered: Part = Part()
    no_case: int = 0
    case_ids: tuple[int, ...] = ()
    longest_hours: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackWeek:
    """What came of asking. `within` and `bare`: who went on to a review, asked inside a feedback request and asked with nothing else."""

    answered: Part = Part()
    within: Part = Part()
    bare: Part = Part()
    satisfaction: Mean = Mean()
    effort: Mean = Mean()
    nps: Mean = Mean()


@dataclass(frozen=True, slots=True, kw_only=True)
class TapSaid:
    """What "did the tap close?" said of an action last.

    How much is left of the contacts that would have come, and how many did not come.
    """

    verdict: TapVerdict
    reason: TapReason
    left: Span | None = None
    avoided: Span | None = None
    came_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionWeek:
    """An improvement action: `state` is open, done or dropped. `before` and `after`: contacts a week on either side of the day it was done.

    `before_weeks` and `after_weeks` are how many whole weeks those are means of. `look` is what "did the tap close?" said last, if it did.
    `this_week`: it was done or dropped in this very week.
    """

    action_id: int
    issue_id: int
    change: str
    owner: str
    due_on: date
    state: str
    closed_at: datetime | None = None
    this_week: bool = False
    late: bool = False
    before: float | None = None
    before_weeks: int = 0
    after: float | None = None
    after_weeks: int = 0
    look: TapSaid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedUp:
    """One of last week's costliest issues: its contacts then and now, and what was done about it since."""

    issue_id: int
    then: int
    now: int
    actions_made: int = 0
    actions_done: int = 0
    actions_open: int = 0
    said_in_public: int = 0
    answered: int = 0

    @property
    def nothing_done(self) -> bool:
        """Whether nobody did anything about it that Klankbord knows of."""
        return not (self.actions_made or self.actions_done or self.actions_open or self.said_in_public or self.answered)
