"""The tables of knowledge: articles, their versions, what they rest on, what people did with them, and where they were used."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.metadata import metadata
from listener.ledger.types import UtcDateTime

# `turn` grows with every change; a person's act names the one it was decided on. `version` is the version that holds. Flags count from
# `checked_at`, when a person last said that the answer holds. `merged_into` says where a merged article went.
article = Table(
    "article",
    metadata,
    Column("article_id", Id, primary_key=True),
    Column("state", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("turn", Integer, nullable=False, default=0),
    Column("version", Integer, nullable=False, default=1),
    Column("issue_id", Id, ForeignKey("issue.issue_id")),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("approved_by", Text, nullable=False, default=""),
    Column("approved_at", UtcDateTime),
    Column("checked_at", UtcDateTime),
    Column("flagged_why", Text, nullable=False, default=""),
    Column("flagged_at", UtcDateTime),
    Column("merged_into", Id, ForeignKey("article.article_id")),
    Index("ix_article_state", "state"),
    Index("ix_article_issue_id", "issue_id"),
    Index("ix_article_merged_into", "merged_into"),
    **NEVER_REUSED,
)

article_brand = Table(
    "article_brand",
    metadata,
    Column("article_id", Id, ForeignKey("article.article_id"), primary_key=True),
    Column("brand", Text, primary_key=True),
    Index("ix_article_brand_brand", "brand"),
)

# `question_mention_id` and `answer_mention_id` name the message whose words these still are; with that message, the words go.
article_version = Table(
    "article_version",
    metadata,
    Column("article_id", Id, ForeignKey("article.article_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("question_mention_id", Id, ForeignKey("mention.mention_id")),
    Column("answer_mention_id", Id, ForeignKey("mention.mention_id")),
    Column("made_by", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Index("ix_article_version_question_mention_id", "question_mention_id"),
    Index("ix_article_version_answer_mention_id", "answer_mention_id"),
)

# What an article rests on: a question somebody asked, in which case, and our post that answered it. Ids only.
article_evidence = Table(
    "article_evidence",
    metadata,
    Column("article_id", Id, ForeignKey("article.article_id"), primary_key=True),
    Column("mention_id", Id, ForeignKey("mention.mention_id"), primary_key=True),
    Column("case_id", Id, ForeignKey("support_case.case_id")),
    Column("entry_id", Id, ForeignKey("outbox.entry_id")),
    Column("fit", Float, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Index("ix_article_evidence_mention_id", "mention_id"),
    Index("ix_article_evidence_case_id", "case_id"),
)

# Approve, edit, merge, retire, check, undo: one line each, with what stood before. Only ever added to.
article_act = Table(
    "article_act",
    metadata,
    Column("act_id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("article.article_id"), nullable=False),
    Column("verb", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("other_article_id", Id, ForeignKey("article.article_id")),
    Column("before", JSON, nullable=False, default=dict),
    Column("undoes", Id, ForeignKey("article_act.act_id"), unique=True),
    Index("ix_article_act_article_id", "article_id"),
    **NEVER_REUSED,
)

# Vectors of an article's question as it is worded, and of the questions it rests on together; derived, and gone with those.
article_vector = Table(
    "article_vector",
    metadata,
    Column("article_id", Id, ForeignKey("article.article_id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)

# An article that was put into a reply. Once a case and article.
article_use = Table(
    "article_use",
    metadata,
    Column("use_id", Id, primary_key=True),
    Column("article_id", Id, ForeignKey("article.article_id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("case_id", Id, ForeignKey("support_case.case_id"), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("case_id", "article_id"),
    Index("ix_article_use_article_id", "article_id"),
    **NEVER_REUSED,
)
