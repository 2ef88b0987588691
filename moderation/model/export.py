"""What may be taken out of the house as a file, and how it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Cell = str | int | float | bool | datetime | None
Row = dict[str, Cell]


class ExportKind(StrEnum):
    """What a file holds, one row each."""

    MENTIONS = "mentions"
    ISSUES = "issues"
    CASES = "cases"
    FEEDBACK = "feedback"
    ACTIONS = "actions"


class ExportFormat(StrEnum):
    """How a file is written; its name ends in the value."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAsked:
    """What somebody wants: a kind, narrowed. Empty and None leave nothing out; `from_at` is included, `to_at` is not.

    `brands` are those that the person sees, None for all. `reason` is why they need names; without one everybody is a pseudonym.
    """

    kind: ExportKind
    brands: frozenset[str] | None = None
    brand: str = ""
    channel: str = ""
    language: str = ""
    issue_id: int | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    reason: str = ""


TEXT, NUMBER, YES_NO, MOMENT = "text", "number", "yes_no", "moment"

COLUMNS: dict[ExportKind, dict[str, str]] = {
    ExportKind.MENTIONS: {
        "mention_id": NUMBER,
        "posted_at": MOMENT,
        "first_seen_at": MOMENT,
        "platform": TEXT,
        "realm": TEXT,
        "channel": TEXT,
        "language": TEXT,
        "brands": TEXT,
        "directed": YES_NO,
        "author": TEXT,
        "title": TEXT,
        "text": TEXT,
        "native_id": TEXT,
        "url": TEXT,
        "withheld": TEXT,
        "issue_id": NUMBER,
        "issue": TEXT,
        "sentiment": TEXT,
        "cause": TEXT,
        "unnecessary": YES_NO,
        "searched_first": YES_NO,
        "idea": YES_NO,
        "compliment": YES_NO,
        "spam": YES_NO,
        "revision": NUMBER,
    },
    ExportKind.ISSUES: {
        "issue_id": NUMBER,
        "title": TEXT,
        "created_at": MOMENT,
        "resolved_at": MOMENT,
        "muted": YES_NO,
        "pinned": YES_NO,
        "mentions": NUMBER,
        "people": NUMBER,
        "first_at": MOMENT,
        "last_at": MOMENT,
    },
    ExportKind.CASES: {
        "case_id": NUMBER,
        "brand": TEXT,
        "platform": TEXT,
        "realm": TEXT,
        "state": TEXT,
        "ending": TEXT,
        "opened_at": MOMENT,
        "answered_at": MOMENT,
        "changed_at": MOMENT,
        "messages": NUMBER,
        "issue_id": NUMBER,
    },
    ExportKind.FEEDBACK: {
        "feedback_id": NUMBER,
        "begun_at": MOMENT,
        "ended_at": MOMENT,
        "source": TEXT,
        "channel": TEXT,
        "language": TEXT,
        "issue_id": NUMBER,
        "satisfaction": NUMBER,
        "effort": NUMBER,
        "recommend": NUMBER,
        "searched_first": TEXT,
        "avoidable": TEXT,
        "why_channel": TEXT,
        "text": TEXT,
    },
    ExportKind.ACTIONS: {
        "action_id": NUMBER,
        "issue_id": NUMBER,
        "issue": TEXT,
        "owner": TEXT,
        "change": TEXT,
        "done_when": TEXT,
        "due_on": TEXT,
        "state": TEXT,
        "made_at": MOMENT,
        "closed_at": MOMENT,
    },
}
"""The columns of each kind, in order, with what stands in them. A file has them all, also when it has no rows."""
