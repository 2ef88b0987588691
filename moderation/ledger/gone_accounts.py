"""Accounts of which nothing is here any more, because their platform deleted them or all they wrote: their ids go too (RULES P5, P11)."""

from __future__ import annotations

from sqlalchemy import Column, Engine, exists, or_, select, update

from listener.ledger.suppression import SuppressionLedger
from listener.ledger.tables import mention
from listener.ledger.transactions import reading, writing
from moderation.ledger.tables import conversation
from moderation.ledger.tables_conversation import contact_join
from moderation.ledger.tables_feedback import you_said_message
from moderation.ledger.tables_invitations import invitation_event

PLATFORMS = ("reddit", "x")
"""Whose terms ask for the ids of deleted accounts to go, within a day."""
PLACES: tuple[Column[str], ...] = (
    conversation.c.author_key,
    contact_join.c.person_key,
    contact_join.c.other_person_key,
    invitation_event.c.person_key,
    you_said_message.c.person_key,
)
"""Where an account stands beside its messages. A wish to be left alone and a consent stay theirs, for they would be broken without."""
MOST_AT_ONCE = 500


def forget_gone_accounts(engine: Engine, suppression: SuppressionLedger) -> int:
    """Put a stand-in where somebody stands whom no message names any more; return how many accounts that were.

    The stand-in is always the same: whose conversations belong together is still known, and `/forget-me` still reaches them. Where only
    words were let go after their time (`ledger/expiry.py`), the message is here, and the conversation keeps its account as long as cases.
    """
    unnamed = {key: suppression.stand_in(key) for key in _unnamed(engine)}
    with reading(engine) as tx:
        left = {stand_in for stand_in in unnamed.values() if tx.execute(select(exists().where(mention.c.author_key == stand_in))).scalar()}
    gone = sorted(key for key, stand_in in unnamed.items() if stand_in not in left)[:MOST_AT_ONCE]
    for key in gone:
        named = exists().where(mention.c.author_key == key)
        with writing(engine) as tx:
            for one in PLACES:
                tx.execute(update(one.table).where(one == key, ~named).values({one.name: unnamed[key]}))
    return len(gone)


def _unnamed(engine: Engine) -> list[str]:
    """Return who stands in any of the places and is named by no message: also whoever was only joined to somebody, or invited."""
    found: set[str] = set()
    with reading(engine) as tx:
        for who in PLACES:
            theirs = or_(*(who.startswith(f"{one}/", autoescape=True) for one in PLATFORMS))
            found.update(tx.execute(select(who).where(theirs, ~exists().where(mention.c.author_key == who)).distinct()).scalars())
    return sorted(found)
