"""Who works here, for tests of pages: the real sign-in on a small ledger of people and the audit log."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from itertools import count
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import Engine

from listener.ledger.dialect import empty_log, ledger_engine
from listener.ledger.ledger import Ledger
from listener.ledger.metadata import metadata
from listener.ports import Clock
from moderation.inbox.people_parts import PeopleParts
from moderation.inbox.sign_in import SignIn
from moderation.ledger.sessions import SessionLedger
from moderation.ledger.tables import audit_head, audit_line
from moderation.ledger.tables_bot import bot_code, bot_person
from moderation.ledger.tables_people import PEOPLE_TABLES
from moderation.model.account import Account
from moderation.model.person import Role
from moderation.people_desk import PeopleDesk, people_desk

_NUMBERS = count(1)


def people_engine() -> Engine:
    """Return a fresh ledger without people. Its file goes when the tests end."""
    folder, empty = _folder()
    file = folder / f"people-{next(_NUMBERS)}.db"
    shutil.copyfile(empty, file)
    return ledger_engine(f"sqlite:///{file}")


def sign_in_on(clock: Clock, engine: Engine | None = None) -> SignIn:
    """Return the sign-in of a home without people: a link lets anybody in, with every right, as on a machine that was just set up."""
    return SignIn(SessionLedger(engine or people_engine()), clock)


QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""argon2id all the same, with so little memory that a test may sign in many times."""
SAID = "vier gele fietsbellen"
"""The password of everybody in these tests."""


def people_on(
    clock: Clock, *, brands: tuple[str, ...] = ("Zoemvolt", "Stroomwerk"), engine: Engine | None = None, hasher: PasswordHasher = QUICK
) -> PeopleDesk:
    """Return the desk of people on a ledger of its own; its key lies beside the ledger's file."""
    opened = engine or people_engine()
    return people_desk(Path(str(opened.url.database)).parent, Ledger(opened), clock, brands=brands, hasher=hasher)


def add_person(desk: PeopleDesk, name: str, role: Role = Role.AGENT, *, brands: frozenset[str] | None = None) -> Account:
    """Add a colleague with the password of these tests, and without a second step."""
    account = desk.manage.add(name, role, by="machine", brands=brands)
    desk.door.choose_password(account, SAID, brand="Zoemvolt")
    return desk.manage.get(account.person_id)


def parts_of(desk: PeopleDesk, *, trusted_proxies: frozenset[str] = frozenset()) -> PeopleParts:
    """Return what the pages about people need of a desk."""
    return PeopleParts(door=desk.door, manage=desk.manage, tokens=desk.tokens, trusted_proxies=trusted_proxies, discord=desk.discord)


@cache
def _folder() -> tuple[Path, Path]:
    """Make the empty ledger once: a copy takes a millisecond, making tables takes twenty."""
    kept = tempfile.TemporaryDirectory(prefix="klankbord-people-")
    _KEPT.append(kept)
    file = Path(kept.name) / "empty.db"
    engine = ledger_engine(f"sqlite:///{file}")
    metadata.create_all(engine, tables=[*PEOPLE_TABLES, bot_person, bot_code, audit_line, audit_head])
    empty_log(engine)
    engine.dispose()
    return Path(kept.name), file


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def ledger_files(sign_in: SignIn) -> list[Path]:
    """Return the files in which a sign-in of `sign_in_on` keeps everything, to look for what must not lie there."""
    file = Path(str(sign_in._store._engine.url.database))
    return sorted(file.parent.glob(f"{file.name}*"))
