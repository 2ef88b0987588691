"""Contact moments around a conversation: of the same person elsewhere, and those that share something written to us."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, case, delete, distinct, exists, func, insert, or_, select

from listener.ledger.changes import batches
from listener.ledger.dialect import insert_missing, insert_or_update
from listener.ledger.private import is_contact_moment
from listener.ledger.proven import is_unproven_there
from listener.ledger.tables import mention, mention_brand
from listener.ledger.transactions import reading, writing
from listener.model.mention import is_unproven
from moderation.ledger.tables import conversation, conversation_mention, support_case
from moderation.ledger.tables_conversation import contact_reading, contact_sign, contact_sign_read
from moderation.model.conversation import Contact

MOST_CONTACTS = 100
MOST_SHARING = 3
"""A number or address that more people wrote is a public one, such as our own: it shows nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read of one message: its revision, and the keyed digests found in it, by kind."""

    mention_id: int
    revision: int
    signs: frozenset[tuple[str, str]]


class ContactLedger:
    """Finds contact moments by keys and digests. It reads no text and merges nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def unread(self, limit: int, *, since: datetime | None = None) -> list[int]:
        """Return messages whose signs were not read yet, or read from an older text: those in conversations, and imported moments.

        `since`: of the conversations' only those that joined from then on, which spares a look at all of them.
        """
        known = and_(contact_sign_read.c.mention_id == mention.c.mention_id, contact_sign_read.c.revision >= mention.c.latest_revision)
        mine = conversation_mention.c.mention_id == mention.c.mention_id
        waiting = select(mention.c.mention_id).join_from(conversation_mention, mention, mine).where(mention.c.latest_revision >= 0)
        if since is not None:
            waiting = waiting.where(conversation_mention.c.joined_at >= since)
        up_to = select(func.coalesce(func.max(contact_reading.c.up_to), 0)).scalar_subquery()
        imported = select(mention.c.mention_id).where(mention.c.mention_id > up_to, is_contact_moment(), mention.c.latest_revision >= 0)
        with reading(self._engine) as tx:
            found = list(tx.execute(waiting.where(~exists().where(known)).distinct().limit(limit)).scalars())
            found += tx.execute(imported.order_by(mention.c.mention_id).limit(limit)).scalars()
        return sorted(set(found))

    def keep_signs(self, read: Iterable[Read]) -> None:
        """Keep what was read in place of what was read before."""
        rows = list(read)
        with writing(self._engine) as tx:
            for some in batches([one.mention_id for one in rows]):
                tx.execute(delete(contact_sign).where(contact_sign.c.mention_id.in_(some)))
            lines = [{"mention_id": one.mention_id, "kind": kind, "sign": sign} for one in rows for kind, sign in sorted(one.signs)]
            if lines:
                tx.execute(insert(contact_sign), lines)
            marks = [{"mention_id": one.mention_id, "revision": one.revision} for one in rows]
            if marks:
                tx.execute(insert_or_update(tx.dialect, contact_sign_read, key=["mention_id"], change=["revision"]), marks)
                self._move_on(tx, [one.mention_id for one in rows])

    def drop_gone(self) -> None:
        """Drop what was read of messages that were removed since."""
        gone = exists().where(mention.c.mention_id == contact_sign.c.mention_id, mention.c.latest_revision < 0)
        with reading(self._engine) as tx:
            found = tx.execute(select(contact_sign.c.mention_id).where(gone).limit(1)).scalar()
        if found is not None:
            with writing(self._engine) as tx:
                tx.execute(delete(contact_sign).where(gone))

    def forget_signs(self, person_key: str) -> None:
        """Drop what was read of one person's messages, so that it is read again under what they agreed to now."""
        theirs = select(mention.c.mention_id).where(mention.c.author_key == person_key)
        with writing(self._engine) as tx:
            for table in (contact_sign, contact_sign_read):
                tx.execute(delete(table).where(table.c.mention_id.in_(theirs)))

    def sharing(self, mention_ids: Collection[int], *, brand: str) -> dict[int, set[str]]:
        """Return messages of other people that share a sign with these, with the kinds they share; of one brand.

        A sign that more than three people wrote is left out. A shared external id counts where at least one of the two was imported.
        """
        theirs, other = contact_sign.alias("theirs"), mention.alias("other")
        people = (
            select(func.count(distinct(mention.c.author_key)))
            .join_from(contact_sign, mention, contact_sign.c.mention_id == mention.c.mention_id)
            .where(contact_sign.c.sign == theirs.c.sign, mention.c.latest_revision >= 0)
            .correlate(theirs)
            .scalar_subquery()
        )
        query = (
            select(theirs.c.mention_id, theirs.c.kind, is_contact_moment(other).label("moment"), is_contact_moment().label("own_moment"))
            .join_from(contact_sign, theirs, and_(contact_sign.c.sign == theirs.c.sign, contact_sign.c.kind == theirs.c.kind))
            .join(mention, mention.c.mention_id == contact_sign.c.mention_id)
            .join(other, other.c.mention_id == theirs.c.mention_id)
            .where(other.c.latest_revision >= 0, other.c.author_key != mention.c.author_key, people <= MOST_SHARING)
            .where(or_(is_contact_moment(other), _is_about(other.c.mention_id, brand)))
        )
        found: dict[int, set[str]] = defaultdict(set)
        with reading(self._engine) as tx:
            for some in batches(sorted(mention_ids)):
                for row in tx.execute(query.where(contact_sign.c.mention_id.in_(some))):
                    if row.kind != "external_id" or row.moment or row.own_moment:
                        found[row.mention_id].add(row.kind)
        return dict(found)

    def of_person(self, person_keys: Collection[str], *, brand: str) -> list[Contact]:
        """Return the conversations with the brand and the imported moments of these people, newest first."""
        keys = sorted({key for key in person_keys if key})
        with reading(self._engine) as tx:
            return _newest(
                _conversations(tx, conversation.c.author_key.in_(keys), brand) + _moments(tx, mention.c.author_key.in_(keys), brand)
            )

    def of_mentions(self, mention_ids: Collection[int], *, brand: str) -> dict[int, Contact]:
        """Return the contact moment that each of these messages belongs to: its conversation with the brand, or itself when imported."""
        found: dict[int, Contact] = {}
        with reading(self._engine) as tx:
            for some in batches(sorted(mention_ids)):
                found |= {one.mention_id: one for one in _moments(tx, mention.c.mention_id.in_(some), brand) if one.mention_id is not None}
                query = select(conversation_mention.c.mention_id, conversation_mention.c.conversation_id).where(
                    conversation_mention.c.mention_id.in_(some), conversation_mention.c.brand == brand
                )
                places = {row.mention_id: row.conversation_id for row in tx.execute(query)}
                by_id = {
                    one.conversation_id: one
                    for one in _conversations(tx, conversation.c.conversation_id.in_(sorted(set(places.values()))), brand)
                }
                found |= {mention_id: by_id[place] for mention_id, place in places.items() if place in by_id}
        return found

    def of_conversations(self, conversation_ids: Collection[int], *, brand: str) -> list[Contact]:
        """Return these conversations as contact moments, newest first."""
        with reading(self._engine) as tx:
            return _newest(_conversations(tx, conversation.c.conversation_id.in_(sorted(conversation_ids)), brand))

    def _move_on(self, tx: Connection, read: Sequence[int]) -> None:
        """Imported moments are read in order, so all up to the last of these are."""
        reached = tx.execute(select(func.coalesce(func.max(contact_reading.c.up_to), 0))).scalar_one()
        for some in batches(read):
            last = select(func.coalesce(func.max(mention.c.mention_id), 0)).where(mention.c.mention_id.in_(some), is_contact_moment())
            reached = max(reached, tx.execute(last).scalar_one())
        row = {"reading_id": 1, "up_to": reached}
        tx.execute(insert_missing(tx.dialect, contact_reading), row)
        tx.execute(contact_reading.update().values(up_to=reached))


