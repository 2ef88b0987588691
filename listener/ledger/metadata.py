"""The one MetaData that the tables of both halves stand on.

How the answering half adds its tables (nothing in `listener` has to change for it):

1.  `moderation/ledger/tables.py` declares tables on this `metadata`::

        from listener.ledger.dialect import NEVER_REUSED, Id
        from listener.ledger.metadata import metadata
        from listener.ledger.types import UtcDateTime

        case = Table("support_case", metadata, Column("case_id", Id, primary_key=True), ..., **NEVER_REUSED)

    `Id` is a 64-bit id, `NEVER_REUSED` keeps ids of deleted rows from coming back, `UtcDateTime` takes aware datetimes only.
    Foreign keys to `mention.mention_id` and `issue.issue_id` hold: those rows are never deleted (a removed mention keeps a bare row).

2.  `moderation/ledger/versions/moderation_0001_first.py` makes them. Its head::

        revision = "moderation_0001"
        down_revision = None
        branch_labels = ("moderation",)
        depends_on = "listener_0001"

    then `def upgrade() -> None:` with `op.create_table(...)` for each table, written out (not `metadata.create_all`: a migration is
    history and must not change when tables do). The next one has `down_revision = "moderation_0001"` and no label.
    The folder is found beside the `listener` package; `open_ledger` runs both branches in one transaction.

3.  Statements run through `listener.ledger.transactions.reading(engine)` and `writing(engine)`: they take SQLite's write lock at once,
    and turn the driver's errors into `StoreFull`, `StoreLocked` and `StoreDamaged`. `insert_missing` and `insert_or_update` for
    inserts that may meet an existing row are in `listener.ledger.dialect`.

`tests/listener/ledger/test_migrations.py` compares what the migrations make with what the tables say, for both halves.
"""

from __future__ import annotations

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
