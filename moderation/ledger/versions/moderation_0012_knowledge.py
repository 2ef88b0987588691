"""Knowledge from answered conversations. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0012"
down_revision = "moderation_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table and index."""
    _articles()
    _versions()
    _evidence()
    _acts()
    _uses()


def _articles() -> None:
    op.create_table(
        "article",
        sa.Column("article_id", Id, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("issue_id", Id),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.Column("approved_at", UtcDateTime),
        sa.Column("checked_at", UtcDateTime),
        sa.Column("flagged_why", sa.Text, nullable=False),
        sa.Column("flagged_at", UtcDateTime),
        sa.Column("merged_into", Id),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.ForeignKeyConstraint(["merged_into"], ["article.article_id"]),
        sa.PrimaryKeyConstraint("article_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_article_state", "article", ["state"])
    op.create_index("ix_article_issue_id", "article", ["issue_id"])
    op.create_index("ix_article_merged_into", "article", ["merged_into"])
    op.create_table(
        "article_brand",
        sa.Column("article_id", Id, nullable=False),
        sa.Column("brand", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.article_id"]),
        sa.PrimaryKeyConstraint("article_id", "brand"),
    )
    op.create_index("ix_article_brand_brand", "article_brand", ["brand"])


def _versions() -> None:
    op.create_table(
        "article_version",
        sa.Column("article_id", Id, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("question_mention_id", Id),
        sa.Column("answer_mention_id", Id),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.article_id"]),
        sa.ForeignKeyConstraint(["question_mention_id"], ["mention.mention_id"]),
        sa.ForeignKeyConstraint(["answer_mention_id"], ["mention.mention_id"]),
        sa.PrimaryKeyConstraint("article_id", "version"),
    )
    op.create_index("ix_article_version_question_mention_id", "article_version", ["question_mention_id"])
    op.create_index("ix_article_version_answer_mention_id", "article_version", ["answer_mention_id"])


def _evidence() -> None:
    op.create_table(
        "article_evidence",
        sa.Column("article_id", Id, nullable=False),
        sa.Column("mention_id", Id, nullable=False),
        sa.Column("case_id", Id),
        sa.Column("entry_id", Id),
        sa.Column("fit", sa.Float, nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.article_id"]),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.case_id"]),
        sa.ForeignKeyConstraint(["entry_id"], ["outbox.entry_id"]),
        sa.PrimaryKeyConstraint("article_id", "mention_id"),
    )
    op.create_index("ix_article_evidence_mention_id", "article_evidence", ["mention_id"])
    op.create_index("ix_article_evidence_case_id", "article_evidence", ["case_id"])
    op.create_table(
        "article_vector",
        sa.Column("article_id", Id, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.article_id"]),
        sa.PrimaryKeyConstraint("article_id", "kind", "model"),
    )


def _acts() -> None:
    op.create_table(
        "article_act",
        sa.Column("act_id", Id, nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("other_article_id", Id),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("undoes", Id),
        sa.ForeignKeyConstraint(["article_id"], ["article.article_id"]),
        sa.ForeignKeyConstraint(["other_article_id"], ["article.article_id"]),
        sa.ForeignKeyConstraint(["undoes"], ["article_act.act_id"]),
        sa.PrimaryKeyConstraint("act_id"),
        sa.UniqueConstraint("undoes"),
        **NEVER_REUSED,
    )
    op.create_index("ix_article_act_article_id", "article_act", ["article_id"])


def _uses() -> None:
    op.create_table(
        "article_use",
        sa.Column("use_id", Id, nullable=False),
        sa.Column("article_id", Id, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.article_id"]),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.case_id"]),
        sa.PrimaryKeyConstraint("use_id"),
        sa.UniqueConstraint("case_id", "article_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_article_use_article_id", "article_use", ["article_id"])
