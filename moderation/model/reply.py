"""What is being written in a case before it becomes a draft, the templates it is made with, and what a look at it finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from moderation.model.advice import ChannelHint, CoachAdvice
from moderation.model.outbox import Draft, OutboxEntry
from moderation.model.post import ConnectedAccount, Limits
from moderation.model.tone import ToneHit

VARIABLES = ("customer", "issue", "status", "next_update", "subject", "signature")
"""What a reply template may name. All but `subject` are known from the case; what is not known is asked."""
OWN = "own-"
"""What the key of a template begins with that the team wrote itself; its number follows."""
HOUSE, PERSONAL, UNSIGNED = "house", "person", "none"
"""How a reply may be signed, beside "team:<name>"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What somebody typed. `signature` is house, person, none or "team:<name>"; `template` names the one it began with, and its version."""

    text: str
    language: str
    signature: str = HOUSE
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDraft:
    """A reply that somebody is writing. `version` grows with every save; a save names the version it was made on, 0 when there was none.

    `draft_id` is the draft it became when last previewed, None once it was changed. `edits` is the post of ours whose text it will replace.
    """

    case_id: int
    person: str
    words: Words
    version: int
    changed_at: datetime
    edits: str = ""
    draft_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyTemplate:
    """A template for replies. `key` is the name of a shipped one ("reply_thanks") or "own-<id>"; `version` is 0 for shipped ones.

    `title` is empty for shipped ones, whose titles are words of the pages.
    """

    key: str
    language: str
    text: str
    title: str = ""
    version: int = 0
    made_by: str = ""
    changed_at: datetime | None = None
    retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequest:
    """A draft that its author put before somebody else, and the note with which it came back, if it did."""

    draft_id: int
    asked_by: str
    asked_at: datetime
    given_back_by: str = ""
    given_back_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A way to sign. `name` is whose it is where that needs saying (a team's name)."""

    choice: str
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A text as its platform counts it, signature included. `over` is how much too long it is, 0 when it fits."""

    counted: int
    limits: Limits

    @property
    def over(self) -> int:
        return max(0, self.counted - self.limits.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """A rule that will not let this leave, in words, and what can be done instead: a key of the pages' words, "" where nothing can."""

    rule: str
    words: str
    instead: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look at a text finds while it is written. None of it keeps anybody from sending but `measured.over` and `forbidden`.

    `coach` and `hint` are advice; None where there is none.
    """

    measured: Measured | None
    hits: tuple[ToneHit, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    blanks: tuple[str, ...] = ()
    coach: CoachAdvice | None = None
    hint: ChannelHint | None = None


class SendingStep(StrEnum):
    """How far a reply is, for whoever waits for it."""

    APPROVED = "approved"
    ON_ITS_WAY = "on_its_way"
    LOOKED_UP = "looked_up"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NEEDS_PERSON = "needs_person"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWindow:
    """Until when a private message may be answered freely; `over` when that has passed (RULES P21)."""

    until: datetime
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One reply that was approved and what became of it. `held` says why it waits, as a key of outbox.yaml ("held.…") or a rule's name.

    `removed` is the entry that took it away again, None while it stands.
    """

    entry: OutboxEntry
    step: SendingStep
    held: str = ""
    can_edit: bool = False
    can_remove: bool = False
    can_write_again: bool = False
    removed: OutboxEntry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A draft as the platform will show it. `shown` is the hash that Send carries: of account, place, text and all else.

    `seen` names the state of the conversation it was made in. `quoted` is what an e-mail answers. `held` says why it would wait.
    """

    draft: Draft
    account: ConnectedAccount
    shown: str
    seen: str
    measured: Measured
    cost: float
    answered: str
    link: str
    needs_second: bool
    forbidden: tuple[Forbidden, ...] = ()
    held: str = ""
    hits: tuple[ToneHit, ...] = ()
    request: ApprovalRequest | None = None
    before: str = ""
