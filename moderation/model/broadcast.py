"""One status update to many threads, or one answer to everybody hit: the plan, its items, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from moderation.model.post import Target


class PlanKind(StrEnum):
    """What a plan does: tell a published update to the threads of its issue, or answer cases of it in words somebody wrote."""

    STATUS_UPDATE = "status_update"
    ANSWER = "answer"


class PlanState(StrEnum):
    """An open plan waits for approval; an approved one is carried out, item by item, until it is done or taken back."""

    OPEN = "open"
    APPROVED = "approved"
    DONE = "done"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    """`planned` will be posted once approved; `skipped` never; the others are what approval made of it."""

    PLANNED = "planned"
    SKIPPED = "skipped"
    DRAFTED = "drafted"
    APPROVED = "approved"
    SHADOW = "shadow"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """One thread of a plan. `why` is a key of the words in status.yaml below `skip.` ("" when it would be posted), `note` what adds to it.

    `account` names the account that would speak, `account_key` is what the approval binds. `short`: the shorter wording was needed.
    `edits` is the platform's id of our earlier post that this one changes. `case_id` is the case that it answers, `title` the subject of
    an answer by e-mail, `seen_mention_id` the newest message that was there to be read when the item was planned.
    """

    target: Target
    account: str = ""
    account_key: str = ""
    language: str = ""
    text: str = ""
    template: str = ""
    short: bool = False
    edits: str = ""
    why: str = ""
    note: str = ""
    case_id: int | None = None
    title: str = ""
    seen_mention_id: int = 0

    @property
    def posts(self) -> bool:
        return not self.why


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanItem:
    """A kept item. `ticked_by` is the person who chose it singly; `draft_id` and `entry_id` are there once it went on."""

    item_id: int
    position: int
    state: ItemState
    target: Target
    account: str
    account_key: str
    language: str
    text: str
    template: str
    short: bool
    edits: str
    why: str
    note: str
    ticked_by: str = ""
    draft_id: int | None = None
    entry_id: int | None = None
    case_id: int | None = None
    title: str = ""
    seen_mention_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedCase:
    """A case that waits and in which somebody wrote about an issue. `mention_ids` are those of its whole conversation, oldest first."""

    case_id: int
    brand: str
    platform: str
    realm: str
    holder: str
    version: int
    mention_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A broadcast as it was planned. `content`: the hash of what the approver saw, "" before. `correct`: our earlier posts change.

    `update_id` is 0 for a plan that answers cases.
    """

    plan_id: int
    update_id: int
    issue_id: int
    state: PlanState
    correct: bool
    planned_by: str
    planned_at: datetime
    items: tuple[PlanItem, ...]
    approved_by: str = ""
    approved_at: datetime | None = None
    content: str = ""
    kind: PlanKind = PlanKind.STATUS_UPDATE

    @property
    def to_post(self) -> tuple[PlanItem, ...]:
        """The items that are not skipped, in order."""
        return tuple(item for item in self.items if item.state is not ItemState.SKIPPED)

    @property
    def skipped(self) -> tuple[PlanItem, ...]:
        return tuple(item for item in self.items if item.state is ItemState.SKIPPED)
