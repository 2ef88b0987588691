"""The figures of one week, for management: counts, ids and shares, without a word of any customer and the same in every language.

A week is what was *posted* from Monday 00:00 to the next Monday 00:00 on the settings' clock. What came in after a week's report was made
stands in the next report as `late`: so each mention is in exactly one week, and is told of exactly once (RULES F14).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from moderation.model.advice import Way
from moderation.model.matrix import Quadrant
from moderation.model.shares import Part
from moderation.model.week_work import ActionWeek, ClockWeek, FeedbackWeek, FollowedUp, Ignored, PromiseWeek, SilenceWeek


class Growth(StrEnum):
    """An issue's contacts against the week before.

    `steady`: no difference that chance does not explain; `unknown`: nobody listened then.
    """

    NEW = "new"
    GREW = "grew"
    STEADY = "steady"
    SHRANK = "shrank"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueWeek:
    """One issue in the week. A contact is one person on one day about one issue, however often they wrote; spam is none.

    `before`: contacts in the week before. `by_hand`: a person chose its quadrant. `hidden`: it is muted.
    """

    issue_id: int
    contacts: int
    before: int
    people: int
    mentions: int
    growth: Growth
    quadrant: Quadrant
    cause: str = ""
    by_hand: bool = False
    negative: Part = Part()
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CellWeek:
    """One cell of the channel grid: what it advises, and what was done with the contacts that ended in the week, by way.

    `preferred` and `supporting` tell whether the grid wants this type of contact in this kind of place.
    """

    contact_type: str
    shown: Mapping[str, str]
    channel: str
    way: Way
    contacts: int
    followed: Part
    went: Mapping[str, int]
    preferred: bool
    supporting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unneeded:
    """Contacts that need not have been, three ways: what people wrote, what agents marked, what people answered when asked."""

    text: Part = Part()
    marks: Part = Part()
    unsure: int = 0
    feedback: Part = Part()
    avoidable_by: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """Contacts of people who looked for an answer first: by what they wrote, and by what they answered when asked."""

    text: Part = Part()
    feedback: Part = Part()


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueWeek:
    """The four-part cards of conversations that were closed in the week, added up. No agent is in it.

    `first` and `last` count the sentiments of those that have both; `better` and `worse` are shares of the same.
    """

    conversations: int = 0
    needs: Part = Part()
    feedback: Part = Part()
    knowledge: Part = Part()
    better: Part = Part()
    worse: Part = Part()
    first: Mapping[str, int] = field(default_factory=dict)
    last: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """Ideas or compliments: how many mentions, in which issues they stand, some of them to quote, and which teams they name."""

    count: int = 0
    issues: Mapping[int, int] = field(default_factory=dict)
    loose: int = 0
    mention_ids: tuple[int, ...] = ()
    teams: Mapping[str, int] = field(default_factory=dict)
    no_team: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWeek:
    """One source: what it brought in the week, what went wrong in it, and how it stood when the report was made."""

    source: str
    kind: str
    state: str
    mentions: int
    gaps: int
    skips: int
    blind_since: datetime | None = None
    last_ok_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """What the report does not know. `waiting` mentions came in and were not read yet; `unreadable` could not be read.

    `learning_day` is set while there is no full baseline. `first_at` is when the oldest mention of all was posted; `known_before` how much
    of the week before that leaves, from 0 to 1.
    """

    waiting: int = 0
    unreadable: int = 0
    loose: int = 0
    nameless: int = 0
    other_language: int = 0
    learning_day: int | None = None
    first_at: datetime | None = None
    known_before: float = 1.0
    quick: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigures:
    """Everything the weekly report says, before any wording.

    `up_to` is the newest mention it knew, `seq` the change that insight had followed to. `late`: mentions of weeks that were reported
    already, and came in after that, by their week. `days`: mentions a day, of
    the week before and then of this one. `voices`: a mention to quote for the issues that hurt most, by issue.
    `cost_per_contact` is the setting as it was then; 0: nobody set one.
    """

    period: str
    from_at: datetime
    to_at: datetime
    made_at: datetime
    up_to: int
    seq: int
    brand: str
    invented: bool = False
    cost_per_contact: float = 0.0
    mentions: int = 0
    before_mentions: int = 0
    people: int = 0
    spam: int = 0
    directed: int = 0
    days: tuple[int, ...] = ()
    sentiments: Mapping[str, int] = field(default_factory=dict)
    contacts: int = 0
    before_contacts: int = 0
    late: Mapping[str, int] = field(default_factory=dict)
    issues: tuple[IssueWeek, ...] = ()
    voices: Mapping[int, int] = field(default_factory=dict)
    last_week: tuple[FollowedUp, ...] = ()
    grid: tuple[CellWeek, ...] = ()
    unneeded: Unneeded = Unneeded()
    searched: Searched = Searched()
    value: ValueWeek = ValueWeek()
    clocks: tuple[ClockWeek, ...] = ()
    promises: tuple[PromiseWeek, ...] = ()
    silences: tuple[SilenceWeek, ...] = ()
    ignored: Ignored = Ignored()
    feedback: FeedbackWeek = FeedbackWeek()
    actions: tuple[ActionWeek, ...] = ()
    ideas: Remarks = Remarks()
    compliments: Remarks = Remarks()
    coverage: tuple[SourceWeek, ...] | None = ()
    unknown: Unknown = Unknown()
