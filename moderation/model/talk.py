"""A conversation as people read it: its lines in order over all joined channels, and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from listener.model.mention import StoredMention
from moderation.model.card import Card, CardWords
from moderation.model.conversation import CaseNote, CaseQuestion, Contact, ContactMark, Event, Join, PlanningNote, Suggestion
from moderation.model.ending import CaseEnding
from moderation.model.leave import Consent, OptOut
from moderation.model.outbox import Draft, OutboxEntry
from moderation.model.status import Promise, PublicStatus


class LineKind(StrEnum):
    """Whose line it is: the customer's, ours, or one that was removed."""

    MESSAGE = "message"
    OURS = "ours"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a thread. `contact` names the contact moment it came in by ("case-12", "moment-3"); empty for the case itself.

    `stored` is a message, `entry` a post of ours; a removed message has neither. `labels` are those that count; `corrected` names those
    that a person decided. `copies` near-identical messages of the same person are folded under it. `waits`: nobody answered it yet.
    """

    kind: LineKind
    at: datetime
    contact: str = ""
    stored: StoredMention | None = None
    entry: OutboxEntry | None = None
    language: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    corrected: frozenset[str] = frozenset()
    copies: int = 0
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside a conversation. `same` are other moments under the customer's own key; `joined` pairs a join with its moment."""

    same: tuple[Contact, ...] = ()
    joined: tuple[tuple[Join, Contact], ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    nobody: bool = True
    opted_out: OptOut | None = None
    consents: tuple[Consent, ...] = ()
    notes: tuple[CaseNote, ...] = ()
    questions: tuple[CaseQuestion, ...] = ()
    plans: tuple[PlanningNote, ...] = ()
    status: PublicStatus | None = None
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation whole. `earlier` counts lines before the first that is shown; `around` is what others wrote in the same thread."""

    case_id: int
    conversation_id: int
    person_key: str
    lines: tuple[Line, ...]
    earlier: int
    around: tuple[StoredMention, ...]
    beside: Beside
    card: Card
    words: CardWords
    mark: ContactMark | None
    ending: CaseEnding | None
    thanks: Draft | None
    events: tuple[Event, ...]
