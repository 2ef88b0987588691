"""What the migrations make is what the tables say, for both halves."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from listener.ledger import migrate
from listener.ledger.ledger import Ledger, open_ledger
from listener.ledger.metadata import metadata
from moderation.ledger import tables as answering
from moderation.ledger import tables_bot as _bot  # noqa: F401 - its tables join the others'
from moderation.ledger import tables_clocks as _clocks  # noqa: F401 - its table joins the others'
from moderation.ledger import tables_conversation as _conversation  # noqa: F401 - its tables join the others'
from moderation.ledger import tables_delivery as _delivery  # noqa: F401 - its tables join the others'
from moderation.ledger import tables_feedback as _feedback  # noqa: F401 - its tables join the others'
from moderation.ledger import tables_grid as _grid  # noqa: F401 - its tables join the others'
from moderation.ledger import tables_invitations as _invitations  # noqa: F401 - its tables join the others'
from moderation.ledger import tables_knowledge as _knowledge  # noqa: F401 - its tables join the others'
from moderation.ledger import tables_leave  # noqa: F401 - its tables join the same metadata
from moderation.ledger import tables_matrix as _matrix  # noqa: F401 - its table joins the others'
from moderation.ledger import tables_outbox as _outbox  # noqa: F401 - its tables join the same metadata
from moderation.ledger import tables_people as _people  # noqa: F401 - its tables join the same metadata
from moderation.ledger import tables_queue as _queue  # noqa: F401 - its tables join the same metadata
from moderation.ledger import tables_reply as _reply  # noqa: F401 - its tables join the same metadata
from moderation.ledger import tables_report as _report  # noqa: F401 - its table joins the others'
from moderation.ledger import tables_status as _status  # noqa: F401 - its tables join the same metadata
from moderation.ledger import tables_subject as _subject  # noqa: F401 - its table joins the others'
from moderation.ledger import tables_tap as _tap  # noqa: F401 - its table joins the others'

ANOTHER_BRANCH = '''"""The first tables of a half that lives elsewhere."""

import sqlalchemy as sa
from alembic import op

from listener.ledger.dialect import NEVER_REUSED, Id

revision = "elsewhere_0001"
down_revision = None
branch_labels = ("elsewhere",)
depends_on = "listener_0001"


def upgrade():
    op.create_table(
        "elsewhere",
        sa.Column("elsewhere_id", Id, primary_key=True),
        sa.Column("mention_id", Id, sa.ForeignKey("mention.mention_id"), nullable=False),
        **NEVER_REUSED,
    )
'''


def test_migrations_make_the_tables(ledger: Ledger) -> None:
    """A column that only one of the two knows fails on somebody's ledger, not on ours."""
    assert answering.outbox.metadata is metadata, "both halves stand on one"
    with ledger.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrations_make_the_same_sql_as_the_tables(ledger: Ledger, tmp_path: Path) -> None:
    """Keys, partial indexes and never-reused ids too, which a comparison of columns does not see."""
    made = tmp_path / "made.db"
    metadata.create_all(create_engine(f"sqlite:///{made}"))
    with sqlite3.connect(made) as raw:
        wanted = _schema(raw)
    with sqlite3.connect(str(ledger.engine.url.database)) as raw:
        found = _schema(raw)
    assert found.pop("alembic_version")
    assert found == wanted


def _schema(raw: sqlite3.Connection) -> dict[str, list[str]]:
    """Return what each table and index is made of, whatever the order of its lines and whether names are quoted."""
    rows = raw.execute("select name, sql from sqlite_master where sql is not null and name not like 'sqlite_%'").fetchall()
    lines = {name: sql.replace(", expired_at", ",\nexpired_at").splitlines() for name, sql in rows}  # SQLite adds a column to the last line
    return {name: sorted(part.strip(" ,\t").replace('"', "") for part in some) for name, some in lines.items()}


def test_another_half_adds_its_tables_by_a_file_alone(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two branches on one ledger, each with its own history."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "elsewhere_0001_first.py").write_text(ANOTHER_BRANCH, encoding="utf-8")
    with open_ledger(url):
        pass
    monkeypatch.setattr(migrate, "BRANCHES", (*migrate.BRANCHES, folder))
    with open_ledger(url) as ledger, ledger.engine.connect() as connection:
        assert connection.exec_driver_sql("select * from elsewhere").all() == []
    with open_ledger(url) as ledger:
        assert migrate.migrate(ledger.engine, backups=None) is False, "and nothing is left to do"


def test_ids_are_never_reused_in_any_table_whose_ids_people_see(ledger: Ledger) -> None:
    """SQLite gives the highest id out again unless told not to."""
    with ledger.engine.connect() as connection:
        made = connection.exec_driver_sql("select name from sqlite_master where type = 'table' and sql like '%AUTOINCREMENT%'").all()
    assert {str(row[0]) for row in made} >= {
        "mention", "issue", "issue_act", "membership", "signal", "change", "source_event", "source_run", "report",
    }  # fmt: skip
