"""One status update to many threads: the plan, its items, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from moderation.model.post import Target


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
    `edits` is the platform's id of our earlier post that this one changes.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A broadcast as it was planned. `content`: the hash of what the approver saw, "" before. `correct`: our earlier posts change."""

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

    @property
    def to_post(self) -> tuple[PlanItem, ...]:
        """The items that are not skipped, in order."""
        return tuple(item for item in self.items if item.state is not ItemState.SKIPPED)

    @property
    def skipped(self) -> tuple[PlanItem, ...]:
        return tuple(item for item in self.items if item.state is ItemState.SKIPPED)
