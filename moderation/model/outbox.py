"""Drafts, approvals and outbox entries: the road of one public write (RULES 2.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from moderation.model.post import AccountId, OutgoingPost, PostKind, Target


class DraftState(StrEnum):
    """A draft is open until somebody approves it or throws it away; its text never changes (a new text is a new draft)."""

    OPEN = "open"
    APPROVED = "approved"
    DISCARDED = "discarded"


class EntryState(StrEnum):
    """Where one public write stands. `moderation.outbox.states` says which move may follow which."""

    APPROVED = "approved"
    STARTED = "started"
    UNKNOWN = "unknown"
    PROVEN_ABSENT = "proven_absent"
    SENT = "sent"
    FOUND = "found"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NEEDS_HUMAN = "needs_human"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDraft:
    """A text somebody worded, before it is kept. `author` is the agent; `template` names the template and its digest, if one was used.

    `title`, `edits`, `removes` and `options` are those of `OutgoingPost`.
    """

    kind: PostKind
    target: Target
    text: str
    language: str
    author: str
    case_id: int | None = None
    issue_id: int | None = None
    template: str = ""
    title: str = ""
    edits: str = ""
    removes: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A kept draft."""

    draft_id: int
    state: DraftState
    made_at: datetime
    kind: PostKind
    target: Target
    text: str
    language: str
    author: str
    case_id: int | None = None
    issue_id: int | None = None
    template: str = ""
    title: str = ""
    edits: str = ""
    removes: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingApproval:
    """Leave to post what a template renders, again and again, until `expires_at` or until the template changes.

    For invitations and "you said, we did" only, after graduation; caps count what is posted under it.
    """

    standing_id: int
    kind: PostKind
    template: str
    template_hash: str
    variables: tuple[str, ...]
    audience_rule: str
    accounts: tuple[str, ...]
    most_per_hour: int
    most_per_day: int
    given_by: str
    given_at: datetime
    expires_at: datetime
    void_reason: str = ""

    @property
    def version(self) -> str:
        """The template with its digest, as drafts name it: "name@digest"."""
        return f"{self.template}@{self.template_hash}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An approval as it is about to be kept, with all it binds. `key` is the idempotency key, made once, before any attempt."""

    draft_id: int
    post: OutgoingPost
    language: str
    approved_by: str
    approved_at: datetime
    expires_at: datetime
    approval_hash: str
    key: str
    key_salt: str
    text_key: str
    case_id: int | None = None
    issue_id: int | None = None
    standing_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """One approved write and what became of it. `version` grows with every move; `attempt` is 0 until the first start.

    `reason` is a key with words in config/templates/<language>/outbox.yaml; `note` adds what the platform said. `started_at` is when the
    first attempt began. `not_before` delays the next attempt.
    """

    entry_id: int
    draft_id: int
    state: EntryState
    version: int
    post: OutgoingPost
    language: str
    approved_by: str
    approved_at: datetime
    expires_at: datetime
    approval_hash: str
    key: str
    key_salt: str
    text_key: str
    changed_at: datetime
    attempt: int = 0
    started_at: datetime | None = None
    not_before: datetime | None = None
    case_id: int | None = None
    issue_id: int | None = None
    standing_id: int | None = None
    platform_id: str = ""
    url: str = ""
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is known about an attempt, or a person's or rule's decision, and thereby the state that follows."""

    state: EntryState
    reason: str = ""
    note: str = ""
    platform_id: str = ""
    url: str = ""
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopFlag:
    """The ledger's half of the kill switch."""

    stopped: bool
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One line of a send report: an entry and the state it reached in this run."""

    entry_id: int
    state: EntryState
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport:
    """What one run of the gateway did. `stopped` says why nothing (more) was sent: kill_switch, clock_jumped, or empty.

    `held` entries stay approved and wait: entry id → why (a cap, an account that cannot be reached). `alarms` are sentence keys
    with numbers, for a person to see now.
    """

    sent: tuple[Sent, ...] = ()
    held: dict[int, str] = field(default_factory=dict)
    stopped: str = ""
    alarms: tuple[tuple[str, str], ...] = ()


def post_of(draft: Draft | NewDraft, account: AccountId) -> OutgoingPost:
    """Return what would leave if `draft` were approved for `account`."""
    return OutgoingPost(
        account=account,
        kind=draft.kind,
        target=draft.target,
        text=draft.text,
        title=draft.title,
        edits=draft.edits,
        removes=draft.removes,
        options=draft.options,
    )
