"""What was kept long enough, taken out of the ledger place by place, some rows a transaction; and the receipt of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, func, or_, select, tuple_, update

from listener.ledger import tables as heard
from listener.ledger.expiry import Held, is_x
from listener.ledger.suppression import SuppressionLedger
from listener.ledger.transactions import reading, writing
from moderation.audit.chain import ERASED, LETS_GO
from moderation.ledger.knowledge_forgetting import forget_removed
from moderation.ledger.receipts import read_receipt, write_receipt
from moderation.ledger.retention_cleared import CLEARED
from moderation.ledger.retention_limits import ENDED, Over, Place
from moderation.ledger.shadow import empty_posts
from moderation.ledger.tables import audit_line, conversation_mention, outbox, support_case
from moderation.ledger.tables_conversation import contact_join
from moderation.ledger.tables_knowledge import article_evidence, article_vector
from moderation.ledger.tables_leave import shadow_item
from moderation.ledger.tables_subject import subject_receipt
from moderation.model.subject import Receipt
from moderation.outbox.states import ENDS

RETENTION = "retention"
"""The kind of receipt that tells what was kept long enough."""
PERSON = "person:"
SHADOW = "replies kept in shadow"
MOST_AT_ONCE = 300


class RetentionLedger:
    """Finds and empties what is over time. Every step is whole or not at all; whatever was cut off is found again by the next."""

    def __init__(self, engine: Engine, suppression: SuppressionLedger) -> None:
        self._engine = engine
        self._suppression = suppression

    def count(self, over: Over) -> dict[str, int]:
        """Return how many rows of each place are over time and still hold something; places without any are left out."""
        with reading(self._engine) as tx:
            counted = {
                one.words: tx.execute(select(func.count()).select_from(one.table).where(one.due(over))).scalar_one() for one in CLEARED
            }
        counted[SHADOW] = len(self._shadow(over, most=None))
        return {words: int(rows) for words, rows in counted.items() if rows}

    def held(self, mention_ids: Sequence[int], held: Held) -> int:
        """Return how many of these messages stay whole."""
        with reading(self._engine) as tx:
            return len(set(held(tx, mention_ids)))

    def clear(self, over: Over, *, most: int = MOST_AT_ONCE) -> Iterator[tuple[str, int]]:
        """Empty every place, a transaction a step, and yield after each how many rows of which place it was."""
        for one in CLEARED:
            while rows := self._step(one, over, most):
                yield one.words, rows
        while some := self._shadow(over, most=most):
            self._empty_shadow(some)
            yield SHADOW, len(some)

    def forget_words(self, *, since: datetime | None, at: datetime) -> None:
        """Let what articles took from messages that lost their words go too; what they are found by is made anew from the others."""
        lost = heard.mention.c.expired_at.is_not(None) if since is None else heard.mention.c.expired_at >= since
        touched = select(article_evidence.c.article_id).join(heard.mention, heard.mention.c.mention_id == article_evidence.c.mention_id)
        with writing(self._engine) as tx:
            tx.execute(delete(article_vector).where(article_vector.c.article_id.in_(touched.where(lost))))
            forget_removed(tx, at=at)

    def receipt(self, counts: Mapping[str, int], over: Over, *, by: str, at: datetime) -> Receipt:
        """Write down how many things went, by place, in the record and in the audit log; nothing in it says whose they were.

        Lines of the audit log that name a person and are as old as an ended case may be are emptied with it: this line says which.
        """
        with writing(self._engine) as tx:
            return write_receipt(tx, RETENTION, counts, verb=LETS_GO, by=by, at=at, emptied=self._empty_audit(tx, over))

    def _empty_audit(self, tx: Connection, over: Over) -> list[int]:
        line = audit_line.c
        names = line.subject.startswith(PERSON) & (line.at < over.case) & (line.detail != ERASED)
        rows = tx.execute(select(line.seq, line.subject).where(names).order_by(line.seq)).all()
        for seq, subject in rows:
            told = f"{PERSON}{self._suppression.stand_in(subject.removeprefix(PERSON))}"
            tx.execute(update(audit_line).where(line.seq == seq).values(subject=told, detail=ERASED))
        return [row.seq for row in rows]

    def receipts(self, limit: int = 30) -> list[Receipt]:
        """Return the newest receipts, newest first."""
        query = select(subject_receipt).where(subject_receipt.c.kind == RETENTION).order_by(subject_receipt.c.receipt_id.desc())
        with reading(self._engine) as tx:
            return [read_receipt(row) for row in tx.execute(query.limit(limit))]

    def _step(self, place: Place, over: Over, most: int) -> int:
        keys = list(place.table.primary_key.columns)
        with reading(self._engine) as tx:
            found = [tuple(row) for row in tx.execute(select(*keys).where(place.due(over)).order_by(*keys).limit(most))]
        if not found:
            return 0
        with writing(self._engine) as tx:
            here = and_(_among(keys, found), place.due(over))
            if not place.emptied and not place.keys:
                tx.execute(delete(place.table).where(here))
                return len(found)
            for name in place.keys:
                column = place.table.c[name]
                for key in tx.execute(select(column).where(here, column != "").distinct()).scalars().all():
                    tx.execute(
                        update(place.table).where(_among(keys, found), column == key).values({name: self._suppression.stand_in(key)})
                    )
            if place.emptied:
                tx.execute(update(place.table).where(_among(keys, found)).values(dict(place.emptied)))
        return len(found)

    def _shadow(self, over: Over, *, most: int | None) -> list[Any]:
        item = shadow_item.c
        old = or_(item.case_id.in_(over.cases), and_(item.case_id.is_(None), item.at < over.case))
        with reading(self._engine) as tx:
            rows = tx.execute(select(item.shadow_id, item.post).where(old).order_by(item.shadow_id)).all()
        left = [row for row in rows if row.post.get("text") or row.post.get("target", {}).get("person")]
        return left if most is None else left[:most]

    def _empty_shadow(self, rows: Sequence[Any]) -> None:
        with writing(self._engine) as tx:
            empty_posts(tx, rows)


def _among(keys: Sequence[Any], found: Sequence[tuple[Any, ...]]) -> Any:
    return keys[0].in_([one[0] for one in found]) if len(keys) == 1 else tuple_(*keys).in_(found)


def held_by_cases(over: Over) -> Held:
    """Return what asks which messages stay whole: those of work that goes on, or that ended not long ago; of X only while it goes on.

    So does the message that a post answers which has not left yet: its words are compared just before.
    """

    def held(tx: Connection, mention_ids: Sequence[int]) -> Collection[int]:
        mention = heard.mention.c
        works = support_case.c.state.not_in(ENDED)
        lately = support_case.c.changed_at >= over.case
        talk = select(conversation_mention.c.mention_id, mention.platform, works.label("works"))
        talk = talk.join_from(conversation_mention, support_case, support_case.c.conversation_id == conversation_mention.c.conversation_id)
        joined = select(contact_join.c.mention_id, mention.platform, works.label("works"))
        joined = joined.join_from(contact_join, support_case, support_case.c.conversation_id == contact_join.c.conversation_id)
        found: set[int] = set()
        for query, its in ((talk, conversation_mention.c.mention_id), (joined, contact_join.c.mention_id)):
            asked = query.join(heard.mention, mention.mention_id == its).where(its.in_(mention_ids), or_(works, lately))
            if query is joined:
                asked = asked.where(contact_join.c.undone_at.is_(None))
            found.update(row.mention_id for row in tx.execute(asked) if row.works or not is_x(row.platform))
        on_its_way = outbox.c.state.not_in([one.value for one in ENDS]) & (outbox.c.changed_at >= over.case)
        waits = select(outbox.c.mention_id).where(outbox.c.mention_id.in_(mention_ids), on_its_way)
        return found | set(tx.execute(waits).scalars())

    return held
