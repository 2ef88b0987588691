"""What the staff pages show of messages, issues and cases: records that hold what a page needs and no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from listener.model.figures import IssueFigures
from listener.model.issue import Signal
from moderation.model.case import Reason
from moderation.model.clock import CaseClock


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMention:
    """A mention as staff see it. `author` is fit for showing where it is shown: a pseudonym on issue pages, the name on case pages.

    `private`: only its writer and we read it; `hidden`: its words, its title, its writer and its address are left out here for that.
    `kept_no_longer`: they were let go, for they had been kept long enough.
    `copies` counts other near-identical mentions folded under this one. `by_us` marks our own posts in a thread. `unproven`: only
    the message itself says who wrote it.
    """

    mention_id: int
    platform: str
    realm: str
    author: str
    text: str
    posted_at: datetime
    title: str = ""
    url: str = ""
    language: str = ""
    channel: str = ""
    directed: bool = False
    copies: int = 0
    edited: bool = False
    by_us: bool = False
    private: bool = False
    kept_no_longer: bool = False
    hidden: bool = False
    unproven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuesNow:
    """All issues at one moment. `bucket_hours` is the width of one count in every `IssueFigures.trend`; the last bucket ends at `as_of`."""

    as_of: datetime
    issues: tuple[IssueFigures, ...]
    bucket_hours: float = 24.0
    learning_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDetail:
    """One issue with a page of its mentions, newest first and copies folded; `mention_count` of them in all. `signals` are newest first."""

    as_of: datetime
    figures: IssueFigures
    mentions: tuple[ShownMention, ...]
    mention_count: int
    signals: tuple[Signal, ...] = ()
    bucket_hours: float = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """A case as the queue shows it. `holder` is empty while nobody has it; `version` goes back with a claim or a release.

    `why` are the reasons of its place in the queue, weightiest first: a `Reason` is worded by `StaffParts.why`, a text is a key of the
    pages' own wording below `why.` (such as "question") or stands as it is. `urgency` is between 0 and 1. `clock` is the one that is due
    first, `clock_state` how near that is. `private`: only the customer and we read it.
    """

    case_id: int
    version: int
    brand: str
    state: str
    holder: str
    urgency: float
    why: tuple[Reason | str, ...]
    waiting_since: datetime
    mention_count: int
    opening: ShownMention
    issue_id: int | None = None
    issue_title: str = ""
    unanswered: int = 0
    team: str = ""
    ending: str = ""
    snoozed_until: datetime | None = None
    snoozed_issue: bool = False
    clock: CaseClock | None = None
    clock_state: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDetail:
    """A case with its mentions, oldest first, and the issue it belongs to."""

    entry: QueueEntry
    mentions: tuple[ShownMention, ...]
    issue: IssueFigures | None = None
    bucket_hours: float = 24.0
