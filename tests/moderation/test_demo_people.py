"""The demo has colleagues in several roles, and its link lets its admin in."""

from __future__ import annotations

from listener.clock import ManualClock
from moderation.demo_people import ADMIN, COLLEAGUES, welcome
from moderation.model.person import Role
from moderation.running import ways_in
from tests.fakes.people import people_on
from tests.fakes.staff_figures import NOW

BASE = "http://127.0.0.1:8642"


def test_the_demo_has_colleagues_and_lets_its_admin_in() -> None:
    desk = people_on(ManualClock(NOW))
    welcome(desk)
    people = {account.person.name: account.person for account in desk.manage.all()}
    assert set(people) == {name for name, _, _ in COLLEAGUES}
    assert people[ADMIN].role is Role.ADMIN
    assert len({person.role for person in people.values()}) >= 3
    assert all(person.teams for person in people.values())
    secret = desk.sign_in.enter(desk.sign_in.new_link(BASE, agent=ADMIN).partition("token=")[2])
    session = desk.sign_in.session(secret or "")
    assert session is not None
    assert session.person == people[ADMIN]


def test_a_new_user_is_told_how_to_come_in() -> None:
    """Before the first person a link; afterwards the page, and no link that anybody at the terminal's scroll-back could use."""
    desk = people_on(ManualClock(NOW))
    first = "\n".join(ways_in(BASE, desk.sign_in))
    assert "/sign-in?token=" in first
    assert "klankbord person add NAME --role admin" in first
    welcome(desk)
    later = "\n".join(ways_in(BASE, desk.sign_in))
    assert "token=" not in later
    assert f"{BASE}/sign-in" in later
