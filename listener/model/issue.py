"""Issues, who belongs to them, and signals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class IssueState(StrEnum):
    """Where an issue is in its life (PRODUCT U5). Derived from counts, except `resolved` and `muted`, which people set."""

    NEW = "new"
    GROWING = "growing"
    STEADY = "steady"
    FADING = "fading"
    QUIET = "quiet"
    RESOLVED = "resolved"
    CAME_BACK = "came_back"
    MUTED = "muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Mentions about one need, under an id that is never reused. `title_by` is "model" or the person who renamed it."""

    issue_id: int
    title: str
    title_by: str
    created_at: datetime
    merged_into: int | None = None
    muted: bool = False
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIssue:
    """An issue to be created with its first members. `temporary_id` is negative and unique within one step."""

    temporary_id: int
    title: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One line of the append-only record of who belongs where: the latest line per mention holds; a person's line always wins.

    `issue_id` None means loose; negative means a new issue of the same step. `by` is "model" or a person.
    """

    mention_id: int
    issue_id: int | None
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something about an issue that a person should know now, with its reason in numbers.

    `seen` distinct authors against `usual` expected in a window of `window_hours`; `p_value` is the chance that luck explains it.
    `mention_ids` are the evidence. `learning_day` is 1..7 while there is no full baseline yet, else None. `signal_id` is 0 before saving.
    """

    kind: str
    issue_id: int | None
    at: datetime
    seen: int
    usual: float
    p_value: float
    window_hours: float
    mention_ids: tuple[int, ...]
    learning_day: int | None = None
    signal_id: int = 0
