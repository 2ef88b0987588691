"""Which colleague somebody is who signed in elsewhere: by address or name, and never a new one unless a group gives a role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.people import Act, PeopleLedger
from moderation.model.account import Account
from moderation.model.person import RIGHTS, Role
from moderation.workflows.manage_people import LONGEST_EMAIL, LONGEST_NAME, one_line

ELSEWHERE = "oidc"
"""Who the audit log names for a colleague that a group's role added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElsewhereRules:
    """The settings' `web.oidc`, as far as they decide who somebody is."""

    claim: str
    allowed: tuple[str, ...]
    groups_claim: str
    roles: Mapping[str, Role]


class SignInElsewhere:
    """Finds, or where a group says so adds, the colleague behind what a provider said."""

    def __init__(self, people: PeopleLedger, rules: ElsewhereRules, clock: Clock) -> None:
        self._people = people
        self._rules = rules
        self._clock = clock

    def colleague(self, claims: Mapping[str, Any]) -> Account:
        """Return who this is. Raises `NotAllowed` for somebody unknown, disabled or outside the allowed domains."""
        known = self._known(claims)
        if known is None:
            known = self._added(claims)
        if known is None or known.person.disabled:
            act = Act(by=known.person.name if known else "", at=self._clock.now())
            self._people.note_failed(known.person_id if known else None, act, how=ELSEWHERE)
            raise NotAllowed("Whoever signed in elsewhere is no colleague here.", why="elsewhere")
        return known

    def _known(self, claims: Mapping[str, Any]) -> Account | None:
        email = verified_email(claims)
        if self._rules.allowed and not _in_domain(email, self._rules.allowed):
            return None
        if self._rules.claim == "email":
            return self._people.by_email(email) if email else None
        said = claims.get(self._rules.claim)
        return self._people.named(said) if isinstance(said, str) and said.strip() else None

    def _added(self, claims: Mapping[str, Any]) -> Account | None:
        """Add somebody whose group has a role; a name that is taken is somebody else's and stays theirs."""
        email, role = verified_email(claims), self._role(claims)
        if role is None or not email or (self._rules.allowed and not _in_domain(email, self._rules.allowed)):
            return None
        said = claims.get(self._rules.claim if self._rules.claim != "email" else "name") or email
        name = one_line(str(said), LONGEST_NAME)
        if self._people.named(name) is not None:
            return None
        return self._people.add(name, role, Act(by=ELSEWHERE, at=self._clock.now()), email=email)

    def _role(self, claims: Mapping[str, Any]) -> Role | None:
        """Return the role of most rights that their groups give."""
        groups = claims.get(self._rules.groups_claim)
        theirs = {str(one) for one in groups} if isinstance(groups, list) else set()
        return max((role for group, role in self._rules.roles.items() if group in theirs), key=lambda role: len(RIGHTS[role]), default=None)


def verified_email(claims: Mapping[str, Any]) -> str:
    """Return the address that the provider itself verified, empty without: an address somebody merely typed is nobody's."""
    email = claims.get("email")
    return one_line(email, LONGEST_EMAIL) if isinstance(email, str) and claims.get("email_verified") is True else ""


def _in_domain(email: str, domains: tuple[str, ...]) -> bool:
    return email.rpartition("@")[2].lower() in {domain.lower().lstrip("@") for domain in domains} if email else False