def _is_about(mention_id: Any, brand: str) -> Any:
    return exists().where(conversation_mention.c.mention_id == mention_id, conversation_mention.c.brand == brand)


def _newest(contacts: list[Contact]) -> list[Contact]:
    return sorted(contacts, key=lambda one: one.at, reverse=True)[:MOST_CONTACTS]


def _conversations(tx: Connection, wanted: Any, brand: str) -> list[Contact]:
    query = (
        select(
            conversation,
            support_case.c.case_id,
            support_case.c.state,
            func.count().label("messages"),
            func.max(mention.c.posted_at).label("last_at"),
            func.max(mention.c.author_name).label("name"),
            func.max(case((is_unproven_there(), 1), else_=0)).label("unproven"),
        )
        .join_from(conversation, support_case, support_case.c.conversation_id == conversation.c.conversation_id)
        .join(conversation_mention, conversation_mention.c.conversation_id == conversation.c.conversation_id)
        .join(mention, mention.c.mention_id == conversation_mention.c.mention_id)
        .where(wanted, conversation.c.brand == brand, mention.c.latest_revision >= 0)
        .group_by(*conversation.c, support_case.c.case_id, support_case.c.state)
        .order_by(func.max(mention.c.posted_at).desc())
        .limit(MOST_CONTACTS)
    )
    return [_talk(row) for row in tx.execute(query)]


def _talk(row: Row[Any]) -> Contact:
    return Contact(
        person_key=row.author_key,
        brand=row.brand,
        platform=row.platform,
        realm=row.realm,
        name=row.name,
        at=row.last_at,
        conversation_id=row.conversation_id,
        case_id=row.case_id,
        state=row.state,
        messages=row.messages,
        unproven=bool(row.unproven),
    )


def _moments(tx: Connection, wanted: Any, brand: str) -> list[Contact]:
    """Imported moments name a brand only where its query matched; one that names none belongs to whoever asks."""
    about = exists().where(mention_brand.c.mention_id == mention.c.mention_id, mention_brand.c.brand == brand)
    nobody = ~exists().where(mention_brand.c.mention_id == mention.c.mention_id)
    query = (
        select(mention)
        .where(wanted, is_contact_moment(), mention.c.latest_revision >= 0, or_(about, nobody))
        .order_by(mention.c.posted_at.desc())
        .limit(MOST_CONTACTS)
    )
    return [
        Contact(
            person_key=row.author_key,
            brand=brand,
            platform=row.platform,
            realm=row.realm,
            name=row.author_name,
            at=row.posted_at,
            mention_id=row.mention_id,
            channel=row.channel,
            unproven=is_unproven(row.platform, row.flags),
        )
        for row in tx.execute(query)
    ]
