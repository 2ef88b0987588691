"""The tables of public status, promises and broadcasts."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# Texts never change; `subjects`, `texts` and `templates` hold one entry per language.
status_update = Table(
    "status_update",
    metadata,
    Column("update_id", Id, primary_key=True),
    Column("issue_id", Id, ForeignKey("issue.issue_id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("subjects", JSON, nullable=False),
    Column("texts", JSON, nullable=False),
    Column("templates", JSON, nullable=False),
    Column("next_update_at", UtcDateTime),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("published_at", UtcDateTime),
    Column("published_by", Text, nullable=False, default=""),
    Column("corrects", Id, ForeignKey("status_update.update_id")),
    Column("no_news", Boolean, nullable=False),
    Column("for_promise", Id, unique=True),
    Index("ix_status_update_issue_id", "issue_id"),
    Index("ix_status_update_state", "state"),
    **NEVER_REUSED,
)

# One row an issue that was ever published. Its number stands in public addresses, and is never an issue's number.
public_status = Table(
    "public_status",
    metadata,
    Column("public_id", Id, primary_key=True),
    Column("issue_id", Id, ForeignKey("issue.issue_id"), nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("subjects", JSON, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("resolved_at", UtcDateTime),
    Index("ix_public_status_resolved_at", "resolved_at"),
    **NEVER_REUSED,
)

status_promise = Table(
    "status_promise",
    metadata,
    Column("promise_id", Id, primary_key=True),
    Column("update_id", Id, ForeignKey("status_update.update_id"), nullable=False, unique=True),
    Column("issue_id", Id, ForeignKey("issue.issue_id"), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("settled_at", UtcDateTime),
    Index("ix_status_promise_issue_id", "issue_id"),
    Index("ix_status_promise_state", "state"),
    **NEVER_REUSED,
)

# A plan tells an update to the threads of its issue, or answers cases of it (then it has no update).
broadcast_plan = Table(
    "broadcast_plan",
    metadata,
    Column("plan_id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("update_id", Id, ForeignKey("status_update.update_id")),
    Column("issue_id", Id, ForeignKey("issue.issue_id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("correct", Boolean, nullable=False),
    Column("planned_by", Text, nullable=False),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("approved_by", Text, nullable=False, default=""),
    Column("approved_at", UtcDateTime),
    Column("content", Text, nullable=False, default=""),
    Index("ix_broadcast_plan_update_id", "update_id"),
    Index("ix_broadcast_plan_issue_id", "issue_id"),
    Index("ix_broadcast_plan_state", "state"),
    **NEVER_REUSED,
)

broadcast_item = Table(
    "broadcast_item",
    metadata,
    Column("item_id", Id, primary_key=True),
    Column("plan_id", Id, ForeignKey("broadcast_plan.plan_id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("realm", Text, nullable=False),
    Column("thread_id", Text, nullable=False),
    Column("parent_id", Text, nullable=False),
    Column("mention_id", Id, ForeignKey("mention.mention_id")),
    Column("revision", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("account_key", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("short", Boolean, nullable=False),
    Column("edits", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("ticked_by", Text, nullable=False, default=""),
    Column("draft_id", Id, ForeignKey("draft.draft_id")),
    Column("entry_id", Id, ForeignKey("outbox.entry_id")),
    Column("case_id", Id, ForeignKey("support_case.case_id")),
    Column("title", Text, nullable=False),
    Column("seen_mention_id", Id, nullable=False),
    UniqueConstraint("plan_id", "platform", "realm", "thread_id"),
    **NEVER_REUSED,
)

# Each thread hears an update once, whatever plan it comes from and however often the process dies (RULES F30).
broadcast_told = Table(
    "broadcast_told",
    metadata,
    Column("update_id", Id, ForeignKey("status_update.update_id"), primary_key=True),
    Column("platform", Text, primary_key=True),
    Column("realm", Text, primary_key=True),
    Column("thread_id", Text, primary_key=True),
    Column("draft_id", Id, ForeignKey("draft.draft_id"), nullable=False, unique=True),
    Column("told_at", UtcDateTime, nullable=False),
)
