"""People who work with Klankbord, and what their role lets them do (RULES S2, PRODUCT O2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    """One thing a person may do. Every route and every scope of a token names exactly one."""

    READ = "read"
    ANSWER = "answer"
    APPROVE = "approve"
    MODERATE = "moderate"
    ADMINISTER = "administer"


class Role(StrEnum):
    """What somebody is. A moderator acts on communities and approves nothing; an approver lets posts leave in the brand's name."""

    VIEWER = "viewer"
    AGENT = "agent"
    APPROVER = "approver"
    MODERATOR = "moderator"
    ADMIN = "admin"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.READ}),
    Role.AGENT: frozenset({Right.READ, Right.ANSWER}),
    Role.APPROVER: frozenset({Right.READ, Right.ANSWER, Right.APPROVE}),
    Role.MODERATOR: frozenset({Right.READ, Right.ANSWER, Right.MODERATE}),
    Role.ADMIN: frozenset(Right),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A colleague. `name` is unique and what acts, approvals and the audit log carry; `shown` is how pages call them.

    `brands` None means every brand, also those added later. `teams` are names of teams. `scopes` None means all rights of the role; a token
    may hold fewer. `second_step` tells whether a code from an app is asked of them.
    """

    name: str
    role: Role
    shown: str = ""
    brands: frozenset[str] | None = None
    teams: frozenset[str] = frozenset()
    language: str = ""
    disabled: bool = False
    second_step: bool = False
    scopes: frozenset[Right] | None = None

    def may(self, right: Right) -> bool:
        """Tell whether they may do this now."""
        held = RIGHTS[self.role] if self.scopes is None else RIGHTS[self.role] & self.scopes
        return not self.disabled and right in held

    def sees(self, brands: Iterable[str]) -> bool:
        """Tell whether anything of these brands is theirs to see. What belongs to no brand is seen by everybody (RULES S3)."""
        theirs = frozenset(brands)
        return self.brands is None or not theirs or bool(self.brands & theirs)
