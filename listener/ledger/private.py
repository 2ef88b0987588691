"""Which mentions are public, which are private messages that wait for an answer, and which are contact moments. SQL conditions.

`mention.channel` says that something was not public. `mention.source`, the source that brought it first, says how it came: what a file
brought (`IMPORTED`) is the memory of a contact that is over; what came by itself is a message to us. Both columns were kept from the first
release on, so older rows are told apart as well.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, FromClause, and_, not_, select

from listener.ledger.changes import batches
from listener.ledger.tables import mention
from listener.model.mention import IMPORTED


def is_public(of: FromClause = mention) -> ColumnElement[bool]:
    """Anybody could read it where it was written. `of`: the table, or what it is called in a query that names it twice."""
    return of.c.channel == ""


def is_private(of: FromClause = mention) -> ColumnElement[bool]:
    """A live message to us that only its writer and we read. Its words stay with its case."""
    return and_(of.c.channel != "", not_(of.c.source.startswith(IMPORTED)))


def is_contact_moment(of: FromClause = mention) -> ColumnElement[bool]:
    """Somebody told us of a contact in another channel afterwards: there is nothing to answer."""
    return and_(of.c.channel != "", of.c.source.startswith(IMPORTED))


def private_among(tx: Connection, mention_ids: Iterable[int]) -> set[int]:
    """Return those of these mentions that are private messages."""
    found: set[int] = set()
    for some in batches(sorted(set(mention_ids))):
        found.update(tx.execute(select(mention.c.mention_id).where(mention.c.mention_id.in_(some), is_private())).scalars())
    return found
