"""What people add to a conversation inside the house, and what is known around it: notes, questions, joins, marks, events.

A note and a question are types of their own. Nothing that leaves is made from either (RULES F33).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MOST_NOTE = 4_000
"""Characters of a note, a question or an answer; whoever needs more writes two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNote:
    """Something colleagues want to remember about a conversation. A removed one keeps who and when, without its words."""

    note_id: int
    conversation_id: int
    text: str
    made_by: str
    made_at: datetime
    removed_at: datetime | None = None
    removed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningNote:
    """What is planned about an issue, on all its cases. It stands until `until`, or until somebody ends it."""

    note_id: int
    issue_id: int
    text: str
    made_by: str
    made_at: datetime
    until: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str = ""

    def stands(self, now: datetime) -> bool:
        """Tell whether it is to be shown at `now`."""
        return self.ended_at is None and (self.until is None or now < self.until)


class QuestionState(StrEnum):
    """A question waits until it is answered, or taken back by whoever asked."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuestion:
    """A question to a colleague or (`team`) a team. The customer never hears of it: they have one contact person."""

    question_id: int
    conversation_id: int
    case_id: int
    brand: str
    asked: str
    team: bool
    text: str
    asked_by: str
    asked_at: datetime
    state: QuestionState
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None


class Evidence(StrEnum):
    """Why two contact moments may be one customer's: what both wrote to us, or how their source names them."""

    EMAIL = "email"
    PHONE = "phone"
    ORDER = "order"
    EXTERNAL_ID = "external_id"
    NAME_AND_ISSUE = "name_and_issue"


class Fit(StrEnum):
    """How well the evidence fits, in three words rather than a number that nobody can check."""

    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"


FIT: Mapping[Evidence, Fit] = {
    Evidence.EMAIL: Fit.STRONG,
    Evidence.ORDER: Fit.STRONG,
    Evidence.EXTERNAL_ID: Fit.FAIR,
    Evidence.PHONE: Fit.FAIR,
    Evidence.NAME_AND_ISSUE: Fit.WEAK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One contact moment beside a conversation: another conversation (`case_id`), or a moment that was imported (`channel`).

    `unproven`: only the message itself says who wrote it.
    """

    person_key: str
    brand: str
    platform: str
    realm: str
    name: str
    at: datetime
    conversation_id: int | None = None
    case_id: int | None = None
    mention_id: int | None = None
    channel: str = ""
    state: str = ""
    messages: int = 1
    unproven: bool = False

    @property
    def key(self) -> str:
        """How forms name it: "case-12" or "moment-34"."""
        return f"case-{self.case_id}" if self.case_id is not None else f"moment-{self.mention_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A contact moment that may be the same customer's, and why, the best reason first. A person joins it, or nobody."""

    contact: Contact
    evidence: tuple[Evidence, ...]

    @property
    def fit(self) -> Fit:
        """Two reasons of one kind below the best make it one better."""
        best = FIT[self.evidence[0]]
        order = (Fit.WEAK, Fit.FAIR, Fit.STRONG)
        return order[min(order.index(best) + (1 if len(self.evidence) > 1 else 0), 2)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """A join that stands: by whom, when, and what spoke for it then."""

    join_id: int
    conversation_id: int
    other_conversation_id: int | None
    mention_id: int | None
    evidence: tuple[str, ...]
    made_by: str
    made_at: datetime


class Unnecessary(StrEnum):
    """Could this contact have been avoided?"""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


AVOIDABLE_BY = ("clear_information", "findable_answer", "kept_promise", "working_service", "own_account", "other")
"""What could have made a contact unnecessary (PRODUCT 2: the organisation causes most contacts)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMark:
    """An agent's answer to that question. `avoidable_by` is one of `AVOIDABLE_BY`, or empty."""

    conversation_id: int
    unnecessary: Unnecessary
    avoidable_by: str
    note: str
    made_by: str
    made_at: datetime


class EventGroup(StrEnum):
    """Which part of the day's work an event belongs to: what the timeline can be narrowed to."""

    CUSTOMER = "customer"
    WORK = "work"
    REPLY = "reply"
    INSIDE = "inside"
    FEEDBACK = "feedback"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened around a conversation. `verb` has words below `event.`; `detail` holds the few facts they name."""

    at: datetime
    group: EventGroup
    verb: str
    who: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
