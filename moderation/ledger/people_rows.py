"""Rows of people turned into records, for every reader of the people's tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, select

from moderation.ledger.tables_people import person, team, team_member
from moderation.model.account import Account, Theme
from moderation.model.person import Person, Role
from moderation.policy.people import person_of

PERSON_COLUMNS = tuple(column for column in person.c if column.name != "name_key")

_BY_NUMBER = select(*PERSON_COLUMNS).where(person.c.person_id == bindparam("person_id"))
_TEAMS = (
    select(team.c.name)
    .join_from(team_member, team, team.c.team_id == team_member.c.team_id)
    .where(team_member.c.person_id == bindparam("person_id"))
)
"""Made once: every page asks whose session it is."""


def people_query() -> Select[Any]:
    """Return the query that reads whole people; narrow it with `where`."""
    return select(*PERSON_COLUMNS)


def accounts_of(tx: Connection, query: Select[Any]) -> list[Account]:
    """Return the people that a query of `people_query` finds, in its order."""
    rows = tx.execute(query).mappings().all()
    teams = teams_of(tx, {row["person_id"] for row in rows})
    return [account_of(row, teams[row["person_id"]]) for row in rows]


def account_called(tx: Connection, name: str) -> Account | None:
    """Return the colleague of this name, however it is spelt."""
    return next(iter(accounts_of(tx, people_query().where(person.c.name_key == person_of(name)))), None)


def account_numbered(tx: Connection, person_id: int) -> Account:
    """Return the colleague with this number, who is there."""
    row = tx.execute(_BY_NUMBER, {"person_id": person_id}).mappings().one()
    teams = tx.execute(_TEAMS, {"person_id": person_id}).scalars()
    return account_of(row, frozenset(teams))


def teams_of(tx: Connection, person_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Return the names of everybody's teams; nobody's is empty."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    query = (
        select(team_member.c.person_id, team.c.name)
        .join_from(team_member, team, team.c.team_id == team_member.c.team_id)
        .where(team_member.c.person_id.in_(list(person_ids)))
    )
    for row in tx.execute(query):
        found[row.person_id].add(row.name)
    return defaultdict(frozenset, {person_id: frozenset(names) for person_id, names in found.items()})


def account_of(row: RowMapping, teams: frozenset[str]) -> Account:
    """Return the account that a row holds."""
    return Account(
        person_id=row["person_id"],
        person=person_record(row, teams),
        email=row["email"],
        theme=Theme(row["theme"]),
        signature=row["signature"],
        password_hash=row["password_hash"],
        step_secret=row["step_secret"],
        step_used=row["step_used"],
        made_at=row["made_at"],
    )


def person_record(row: RowMapping, teams: frozenset[str]) -> Person:
    """Return who a row is and what they may do."""
    return Person(
        name=row["name"],
        role=Role(row["role"]),
        shown=row["shown"],
        brands=None if row["brands"] is None else frozenset(row["brands"]),
        teams=teams,
        language=row["language"],
        disabled=row["disabled"],
        second_step=bool(row["step_secret"]),
    )
