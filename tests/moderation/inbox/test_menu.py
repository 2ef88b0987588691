"""The menu shows what is there and what its reader may open, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moderation.inbox.menu import DAILY, MORE, may_open, menu_of
from moderation.model.person import Person, Role
from tests.fakes.staff import StaffDay


def person(role: Role, brands: frozenset[str] | None = None) -> Person:
    return Person(name="x", role=role, brands=brands)


def test_every_letter_opens_one_page() -> None:
    """ "g q" is the queue; a letter that two pages have would open the wrong one."""
    letters = [entry.letter for entry in (*DAILY, *MORE)]
    assert len(set(letters)) == len(letters)


def test_pages_that_are_not_there_are_not_in_the_menu() -> None:
    bare = menu_of(replace(StaffDay().parts(), people=None, search=None, outbox=None))(person(Role.ADMIN))
    shown = {entry.where for entry in (*bare.daily, *bare.more)}
    assert {"/queue", "/issues", "/digest", "/sources"} <= shown
    assert not shown & {"/people", "/search", "/outbox"}


@pytest.mark.parametrize(
    ("role", "brands", "where", "opens"),
    [
        (Role.VIEWER, None, "/issues", True),
        (Role.VIEWER, None, "/people", False),
        (Role.AGENT, None, "/people", False),
        (Role.ADMIN, None, "/people", True),
        (Role.ADMIN, frozenset({"Een"}), "/people", False),  # whoever gives rights could give themselves other brands
        (Role.AGENT, None, "/sources", True),
        (Role.AGENT, frozenset({"Een"}), "/sources", False),  # counted over all brands
        (Role.ADMIN, None, "/nowhere", False),
    ],
)
def test_the_menu_follows_the_table_of_rights(role: Role, brands: frozenset[str] | None, where: str, opens: bool) -> None:
    assert may_open(person(role, brands), where) is opens


def test_every_entry_of_the_menu_is_a_route_of_the_table() -> None:
    assert [entry.where for entry in (*DAILY, *MORE) if not may_open(person(Role.ADMIN), entry.where)] == []
