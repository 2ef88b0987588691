"""The kinds of things that an address, a form or a call names by number, and what each one's number is called there."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class ObjectKind(StrEnum):
    """What a number is the number of. Each belongs to brands, or to none."""

    MENTION = "mention"
    ISSUE = "issue"
    CASE = "case"
    DRAFT = "draft"
    ENTRY = "entry"
    ALARM = "alarm"
    SHADOW = "shadow"
    UPDATE = "update"
    PLAN = "plan"
    ACTION = "action"
    EVENT = "event"
    FEEDBACK = "feedback"
    ACT = "act"
    NOTE = "note"
    QUESTION = "question"
    ARTICLE = "article"


PATH_KINDS: Mapping[str, ObjectKind] = {f"{kind.value}_id": kind for kind in ObjectKind}
"""The names of path parameters, `{case_id}` and so on, and the kind each stands for."""

FIELD_KINDS: Mapping[str, ObjectKind] = {
    "issue": ObjectKind.ISSUE,
    "issue_id": ObjectKind.ISSUE,
    "case": ObjectKind.CASE,
    "case_id": ObjectKind.CASE,
    "mention": ObjectKind.MENTION,
    "mention_id": ObjectKind.MENTION,
    "update": ObjectKind.UPDATE,
    "corrects": ObjectKind.UPDATE,
    "helper_mention_id": ObjectKind.MENTION,
    "article": ObjectKind.ARTICLE,
    "into": ObjectKind.ARTICLE,
    "draft": ObjectKind.DRAFT,
    "draft_id": ObjectKind.DRAFT,
}
"""Fields of forms and of the part after the question mark that name a thing by number: they are checked like a path (RULES S3)."""
