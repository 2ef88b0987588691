"""The tables of feedback and improvement actions, beside the others of the answering half."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# A link that was handed out, by the hash of its secret. `from_invite_id`: the thread's link that this person's form came from.
feedback_invite = Table(
    "feedback_invite",
    metadata,
    Column("invite_id", Id, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("use", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("conversation_id", Id, ForeignKey("conversation.conversation_id")),
    Column("issue_id", Id, ForeignKey("issue.issue_id")),
    Column("from_invite_id", Id, ForeignKey("feedback_invite.invite_id")),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("by_hand", Boolean, nullable=False, default=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("opened_at", UtcDateTime),
    Column("used_at", UtcDateTime),
    Index("ix_feedback_invite_made_at", "made_at"),
    **NEVER_REUSED,
)

# One person's answers, from a form of ours or from another channel's survey (`external_id`, else empty and NULL).
feedback = Table(
    "feedback",
    metadata,
    Column("feedback_id", Id, primary_key=True),
    Column("invite_id", Id, ForeignKey("feedback_invite.invite_id"), unique=True),
    Column("source", Text, nullable=False),
    Column("external_id", Text),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("conversation_id", Id, ForeignKey("conversation.conversation_id")),
    Column("issue_id", Id, ForeignKey("issue.issue_id")),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    UniqueConstraint("channel", "external_id"),
    Index("ix_feedback_begun_at", "begun_at"),
    Index("ix_feedback_conversation_id", "conversation_id"),
    Index("ix_feedback_issue_id", "issue_id"),
    **NEVER_REUSED,
)

feedback_answer = Table(
    "feedback_answer",
    metadata,
    Column("feedback_id", Id, ForeignKey("feedback.feedback_id"), primary_key=True),
    Column("question", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# One line per person and review site, however often the link is pressed.
review_click = Table(
    "review_click",
    metadata,
    Column("invite_id", Id, ForeignKey("feedback_invite.invite_id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

# A low score that opened a case again; it stands as the reason until the case is answered after `at`.
feedback_recovery = Table(
    "feedback_recovery",
    metadata,
    Column("feedback_id", Id, ForeignKey("feedback.feedback_id"), primary_key=True),
    Column("case_id", Id, ForeignKey("support_case.case_id"), nullable=False),
    Column("question", Text, nullable=False),
    Column("score", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_feedback_recovery_case_id", "case_id"),
)

# `did`: by language, what we did, in words for customers; filled in when the action is done.
improvement_action = Table(
    "improvement_action",
    metadata,
    Column("action_id", Id, primary_key=True),
    Column("issue_id", Id, ForeignKey("issue.issue_id"), nullable=False),
    Column("owner", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("change", Text, nullable=False),
    Column("done_when", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("did", JSON, nullable=False, default=dict),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Index("ix_improvement_action_issue_id", "issue_id"),
    Index("ix_improvement_action_state", "state"),
    **NEVER_REUSED,
)

# What people did to an action, one line each. Only ever added to.
action_act = Table(
    "action_act",
    metadata,
    Column("act_id", Id, primary_key=True),
    Column("action_id", Id, ForeignKey("improvement_action.action_id"), nullable=False),
    Column("verb", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("detail", Text, nullable=False, default=""),
    Index("ix_action_act_action_id", "action_id"),
    **NEVER_REUSED,
)

# Customers who said in the conversation itself that they want to hear what we do; noted by hand, taken back by `agreed` false.
tell_agreement = Table(
    "tell_agreement",
    metadata,
    Column("conversation_id", Id, ForeignKey("conversation.conversation_id"), primary_key=True),
    Column("agreed", Boolean, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# "You said, we did", one line per thread and per person: the two unique keys are what makes it exactly one (RULES F5).
you_said_message = Table(
    "you_said_message",
    metadata,
    Column("message_id", Id, primary_key=True),
    Column("action_id", Id, ForeignKey("improvement_action.action_id"), nullable=False),
    Column("thread_key", Text, nullable=False),
    Column("person_key", Text, nullable=False),
    Column("conversation_id", Id, ForeignKey("conversation.conversation_id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("draft_id", Id, ForeignKey("draft.draft_id")),
    Column("reason", Text, nullable=False, default=""),
    Column("changed_at", UtcDateTime, nullable=False),
    UniqueConstraint("action_id", "thread_key"),
    UniqueConstraint("action_id", "person_key"),
    Index("ix_you_said_message_state", "state"),
    **NEVER_REUSED,
)
