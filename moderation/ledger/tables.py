"""The tables of the answering half, beside those of the listening half."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# One customer, one brand, one thread. `author_key` is empty when the platform named nobody: then each message is a conversation.
conversation = Table(
    "conversation",
    metadata,
    Column("conversation_id", Id, primary_key=True),
    Column("brand", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("realm", Text, nullable=False),
    Column("thread_id", Text, nullable=False),
    Column("author_key", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Index("ix_conversation_author_key", "author_key"),
    **NEVER_REUSED,
)

# A mention joins at most one conversation per brand, so that no later look opens a second one for it.
conversation_mention = Table(
    "conversation_mention",
    metadata,
    Column("mention_id", Id, ForeignKey("mention.mention_id"), primary_key=True),
    Column("brand", Text, primary_key=True),
    Column("conversation_id", Id, ForeignKey("conversation.conversation_id"), nullable=False),
    Column("directed", Boolean, nullable=False),
    Column("joined_at", UtcDateTime, nullable=False),
    Index("ix_conversation_mention_conversation_id", "conversation_id"),
)

# Mentions that joined after `answered_at` wait for an answer. `version` grows with every change; two people cannot both match it.
# `snoozed_issue` is what stood about the issue when the case was put away until that changes; `ending` says how a closed case ended.
support_case = Table(
    "support_case",
    metadata,
    Column("case_id", Id, primary_key=True),
    Column("conversation_id", Id, ForeignKey("conversation.conversation_id"), nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("holder", Text, nullable=False, default=""),
    Column("version", Integer, nullable=False, default=0),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("team", Text, nullable=False, default=""),
    Column("snoozed_until", UtcDateTime),
    Column("snoozed_issue", Text, nullable=False, default=""),
    Column("ending", Text, nullable=False, default=""),
    Index("ix_support_case_state", "state"),
    **NEVER_REUSED,
)

# A draft's text never changes: another text is another draft. `mention_id` NULL: no customer's message is answered.
draft = Table(
    "draft",
    metadata,
    Column("draft_id", Id, primary_key=True),
    Column("state", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("realm", Text, nullable=False),
    Column("thread_id", Text, nullable=False),
    Column("parent_id", Text, nullable=False),
    Column("mention_id", Id, ForeignKey("mention.mention_id")),
    Column("revision", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("case_id", Id, ForeignKey("support_case.case_id")),
    Column("issue_id", Id, ForeignKey("issue.issue_id")),
    Column("template", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("person", Text, nullable=False, default=""),
    Column("title", Text, nullable=False, default=""),
    Column("edits", Text, nullable=False, default=""),
    Column("options", JSON, nullable=False, default=list),
    Column("removes", Text, nullable=False, default=""),
    Index("ix_draft_case_id", "case_id"),
    Index("ix_draft_state", "state"),
    **NEVER_REUSED,
)

standing_approval = Table(
    "standing_approval",
    metadata,
    Column("standing_id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("template_hash", Text, nullable=False),
    Column("variables", JSON, nullable=False),
    Column("audience_rule", Text, nullable=False),
    Column("accounts", JSON, nullable=False),
    Column("most_per_hour", Integer, nullable=False),
    Column("most_per_day", Integer, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("void_reason", Text, nullable=False, default=""),
    **NEVER_REUSED,
)

# One approval a draft, ever: that is what makes fifty presses of Send one (RULES F5).
approval = Table(
    "approval",
    metadata,
    Column("approval_id", Id, primary_key=True),
    Column("draft_id", Id, ForeignKey("draft.draft_id"), nullable=False, unique=True),
    Column("approval_hash", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("approved_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("standing_id", Id, ForeignKey("standing_approval.standing_id")),
    **NEVER_REUSED,
)

# The exact write, copied whole: what the approval's hash is compared with just before each send.
outbox = Table(
    "outbox",
    metadata,
    Column("entry_id", Id, primary_key=True),
    Column("approval_id", Id, ForeignKey("approval.approval_id"), nullable=False, unique=True),
    Column("draft_id", Id, ForeignKey("draft.draft_id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False, default=0),
    Column("kind", Text, nullable=False),
    Column("account_platform", Text, nullable=False),
    Column("account_realm", Text, nullable=False),
    Column("account_native_id", Text, nullable=False),
    Column("account_name", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("realm", Text, nullable=False),
    Column("thread_id", Text, nullable=False),
    Column("parent_id", Text, nullable=False),
    Column("mention_id", Id, ForeignKey("mention.mention_id")),
    Column("revision", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("media", JSON, nullable=False),
    Column("language", Text, nullable=False),
    Column("text_key", Text, nullable=False),
    Column("idempotency_key", Text, nullable=False, unique=True),
    Column("key_salt", Text, nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("started_at", UtcDateTime),
    Column("not_before", UtcDateTime),
    Column("case_id", Id, ForeignKey("support_case.case_id")),
    Column("issue_id", Id, ForeignKey("issue.issue_id")),
    Column("platform_id", Text, nullable=False, default=""),
    Column("url", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("person", Text, nullable=False, default=""),
    Column("title", Text, nullable=False, default=""),
    Column("edits", Text, nullable=False, default=""),
    Column("options", JSON, nullable=False, default=list),
    Column("removes", Text, nullable=False, default=""),
    Index("ix_outbox_state", "state"),
    Index("ix_outbox_text_key", "text_key"),
    Index("ix_outbox_case_id", "case_id"),
    Index("ix_outbox_started_at", "started_at"),
    Index("ix_outbox_changed_at", "changed_at"),
    **NEVER_REUSED,
)

outbox_attempt = Table(
    "outbox_attempt",
    metadata,
    Column("entry_id", Id, ForeignKey("outbox.entry_id"), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("idempotency_key", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("outcome", Text, nullable=False, default=""),
)

# One row. A missing row means: not stopped.
outbox_switch = Table(
    "outbox_switch",
    metadata,
    Column("switch_id", Integer, primary_key=True, autoincrement=False),
    Column("stopped", Boolean, nullable=False),
    Column("pressed_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# Only ever added to; each line's digest covers the line before it. `previous` is unique: the chain cannot fork.
audit_line = Table(
    "audit_line",
    metadata,
    Column("seq", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", Text, nullable=False, unique=True),
    Column("digest", Text, nullable=False),
    Index("ix_audit_line_subject", "subject"),
    **NEVER_REUSED,
)

# One row: where the chain ends, so that a missing last line is seen too.
audit_head = Table(
    "audit_head",
    metadata,
    Column("head_id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Id, nullable=False),
    Column("digest", Text, nullable=False),
)
