"""Joins of contact moments: made by a person, taken back by a person, and nothing else is changed by either."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, or_, select, update

from listener.errors import NotAllowed
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.case_of import case_and_person
from moderation.ledger.tables_conversation import contact_join
from moderation.model.conversation import Contact, Evidence, Join

_STANDS = contact_join.c.undone_at.is_(None)
_MOST_JOINED = 50


class JoinLedger:
    """Which contact moments people joined. Conversations, cases and messages stay as they are: a join is a line beside them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def join(self, case_id: int, contact: Contact, evidence: Sequence[Evidence], *, who: str, at: datetime) -> Join:
        """Join a contact moment to a case's conversation. Raises `NotAllowed` when it is joined already, or is the conversation itself."""
        with writing(self._engine) as tx:
            conversation_id, person_key = case_and_person(tx, case_id)
            standing = _around(tx, conversation_id)
            others = {conversation_id} | {one for join in standing for one in (join.conversation_id, join.other_conversation_id) if one}
            moments = {join.mention_id for join in standing if join.mention_id}
            if contact.conversation_id in others or contact.mention_id in moments:
                raise NotAllowed("These are joined already.", key="talk_joined")
            row = {
                "conversation_id": conversation_id,
                "other_conversation_id": contact.conversation_id,
                "mention_id": contact.mention_id,
                "person_key": person_key,
                "other_person_key": contact.person_key,
                "evidence": [one.value for one in evidence],
                "made_by": who,
                "made_at": at,
            }
            kept = _join(tx.execute(insert(contact_join).values(row).returning(contact_join)).one())
            detail = {"join": kept.join_id, "with": contact.key, "evidence": row["evidence"]}
            note(tx, at=at, who=who, verb="join", subject=f"case:{case_id}", detail=detail)
        return kept

    def undo(self, join_id: int, case_id: int, *, who: str, at: datetime) -> None:
        """Take a join back. Raises `NotAllowed` when it does not stand (any more), or does not concern this case."""
        with writing(self._engine) as tx:
            conversation_id, _ = case_and_person(tx, case_id)
            if join_id not in {join.join_id for join in _around(tx, conversation_id)}:
                raise NotAllowed("This join was taken back already.", key="talk_unjoined")
            tx.execute(update(contact_join).where(contact_join.c.join_id == join_id).values(undone_at=at, undone_by=who))
            note(tx, at=at, who=who, verb="unjoin", subject=f"case:{case_id}", detail={"join": join_id})

    def around(self, conversation_id: int) -> list[Join]:
        """Return the joins that stand around a conversation, also those of conversations joined with it, oldest first."""
        with reading(self._engine) as tx:
            return _around(tx, conversation_id)

    def count(self) -> int:
        """Return how many joins were ever made."""
        with reading(self._engine) as tx:
            return len(tx.execute(select(contact_join.c.join_id)).all())


def _around(tx: Connection, conversation_id: int) -> list[Join]:
    found: dict[int, Join] = {}
    known, ask = {conversation_id}, {conversation_id}
    while ask and len(known) < _MOST_JOINED:
        near = or_(contact_join.c.conversation_id.in_(ask), contact_join.c.other_conversation_id.in_(ask))
        found |= {row.join_id: _join(row) for row in tx.execute(select(contact_join).where(near, _STANDS))}
        seen = {one for join in found.values() for one in (join.conversation_id, join.other_conversation_id) if one is not None}
        ask, known = seen - known, known | seen
    return [found[one] for one in sorted(found)]


def _join(row: Row[Any]) -> Join:
    return Join(
        join_id=row.join_id,
        conversation_id=row.conversation_id,
        other_conversation_id=row.other_conversation_id,
        mention_id=row.mention_id,
        evidence=tuple(row.evidence),
        made_by=row.made_by,
        made_at=row.made_at,
    )
