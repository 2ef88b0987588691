"""What the ledger has of one account of Discord, and how it is taken out (RULES P14).

The account is found by its number: in authors of messages, in the keys of people ("discord/<server>/<number>"), in the link to a colleague.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, Engine, Table, Text, cast, delete, func, literal, or_, select, update

from listener.ledger.changes import batches
from listener.ledger.removal import remove_mentions
from listener.ledger.tables import mention
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.tables import conversation
from moderation.ledger.tables_bot import bot_code, bot_person
from moderation.ledger.tables_conversation import case_note, case_question, contact_join, contact_sign, contact_sign_read, conversation_card
from moderation.ledger.tables_feedback import you_said_message
from moderation.ledger.tables_invitations import invitation_event
from moderation.ledger.tables_leave import consent, opt_out
from moderation.ledger.tables_people import person
from moderation.model.discord_user import Forgotten, KeptOfUser

PLATFORM = "discord"
REASON = "asked to be forgotten"

_WHOLE = (
    (case_note, case_note.c.person_key),
    (case_question, case_question.c.person_key),
    (conversation_card, conversation_card.c.person_key),
    (opt_out, opt_out.c.person_key),
    (consent, consent.c.person_key),
)
"""Rows that are about one person, and go."""


class DiscordUserLedger:
    """One account at a time, by its number, which has to be digits only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def kept(self, user_id: str) -> KeptOfUser:
        """Return how much there is of an account."""
        with reading(self._engine) as tx:
            joined = select(person.c.name).join_from(bot_person, person, person.c.person_id == bot_person.c.person_id)
            return KeptOfUser(
                messages=len(_messages(tx, user_id)),
                conversations=_count(tx, conversation, conversation.c.author_key, user_id),
                opt_outs=_count(tx, opt_out, opt_out.c.person_key, user_id),
                consents=_count(tx, consent, consent.c.person_key, user_id),
                decisions=_count(tx, invitation_event, invitation_event.c.person_key, user_id),
                colleague=tx.execute(joined.where(bot_person.c.discord_id == user_id)).scalar() or "",
            )

    def forget(self, user_id: str, *, at: datetime) -> Forgotten:
        """Take an account out, in one transaction; again finds nothing more.

        Messages go as if their platform had told us that they are gone: words, author, addresses, labels, and their bare numbers stay so
        that they do not come back. A conversation stays without its customer, a decision on asking without whom it was about.
        """
        with writing(self._engine) as tx:
            messages = _messages(tx, user_id)
            rows = _rows_of(tx, messages)
            remove_mentions(tx, dict.fromkeys(messages, REASON), at)
            rows += sum(_deleted(tx, table, key, user_id) for table, key in _WHOLE)
            mine = or_(_is(contact_join.c.person_key, user_id), _is(contact_join.c.other_person_key, user_id))
            rows += tx.execute(delete(contact_join).where(mine)).rowcount
            rows += _emptied(tx, user_id)
            unlinked = _unlink(tx, user_id)
            if messages or rows or unlinked:
                note(tx, at=at, who="the person", verb="forget_me", subject="discord", detail={"messages": len(messages), "rows": rows})
        return Forgotten(messages=len(messages), rows=rows, unlinked=unlinked)


def _is(key: Column[str], user_id: str) -> ColumnElement[bool]:
    return key.like(f"{PLATFORM}/%/{user_id}")


def _messages(tx: Connection, user_id: str) -> list[int]:
    theirs = (mention.c.author_platform == PLATFORM) & (mention.c.author_native_id == user_id) & mention.c.removed_at.is_(None)
    return list(tx.execute(select(mention.c.mention_id).where(theirs)).scalars())


def _count(tx: Connection, table: Table, key: Column[str], user_id: str) -> int:
    return int(tx.execute(select(func.count()).select_from(table).where(_is(key, user_id))).scalar_one())


def _deleted(tx: Connection, table: Table, key: Column[str], user_id: str) -> int:
    return tx.execute(delete(table).where(_is(key, user_id))).rowcount


def _rows_of(tx: Connection, messages: list[int]) -> int:
    """Delete digests of addresses and numbers that somebody wrote."""
    tables = (contact_sign, contact_sign_read)
    return sum(tx.execute(delete(table).where(table.c.mention_id.in_(some))).rowcount for table in tables for some in batches(messages))


def _emptied(tx: Connection, user_id: str) -> int:
    """Take the account out of rows that count for more than this person."""
    changed = 0
    for table, key, value in (
        (conversation, conversation.c.author_key, ""),
        (invitation_event, invitation_event.c.person_key, ""),
        (you_said_message, you_said_message.c.person_key, literal("forgotten:") + cast(you_said_message.c.message_id, Text)),
    ):
        changed += tx.execute(update(table).where(_is(key, user_id)).values({key.name: value})).rowcount
    return changed


def _unlink(tx: Connection, user_id: str) -> bool:
    """Take the link to a colleague away, with a code that was still open."""
    found = tx.execute(select(bot_person.c.person_id).where(bot_person.c.discord_id == user_id)).scalar()
    if found is None:
        return False
    tx.execute(delete(bot_code).where(bot_code.c.person_id == found))
    tx.execute(delete(bot_person).where(bot_person.c.person_id == found))
    return True
