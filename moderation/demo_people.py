"""Who works at the demo's invented brand: one admin, and colleagues in other roles, so that pages show them."""

from __future__ import annotations

from moderation.model.person import Role
from moderation.people_desk import PeopleDesk

ADMIN = "Fenna de Wit"
COLLEAGUES = (
    (ADMIN, Role.ADMIN, "Webcare"),
    ("Bram Vos", Role.AGENT, "Webcare"),
    ("Sanne Okafor", Role.APPROVER, "Webcare"),
    ("Joris Baan", Role.AGENT, "Storingen"),
)
"""All invented. They have no password: the demo prints a link, and `klankbord sign-in --as NAME` makes one for each."""


def welcome(desk: PeopleDesk) -> None:
    """Add everybody, with their teams."""
    teams = {name: desk.manage.add_team(name, by=ADMIN).team_id for name in dict.fromkeys(team for _, _, team in COLLEAGUES)}
    for name, role, team in COLLEAGUES:
        account = desk.manage.add(name, role, by=ADMIN)
        desk.manage.set_teams(account.person_id, frozenset({teams[team]}), by=ADMIN)
