"""Read all of a ledger and say what is wrong with it: the pages of the file, every column of every row, every text against its hash."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.exc import OperationalError

from listener.errors import StoreDamaged
from listener.ledger.dialect import find_damage
from listener.ledger.metadata import metadata
from listener.ledger.page import content_hash
from listener.ledger.tables import revision
from listener.ledger.transactions import reading, translated

_ROWS_AT_A_TIME = 1_000
_MOST_NAMED = 5


def damage_in(engine: Engine) -> str:
    """Return what is wrong, in one sentence, or an empty string. Reads everything: about four seconds for 100,000 mentions."""
    try:
        with translated(engine):
            found = find_damage(engine)
        if not found:
            with reading(engine) as tx:
                found = "; ".join(damage for table in metadata.sorted_tables for damage in _unreadable(tx, table)) or _altered_texts(tx)
    except StoreDamaged as damage:
        found = str(damage)
    return found


def _unreadable(tx: Connection, table: Table) -> Iterator[str]:
    """Yield a line when a row of `table` holds what its columns cannot mean, or its description in the file was damaged."""
    try:
        for _ in tx.execute(select(table).execution_options(yield_per=_ROWS_AT_A_TIME)):
            pass
    except (ValueError, TypeError) as error:
        yield f"table {table.name} holds a row that cannot be read ({error})"
    except OperationalError as error:
        if "no such" not in str(error.orig):  # a column or table that the migrations made
            raise
        yield f"table {table.name} is not what was made ({error.orig})"


def _altered_texts(tx: Connection) -> str:
    rows = tx.execute(select(revision).execution_options(yield_per=_ROWS_AT_A_TIME))
    altered = [row.mention_id for row in rows if content_hash(row.title, row.text) != row.content_hash]
    if not altered:
        return ""
    named = ", ".join(str(one) for one in altered[:_MOST_NAMED])
    return f"{len(altered)} texts are not what was stored (mention {named}{' …' if len(altered) > _MOST_NAMED else ''})"
