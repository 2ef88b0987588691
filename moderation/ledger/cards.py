"""What people said of conversations: their card's own words, and whether the contact was necessary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, delete, select

from listener.ledger.changes import batches
from listener.ledger.dialect import insert_or_update
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.case_of import case_and_person
from moderation.ledger.tables_conversation import contact_mark, conversation_card
from moderation.model.card import CardWords
from moderation.model.conversation import ContactMark, Unnecessary

_FIELDS = ("need_asked", "summary", "sentiment_first", "sentiment_last", "feedback_given_back", "language")


class CardLedger:
    """One card and one mark a conversation; the audit log tells who changed what, without the words."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def words(self, conversation_ids: Iterable[int]) -> dict[int, CardWords]:
        """Return what people said of these conversations, by id; nothing for those of which nobody said anything."""
        found: dict[int, CardWords] = {}
        with reading(self._engine) as tx:
            for some in batches(sorted(set(conversation_ids))):
                for row in tx.execute(select(conversation_card).where(conversation_card.c.conversation_id.in_(some))):
                    found[row.conversation_id] = CardWords(**{name: row._mapping[name] for name in _FIELDS})
        return found

    def language(self, conversation_id: int) -> str:
        """Return the language that a person put right on a card, "" where nobody did."""
        return self.words([conversation_id]).get(conversation_id, CardWords()).language

    def keep(self, case_id: int, words: CardWords, *, who: str, at: datetime) -> bool:
        """Keep what a person says of a case's conversation in place of what stood; return whether anything changed."""
        with writing(self._engine) as tx:
            conversation_id, person_key = case_and_person(tx, case_id)
            row = tx.execute(select(conversation_card).where(conversation_card.c.conversation_id == conversation_id)).one_or_none()
            before: Mapping[str, Any] = dict(row._mapping) if row else dict.fromkeys(_FIELDS, "")
            given = asdict(words)
            changed = sorted(name for name in _FIELDS if before[name] != given[name])
            if not changed:
                return False
            values = {**given, "conversation_id": conversation_id, "person_key": person_key, "changed_by": who, "changed_at": at}
            change = [*_FIELDS, "changed_by", "changed_at"]
            tx.execute(insert_or_update(tx.dialect, conversation_card, key=["conversation_id"], change=change), values)
            note(tx, at=at, who=who, verb="card", subject=f"case:{case_id}", detail={"changed": changed})
        return True

    def mark(self, case_id: int, unnecessary: Unnecessary | None, *, avoidable_by: str, words: str, who: str, at: datetime) -> None:
        """Keep whether the contact was necessary, in place of what stood; None takes the answer back."""
        with writing(self._engine) as tx:
            conversation_id, _ = case_and_person(tx, case_id)
            if unnecessary is None:
                tx.execute(delete(contact_mark).where(contact_mark.c.conversation_id == conversation_id))
            else:
                values = {
                    "conversation_id": conversation_id,
                    "unnecessary": unnecessary.value,
                    "avoidable_by": avoidable_by,
                    "note": words,
                    "made_by": who,
                    "made_at": at,
                }
                change = [name for name in values if name != "conversation_id"]
                tx.execute(insert_or_update(tx.dialect, contact_mark, key=["conversation_id"], change=change), values)
            detail = {"unnecessary": unnecessary.value if unnecessary else "", "by": avoidable_by}
            note(tx, at=at, who=who, verb="mark_contact", subject=f"case:{case_id}", detail=detail)

    def marks(self, conversation_ids: Iterable[int] | None = None, *, since: datetime | None = None) -> dict[int, ContactMark]:
        """Return the marks of these conversations, or all since a moment, by conversation."""
        query = select(contact_mark).order_by(contact_mark.c.conversation_id)
        if since is not None:
            query = query.where(contact_mark.c.made_at >= since)
        with reading(self._engine) as tx:
            if conversation_ids is None:
                rows = tx.execute(query).all()
            else:
                parts = batches(sorted(set(conversation_ids)))
                rows = [row for some in parts for row in tx.execute(query.where(contact_mark.c.conversation_id.in_(some)))]
        return {row.conversation_id: _mark(row) for row in rows}


def _mark(row: Row[Any]) -> ContactMark:
    return ContactMark(**{**row._mapping, "unnecessary": Unnecessary(row.unnecessary)})
