"""Tables of invitations: what happened on a customer's way, and every decision whether to ask. No column holds a label."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, Table, Text

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# `event_key` makes an event itself: a restart that finds it again adds nothing. `state` is waiting, asking, asked or never.
invitation_event = Table(
    "invitation_event",
    metadata,
    Column("event_id", Id, primary_key=True),
    Column("event_key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("realm", Text, nullable=False),
    Column("thread_id", Text, nullable=False),
    Column("mention_id", Id, ForeignKey("mention.mention_id"), nullable=False),
    Column("person_key", Text, nullable=False),
    Column("happened_at", UtcDateTime, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("conversation_id", Id, ForeignKey("conversation.conversation_id")),
    Column("case_id", Id, ForeignKey("support_case.case_id")),
    Column("issue_id", Id, ForeignKey("issue.issue_id")),
    Column("number", Integer, nullable=False),
    Column("answered", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_at", UtcDateTime),
    Index("ix_invitation_event_state", "state"),
    Index("ix_invitation_event_person_key", "person_key", "asked_at"),
    Index("ix_invitation_event_place", "platform", "realm", "asked_at"),
    **NEVER_REUSED,
)

# Only ever added to: a line when the answer to an event, or a reason for it, changes. `why` and `why_not` hold what was weighed.
invitation_decision = Table(
    "invitation_decision",
    metadata,
    Column("decision_id", Id, primary_key=True),
    Column("event_id", Id, ForeignKey("invitation_event.event_id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("answer", Text, nullable=False),
    Column("motivation", Float, nullable=False),
    Column("ability", Float, nullable=False),
    Column("prompt", Float, nullable=False),
    Column("why", JSON, nullable=False),
    Column("why_not", JSON, nullable=False),
    Column("language", Text, nullable=False),
    Column("quiet_hours", Float, nullable=False),
    Column("template", Text, nullable=False, default=""),
    Column("text", Text, nullable=False, default=""),
    Column("draft_id", Id, ForeignKey("draft.draft_id")),
    Column("shadow_id", Id, ForeignKey("shadow_item.shadow_id")),
    Index("ix_invitation_decision_event_id", "event_id"),
    **NEVER_REUSED,
)

# How many visits a community had, counted over mentions up to `up_to`, so that every n-th is found once whatever is removed later.
community_visits = Table(
    "community_visits",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("realm", Text, primary_key=True),
    Column("visits", Integer, nullable=False),
)
visit_reading = Table(
    "visit_reading",
    metadata,
    Column("reading_id", Integer, primary_key=True, autoincrement=False),
    Column("up_to", Id, nullable=False),
)
