"""What deciding about invitations needs from other rooms. None of these can say what somebody feels or what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from moderation.messages.render import PublicWording
from moderation.model.invitation import AskRule, QuietRule
from moderation.model.leave import Consent
from moderation.model.outbox import NewDraft, OutboxEntry, StandingApproval
from moderation.model.shadow import ShadowItem, ShadowKind
from moderation.model.status import Promise, PromiseState, PublicStatus, Resolved


class Leave(Protocol):
    """Who asked to be left alone, and who agreed to be asked. `moderation/ledger/leave.py`."""

    def opted_out(self, person_key: str) -> bool:
        """Return whether this person asked not to be contacted."""
        ...

    def consent(self, person_key: str, channel: str) -> Consent | None:
        """Return what this person agreed to on a channel, or None."""
        ...


class Links(Protocol):
    """Links to the feedback pages. `moderation/workflows/feedback_links.py`. Both raise `NotAllowed` without a public address."""

    def personal(self, conversation_id: int, *, issue_id: int | None, channel: str, language: str) -> str:
        """Return a one-time link for one person."""
        ...

    def open(self, issue_id: int | None, channel: str, language: str) -> str:
        """Return a link that many people may open."""
        ...


class Statuses(Protocol):
    """What we said in public about issues, and what we promised. `moderation/ledger/status.py`."""

    def resolved_since(self, since: datetime) -> list[Resolved]:
        """Return issues that we called solved since then and that are so still."""
        ...

    def promises(self, state: PromiseState | None = None, *, since: datetime | None = None) -> list[Promise]:
        """Return promises in a state."""
        ...

    def of_issue(self, issue_id: int) -> PublicStatus | None:
        """Return how an issue stands in public, or None."""
        ...


class Languages(Protocol):
    """In which language a message was written; of all that was found out about it, nothing but that."""

    def languages(self, mention_ids: Iterable[int]) -> Mapping[int, str]:
        """Return the language by mention; those not known are left out."""
        ...


class Shadowing(Protocol):
    """Shadow first. `moderation/workflows/shadow.py`."""

    def record(self, what: ShadowKind, draft: NewDraft, *, why: Mapping[str, object]) -> ShadowItem:
        """Keep what would be posted; its `live` says whether it may go on to the outbox."""
        ...


class Standing(Protocol):
    """Standing approvals as they were given."""

    def all(self) -> list[StandingApproval]:
        """Return every standing approval, void and ended ones too."""
        ...


class Approving(Protocol):
    """The part of the outbox that approves under a standing approval and knows our accounts. `moderation/workflows/approve_draft.py`."""

    def own_authors(self) -> frozenset[str]:
        """Return the keys of our accounts, as the authors of mentions have them."""
        ...

    def approve_standing(self, draft_id: int, standing_id: int, *, who: str = "standing") -> OutboxEntry:
        """Approve a draft under a standing approval. Raises `NotAllowed` when that does not cover it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The other rooms, as deciding sees them. `statuses` and `links` are None where those are not set up."""

    leave: Leave
    languages: Languages
    shadow: Shadowing
    standing: Standing
    outbox: Approving
    links: Links | None = None
    statuses: Statuses | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitingSetup:
    """What this house settled, from its settings. `language` is used where nobody knows which; `staff` are keys of people who never count.

    `base_url` "" means that there is no page to link to. `fresh` is how long a signal keeps all invitations in its community waiting.
    """

    brand: str
    wording: Mapping[str, PublicWording]
    zone: ZoneInfo
    enabled: bool = True
    language: str = "nl"
    signature: str = ""
    base_url: str = ""
    every_nth_visit: int = 25
    fresh: timedelta = timedelta(hours=72)
    staff: frozenset[str] = frozenset()
    rule: AskRule = field(default_factory=AskRule)
    quiet: QuietRule = field(default_factory=QuietRule)

    @property
    def look_back(self) -> timedelta:
        """How old an event may be when it is found; older ones would be too late whatever the channel's quiet time."""
        return self.rule.late + timedelta(hours=self.quiet.most_hours)
