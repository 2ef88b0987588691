"""Tables of a conversation: notes, questions to specialists, joins with other contact moments, cards and marks.

What stands here is in our own words. Of customers only ids and keys are kept, so that a removal elsewhere leaves nothing readable here.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# For colleagues only. No other table refers to it, and nothing that leaves is made from it (RULES F33).
case_note = Table(
    "case_note",
    metadata,
    Column("note_id", Id, primary_key=True),
    Column("conversation_id", Id, ForeignKey("conversation.conversation_id"), nullable=False),
    Column("person_key", Text, nullable=False, default=""),
    Column("text", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
    Column("removed_by", Text, nullable=False, default=""),
    Index("ix_case_note_conversation_id", "conversation_id"),
    Index("ix_case_note_person_key", "person_key"),
    **NEVER_REUSED,
)

# What is planned about an issue, shown on all its cases until `until` or until somebody ends it.
planning_note = Table(
    "planning_note",
    metadata,
    Column("note_id", Id, primary_key=True),
    Column("issue_id", Id, ForeignKey("issue.issue_id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("ended_by", Text, nullable=False, default=""),
    Index("ix_planning_note_issue_id", "issue_id"),
    **NEVER_REUSED,
)

# A question inside the house. `asked` is a person or a team; it is answered once.
case_question = Table(
    "case_question",
    metadata,
    Column("question_id", Id, primary_key=True),
    Column("conversation_id", Id, ForeignKey("conversation.conversation_id"), nullable=False),
    Column("person_key", Text, nullable=False, default=""),
    Column("asked", Text, nullable=False),
    Column("team", Boolean, nullable=False, default=False),
    Column("text", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("answer", Text, nullable=False, default=""),
    Column("answered_by", Text, nullable=False, default=""),
    Column("answered_at", UtcDateTime),
    Index("ix_case_question_conversation_id", "conversation_id"),
    Index("ix_case_question_state", "state", "asked"),
    Index("ix_case_question_person_key", "person_key"),
    **NEVER_REUSED,
)

# Two contact moments of one customer, joined by a person: another conversation, or a moment that was imported. Taken back: `undone_at`.
contact_join = Table(
    "contact_join",
    metadata,
    Column("join_id", Id, primary_key=True),
    Column("conversation_id", Id, ForeignKey("conversation.conversation_id"), nullable=False),
    Column("other_conversation_id", Id, ForeignKey("conversation.conversation_id")),
    Column("mention_id", Id, ForeignKey("mention.mention_id")),
    Column("person_key", Text, nullable=False),
    Column("other_person_key", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
    Column("undone_by", Text, nullable=False, default=""),
    Index("ix_contact_join_conversation_id", "conversation_id"),
    Index("ix_contact_join_other_conversation_id", "other_conversation_id"),
    Index("ix_contact_join_person_key", "person_key"),
    Index("ix_contact_join_other_person_key", "other_person_key"),
    **NEVER_REUSED,
)

# Keyed digests of addresses and numbers that somebody wrote to us: they find the same one again and cannot be read.
contact_sign = Table(
    "contact_sign",
    metadata,
    Column("mention_id", Id, ForeignKey("mention.mention_id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("sign", Text, primary_key=True),
    Index("ix_contact_sign_sign", "sign"),
)

# Which revision of a message signs were read from.
contact_sign_read = Table(
    "contact_sign_read",
    metadata,
    Column("mention_id", Id, ForeignKey("mention.mention_id"), primary_key=True),
    Column("revision", Integer, nullable=False),
)

# One row: up to which mention imported contact moments were read.
contact_reading = Table(
    "contact_reading",
    metadata,
    Column("reading_id", Integer, primary_key=True, autoincrement=False),
    Column("up_to", Id, nullable=False),
)

# What a person said of a conversation. Empty: nobody said so, and the card shows what labels and events tell.
conversation_card = Table(
    "conversation_card",
    metadata,
    Column("conversation_id", Id, ForeignKey("conversation.conversation_id"), primary_key=True),
    Column("person_key", Text, nullable=False, default=""),
    Column("need_asked", Text, nullable=False, default=""),
    Column("summary", Text, nullable=False, default=""),
    Column("sentiment_first", Text, nullable=False, default=""),
    Column("sentiment_last", Text, nullable=False, default=""),
    Column("feedback_given_back", Text, nullable=False, default=""),
    Column("language", Text, nullable=False, default=""),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("ix_conversation_card_changed_at", "changed_at"),
)

# Was this contact necessary? One answer a conversation, with what could have avoided it.
contact_mark = Table(
    "contact_mark",
    metadata,
    Column("conversation_id", Id, ForeignKey("conversation.conversation_id"), primary_key=True),
    Column("unnecessary", Text, nullable=False),
    Column("avoidable_by", Text, nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Index("ix_contact_mark_made_at", "made_at"),
)

# How a case ended, beside the act that ended it: which message helped, which action or status solved it, which drafts were offered.
case_ending = Table(
    "case_ending",
    metadata,
    Column("ending_id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("support_case.case_id"), nullable=False),
    Column("act_id", Id),
    Column("kind", Text, nullable=False),
    Column("mention_id", Id, ForeignKey("mention.mention_id")),
    Column("about", Text, nullable=False, default=""),
    Column("draft_id", Id, ForeignKey("draft.draft_id")),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Index("ix_case_ending_case_id", "case_id"),
    Index("ix_case_ending_act_id", "act_id"),
    **NEVER_REUSED,
)
