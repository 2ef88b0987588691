"""Which account at Discord is whose: linked with a code that works once, or by whoever holds the machine."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select

from listener.errors import NotAllowed
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.people import Act
from moderation.ledger.people_rows import accounts_of, people_query
from moderation.ledger.tables_bot import bot_code, bot_person
from moderation.ledger.tables_people import person
from moderation.model.person import Person


class BotPeopleLedger:
    """Colleagues by their id at Discord. Holds no code: callers bring SHA-256 digests."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def person_of(self, discord_id: str) -> Person | None:
        """Return the colleague behind an account, as they are now; None when nobody linked it."""
        query = people_query().join(bot_person, bot_person.c.person_id == person.c.person_id).where(bot_person.c.discord_id == discord_id)
        with reading(self._engine) as tx:
            return next((one.person for one in accounts_of(tx, query)), None)

    def discord_id(self, person_id: int) -> str:
        """Return somebody's id at Discord; "" when they linked none."""
        with reading(self._engine) as tx:
            return str(tx.execute(select(bot_person.c.discord_id).where(bot_person.c.person_id == person_id)).scalar() or "")

    def all(self) -> dict[int, str]:
        """Return the ids at Discord of everybody who linked one, by person."""
        with reading(self._engine) as tx:
            return {row.person_id: row.discord_id for row in tx.execute(select(bot_person))}

    def keep_code(self, person_id: int, digest: str, act: Act, *, expires_at: datetime) -> None:
        """Keep somebody's code in place of the one before; those that are too old go."""
        with writing(self._engine) as tx:
            tx.execute(delete(bot_code).where((bot_code.c.person_id == person_id) | (bot_code.c.expires_at <= act.at)))
            tx.execute(insert(bot_code).values(person_id=person_id, digest=digest, expires_at=expires_at))
            _note(tx, person_id, "make_discord_code", act)

    def use_code(self, digest: str, discord_id: str, *, at: datetime) -> Person | None:
        """Link whoever this code was made for to an account; None when it is no code, or was used, or is too old.

        Raises `NotAllowed` when the account is somebody else's.
        """
        with writing(self._engine) as tx:
            found = tx.execute(select(bot_code).where(bot_code.c.digest == digest)).one_or_none()
            if found is None or found.expires_at <= at:
                return None
            who = next(iter(accounts_of(tx, people_query().where(person.c.person_id == found.person_id)))).person
            _link(tx, found.person_id, discord_id, Act(by=who.name, at=at))
            tx.execute(delete(bot_code).where(bot_code.c.digest == digest))
            return who

    def link(self, person_id: int, discord_id: str, act: Act) -> None:
        """Link somebody to an account without a code. Raises `NotAllowed` when the account is somebody else's."""
        with writing(self._engine) as tx:
            _link(tx, person_id, discord_id, act)

    def unlink(self, person_id: int, act: Act) -> bool:
        """Forget somebody's account and any code of theirs; return whether there was an account."""
        with writing(self._engine) as tx:
            tx.execute(delete(bot_code).where(bot_code.c.person_id == person_id))
            gone = tx.execute(delete(bot_person).where(bot_person.c.person_id == person_id)).rowcount > 0
            if gone:
                _note(tx, person_id, "unlink_discord", act)
        return gone


def _link(tx: Connection, person_id: int, discord_id: str, act: Act) -> None:
    held = tx.execute(select(bot_person.c.person_id).where(bot_person.c.discord_id == discord_id)).scalar()
    if held not in (None, person_id):
        raise NotAllowed("This Discord account belongs to another colleague; unlink it there first.", why="discord_taken")
    tx.execute(delete(bot_person).where(bot_person.c.person_id == person_id))
    tx.execute(insert(bot_person).values(person_id=person_id, discord_id=discord_id, linked_at=act.at))
    _note(tx, person_id, "link_discord", act)


def _note(tx: Connection, person_id: int, verb: str, act: Act) -> None:
    note(tx, at=act.at, who=act.by, verb=verb, subject=f"colleague:{person_id}", detail={})
