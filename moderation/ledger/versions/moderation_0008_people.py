"""People, their rights, sessions and tokens. History: never edited once released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id
from listener.ledger.types import UtcDateTime

revision = "moderation_0008"
down_revision = "moderation_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table and index."""
    _people()
    _ways_in()
    _tokens_and_tries()


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("brands", sa.JSON),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("theme", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("step_secret", sa.Text, nullable=False),
        sa.Column("step_used", sa.BigInteger, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
        sa.UniqueConstraint("name_key"),
        **NEVER_REUSED,
    )
    op.create_index("ix_person_email", "person", ["email"])
    op.create_table(
        "team",
        sa.Column("team_id", Id, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("team_id"),
        sa.UniqueConstraint("name_key"),
        **NEVER_REUSED,
    )
    op.create_table(
        "team_member",
        sa.Column("team_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.team_id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("team_id", "person_id"),
    )
    op.create_index("ix_team_member_person_id", "team_member", ["person_id"])


def _ways_in() -> None:
    op.create_table(
        "staff_session",
        sa.Column("session_id", Id, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("proved_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("session_id"),
        sa.UniqueConstraint("digest"),
        **NEVER_REUSED,
    )
    op.create_index("ix_staff_session_person_id", "staff_session", ["person_id"])
    op.create_table(
        "sign_in_link",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("trusted", sa.Boolean, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_sign_in_link_person_id", "sign_in_link", ["person_id"])
    op.create_table(
        "known_device",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_known_device_person_id", "known_device", ["person_id"])


def _tokens_and_tries() -> None:
    op.create_table(
        "api_token",
        sa.Column("token_id", Id, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime),
        sa.Column("revoked_at", UtcDateTime),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("token_id"),
        sa.UniqueConstraint("digest"),
        **NEVER_REUSED,
    )
    op.create_index("ix_api_token_person_id", "api_token", ["person_id"])
    op.create_table(
        "sign_in_try",
        sa.Column("try_id", Id, nullable=False),
        sa.Column("account_key", sa.Text, nullable=False),
        sa.Column("address_key", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("try_id"),
        **NEVER_REUSED,
    )
    op.create_index("ix_sign_in_try_account_key_at", "sign_in_try", ["account_key", "at"])
    op.create_index("ix_sign_in_try_address_key_at", "sign_in_try", ["address_key", "at"])
    op.create_index("ix_sign_in_try_at", "sign_in_try", ["at"])
    op.create_table(
        "recovery_code",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"]),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_recovery_code_person_id", "recovery_code", ["person_id"])
