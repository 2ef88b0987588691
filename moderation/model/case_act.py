"""What people do to a case, one act at a time, so that each can be told and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from moderation.model.case import Ending


class ActVerb(StrEnum):
    """One thing done to a case. `wake` is also done by the schedule, when a snooze is over."""

    CLAIM = "claim"
    RELEASE = "release"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    WAKE = "wake"
    SPAM = "spam"
    NOT_OURS = "not_ours"
    CLOSE = "close"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAct:
    """What is to be done. `whom` or `team` go with assign; `until`, or `issue_changes`, with snooze; `ending` with close."""

    verb: ActVerb
    whom: str = ""
    team: str = ""
    until: datetime | None = None
    issue_changes: bool = False
    ending: Ending | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAct:
    """An act as the ledger keeps it. `version` is what the case became by it; `bulk_id` is the first act of those done together.

    `undone_at` is when it was taken back, None while it stands.
    """

    act_id: int
    case_id: int
    verb: ActVerb
    made_by: str
    at: datetime
    version: int
    whom: str = ""
    team: str = ""
    until: datetime | None = None
    issue_changes: bool = False
    ending: Ending | None = None
    bulk_id: int | None = None
    undone_at: datetime | None = None
    undone_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A case of a bulk that was left as it is, and why in English."""

    case_id: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkDone:
    """What one press did to many cases. `act_id` takes all of it back; None when nothing was done."""

    act_id: int | None
    done: tuple[CaseAct, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What taking an act back did: cases that are as they were, and those of a bulk that changed since and stay as they are."""

    case_ids: tuple[int, ...]
    refused: tuple[Refusal, ...] = ()
