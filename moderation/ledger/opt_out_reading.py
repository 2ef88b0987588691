"""Which messages to us have not been read for opt-out words yet: new ones and edited ones, each revision once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, and_, exists, or_, select, true

from listener.ledger.dialect import insert_or_update
from listener.ledger.stored import mentions_with_text, stored_mentions
from listener.ledger.tables import change, mention, mention_brand
from listener.ledger.transactions import reading, writing
from listener.model.mention import StoredMention
from moderation.ledger.conditions import THREAD, is_ours
from moderation.ledger.tables import outbox
from moderation.ledger.tables_leave import opt_out_reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadUpTo:
    """Where the last reading ended: the newest mention's id, and the place in the record of changes (edits come back through it)."""

    mention_id: int = 0
    seq: int = 0


class OptOutReading:
    """Finds messages to us in the order in which they came in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read_up_to(self) -> ReadUpTo:
        """Return where the last reading ended."""
        query = select(opt_out_reading.c.mention_id, opt_out_reading.c.seq)
        with reading(self._engine) as tx:
            row = tx.execute(query).one_or_none()
        return ReadUpTo() if row is None else ReadUpTo(mention_id=row.mention_id, seq=row.seq)

    def unread(self, since: ReadUpTo, limit: int) -> tuple[list[StoredMention], ReadUpTo]:
        """Return messages to us that came or changed after `since`, and where to go on; the same place means nothing is left.

        To us: directed at the brand, below a post of ours, or by somebody whom we answered in the same thread (a flat forum does not say
        what a message answers). At most `limit` mentions are looked at.
        """
        with reading(self._engine) as tx:
            ids = list(
                tx.execute(
                    select(mention.c.mention_id).where(mention.c.mention_id > since.mention_id).order_by(mention.c.mention_id).limit(limit)
                ).scalars()
            )
            turn = tx.execute(
                select(change.c.seq, change.c.mention_id).where(change.c.seq > since.seq).order_by(change.c.seq).limit(limit)
            ).all()
            newest = ReadUpTo(mention_id=ids[-1] if ids else since.mention_id, seq=turn[-1].seq if turn else since.seq)
            looked_at = {*ids, *(row.mention_id for row in turn)}
            query = mentions_with_text().where(mention.c.mention_id.in_(looked_at), _to_us()).order_by(mention.c.mention_id)
            return stored_mentions(tx, query), newest

    def note_read(self, to: ReadUpTo) -> None:
        """Remember where the reading ended."""
        row = {"reading_id": 1, "mention_id": to.mention_id, "seq": to.seq}
        with writing(self._engine) as tx:
            tx.execute(insert_or_update(tx.dialect, opt_out_reading, key=["reading_id"], change=["mention_id", "seq"]), row)


def _to_us() -> ColumnElement[bool]:
    directed = exists().where(mention_brand.c.mention_id == mention.c.mention_id, mention_brand.c.directed.is_(true()))
    same_place = and_(outbox.c.platform == mention.c.platform, outbox.c.realm == mention.c.realm)
    below_ours = exists().where(same_place, outbox.c.platform_id != "", outbox.c.platform_id == mention.c.parent_id)
    asked = mention.alias("asked")
    answered = exists().where(
        same_place,
        outbox.c.started_at.is_not(None),
        outbox.c.mention_id == asked.c.mention_id,
        asked.c.author_key == mention.c.author_key,
        asked.c.author_key != "",
        outbox.c.thread_id == THREAD,
    )
    return and_(or_(directed, below_ours, answered), ~is_ours())
