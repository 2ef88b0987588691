"""Conversations, cases, and why one comes before another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from listener.model.mention import StoredMention
from moderation.model.clock import CaseClock, ClockState
from moderation.model.outbox import Draft, OutboxEntry


class CaseState(StrEnum):
    """The work on a conversation. `answered` waits for the customer; a new message opens it again."""

    OPEN = "open"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    CLOSED = "closed"


class Ending(StrEnum):
    """How the work on a closed case ended. A case that was closed before endings were kept has none."""

    ANSWERED = "answered"
    ANSWERED_BY_COMMUNITY = "answered_by_community"
    NO_ANSWER_NEEDED = "no_answer_needed"
    RESOLVED_BY_FIX = "resolved_by_fix"
    SPAM = "spam"
    NOT_OURS = "not_ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a case stands where it stands: a key with words in config/templates/<language>/triage.yaml, and the number in it."""

    key: str
    number: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LowScore:
    """A low score that a customer gave in feedback: which question (satisfaction or recommend), how much, when."""

    question: str
    score: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What triage looks at. Never who somebody is or how many follow them.

    `unanswered` counts the customer's messages since our last answer. `issue_age_hours` is None without an issue; `issue_growing` means a
    signal about it within the last day. `low_score` is what the customer gave in feedback since our last answer, when that was low.
    `clock` is the state of the case's soonest clock, None without one.
    """

    waiting_seconds: float
    unanswered: int
    mentions: int
    directed: bool
    question: bool
    negative: bool
    promise_broken: bool
    issue_growing: bool = False
    issue_age_hours: float | None = None
    answered_before: bool = False
    low_score: LowScore | None = None
    clock: ClockState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSummary:
    """A case as the queue shows it. `holder` is empty while nobody has it; `version` goes back with a claim or a release.

    `urgency` is between 0 and 100; `why` has the weightiest reason first. `waiting_since` is when the customer's oldest unanswered
    message was posted. `mention_ids` are in order of posting; removed mentions are not among them. `clock` is the one that is due
    first. `snoozed_issue` tells that the case was put away until its issue changes; `private` that only its writer and we read it.
    """

    case_id: int
    conversation_id: int
    brand: str
    state: CaseState
    holder: str
    version: int
    urgency: int
    why: tuple[Reason, ...]
    mention_ids: tuple[int, ...]
    issue_id: int | None
    waiting_since: datetime
    platform: str
    realm: str
    unanswered: int = 0
    team: str = ""
    language: str = ""
    snoozed_until: datetime | None = None
    snoozed_issue: bool = False
    ending: str = ""
    clock: CaseClock | None = None
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case whole: its messages, oldest first, its drafts and what was posted or is about to be."""

    summary: CaseSummary
    mentions: tuple[StoredMention, ...]
    drafts: tuple[Draft, ...]
    entries: tuple[OutboxEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case as the ledger keeps it, with the labels of its unanswered mentions: what triage is fed from.

    `language` is that of its newest message that has one; `spam` tells that each unanswered message is called so; `private` that only its
    writer and we read it.
    """

    case_id: int
    conversation_id: int
    brand: str
    platform: str
    realm: str
    state: CaseState
    holder: str
    version: int
    waiting_since: datetime
    answered_at: datetime | None
    mention_ids: tuple[int, ...]
    unanswered: int
    directed: bool
    labels: frozenset[tuple[str, str]]
    issue_id: int | None
    issue_created_at: datetime | None
    low_score: LowScore | None = None
    team: str = ""
    snoozed_until: datetime | None = None
    snoozed_issue: str = ""
    ending: str = ""
    opened_at: datetime | None = None
    changed_at: datetime | None = None
    language: str = ""
    spam: bool = False
    private: bool = False

    @property
    def snoozed(self) -> bool:
        """Whether the case was put away for now: until a moment, or until something about its issue changes."""
        return self.snoozed_until is not None or self.snoozed_issue != ""


class Lane(StrEnum):
    """Where a case stands for the people who work. `new` was not looked at yet; of `gone` nothing is left to read."""

    NEW = "new"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    SPAM = "spam"
    ANSWERED = "answered"
    CLOSED = "closed"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlace:
    """A case's place in the queue: `rank_at` first, then `waiting_since`, then its number.

    `rank_at` is when the wait would have begun had it earned all its points by waiting, so it stands still while all wait alike.
    `points_change_at` is when the points will be others without anybody doing anything, None for never.
    """

    lane: Lane
    points: int
    points_change_at: datetime | None
    waiting_since: datetime
    rank_at: datetime
    clock: CaseClock | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What one look for new messages did."""

    opened: int
    joined: int
