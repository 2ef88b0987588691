"""The first tables of the listening half. History: never edited once released; what changes later is a step of its own.

There is no way back by steps: `open_ledger` keeps a copy of the file from before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id, only_where
from listener.ledger.types import UtcDateTime

revision = "listener_0001"
down_revision = None
branch_labels = ("listener",)
depends_on = None


def upgrade() -> None:
    """Make every table and index."""
    _issues()
    _mentions()
    _analyses()
    _memberships_and_signals()
    _sources()
    _rest()


def _issues() -> None:
    op.create_table(
        "issue",
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("title_by", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("merged_into", Id),
        sa.Column("muted", sa.Boolean, nullable=False),
        sa.Column("resolved_at", UtcDateTime),
        sa.ForeignKeyConstraint(["merged_into"], ["issue.issue_id"]),
        sa.PrimaryKeyConstraint("issue_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_issue_merged_into", "issue", ["merged_into"])
    op.create_table(
        "issue_act",
        sa.Column("act_id", Id, nullable=False),
        sa.Column("issue_id", Id, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.PrimaryKeyConstraint("act_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_issue_act_issue_id", "issue_act", ["issue_id"])


def _mentions() -> None:
    op.create_table(
        "mention",
        sa.Column("mention_id", Id, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("realm", sa.Text, nullable=False),
        sa.Column("native_id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("author_key", sa.Text, nullable=False),
        sa.Column("author_platform", sa.Text),
        sa.Column("author_realm", sa.Text),
        sa.Column("author_native_id", sa.Text),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("parent_id", sa.Text, nullable=False),
        sa.Column("root_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("flags", sa.JSON, nullable=False),
        sa.Column("posted_at", UtcDateTime),
        sa.Column("first_seen_at", UtcDateTime, nullable=False),
        sa.Column("latest_revision", sa.Integer, nullable=False),
        sa.Column("analysed_revision", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("issue_id", Id),
        sa.Column("placed_by_person", sa.Boolean, nullable=False),
        sa.Column("removed_at", UtcDateTime),
        sa.Column("removed_reason", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.PrimaryKeyConstraint("mention_id"),
        sa.UniqueConstraint("platform", "realm", "native_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_mention_author_key", "mention", ["author_key"])
    op.create_index("ix_mention_issue_id", "mention", ["issue_id"])
    op.create_index(
        "ix_mention_placed_by_person", "mention", ["mention_id"], **only_where(sa.column("placed_by_person", sa.Boolean).is_(sa.true()))
    )
    op.create_index("ix_mention_posted_at", "mention", ["posted_at"])
    op.create_index("ix_mention_root_id", "mention", ["root_id"])
    op.create_index(
        "ix_mention_waiting",
        "mention",
        ["posted_at", "mention_id"],
        **only_where(sa.column("analysed_revision") < sa.column("latest_revision")),
    )
    op.create_table(
        "revision",
        sa.Column("mention_id", Id, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("edited_at", UtcDateTime),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.PrimaryKeyConstraint("mention_id", "revision"),
    )
    op.create_table(
        "mention_source",
        sa.Column("mention_id", Id, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("first_seen_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.PrimaryKeyConstraint("mention_id", "source"),
    )
    op.create_index("ix_mention_source_source", "mention_source", ["source"])
    op.create_table(
        "mention_brand",
        sa.Column("mention_id", Id, nullable=False),
        sa.Column("brand", sa.Text, nullable=False),
        sa.Column("directed", sa.Boolean, nullable=False),
        sa.Column("terms", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.PrimaryKeyConstraint("mention_id", "brand"),
    )
    op.create_index("ix_mention_brand_brand", "mention_brand", ["brand"])


def _analyses() -> None:
    op.create_table(
        "analysis",
        sa.Column("mention_id", Id, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("card_id", Id, nullable=False),
        sa.Column("text_hash", sa.Text, nullable=False),
        sa.Column("analysed_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["mention.mention_id"]),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.PrimaryKeyConstraint("mention_id"),
    )
    op.create_index("ix_analysis_text_hash", "analysis", ["text_hash"])
    op.create_table(
        "label",
        sa.Column("mention_id", Id, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.PrimaryKeyConstraint("mention_id", "name", "value"),
    )
    op.create_table(
        "embedding",
        sa.Column("text_hash", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("text_hash", "model"),
    )
    op.create_table(
        "quarantine",
        sa.Column("mention_id", Id, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.PrimaryKeyConstraint("mention_id"),
    )
    op.create_table(
        "change",
        sa.Column("seq", Id, nullable=False),
        sa.Column("mention_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("mention_id"),
        **NEVER_REUSED,
    )


def _memberships_and_signals() -> None:
    op.create_table(
        "membership",
        sa.Column("membership_id", Id, nullable=False),
        sa.Column("mention_id", Id, nullable=False),
        sa.Column("issue_id", Id),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.mention_id"]),
        sa.PrimaryKeyConstraint("membership_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_membership_mention_id", "membership", ["mention_id"])
    op.create_table(
        "signal",
        sa.Column("signal_id", Id, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("issue_id", Id),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("usual", sa.Float, nullable=False),
        sa.Column("p_value", sa.Float, nullable=False),
        sa.Column("window_hours", sa.Float, nullable=False),
        sa.Column("mention_ids", sa.JSON, nullable=False),
        sa.Column("learning_day", sa.Integer),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.issue_id"]),
        sa.PrimaryKeyConstraint("signal_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_signal_at", "signal", ["at"])
    op.create_index("ix_signal_issue_id", "signal", ["issue_id"])


def _sources() -> None:
    op.create_table(
        "source_state",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("cursor", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("last_try_at", UtcDateTime),
        sa.Column("last_ok_at", UtcDateTime),
        sa.Column("blind_since", UtcDateTime),
        sa.Column("wait_until", UtcDateTime),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("skipped", sa.Integer, nullable=False),
        sa.Column("gaps", sa.Integer, nullable=False),
        sa.Column("gap_note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "source_run",
        sa.Column("run_id", Id, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("new", sa.Integer, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_source_run_source_at", "source_run", ["source", "at"])
    op.create_table(
        "source_event",
        sa.Column("event_id", Id, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("event_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_source_event_source_kind", "source_event", ["source", "kind", "event_id"])


def _rest() -> None:
    op.create_table(
        "report",
        sa.Column("report_id", Id, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("report_id"),
        sa.UniqueConstraint("kind", "period"),
        **NEVER_REUSED,
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
