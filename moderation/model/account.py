"""What belongs to a colleague beside their rights: sessions, links that let them in, tokens, and how pages look to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from moderation.model.person import Person, Right


class Theme(StrEnum):
    """How pages look: as the device says, or always light or dark."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Purpose(StrEnum):
    """What a one-time link does: let somebody in, or let them choose a password (and come in)."""

    SIGN_IN = "sign_in"
    PASSWORD = "password"  # noqa: S105 - a purpose, not a password


class Stage(StrEnum):
    """How far somebody is on the way in. Only `IN` opens pages."""

    CODE = "code"
    SETUP = "setup"
    IN = "in"


class How(StrEnum):
    """What somebody came in with."""

    LINK = "link"
    PASSWORD = "password"  # noqa: S105 - a way in, not a password
    OIDC = "oidc"
    OIDC_STEP = "oidc_step"
    """Signed in elsewhere, where a second step was asked too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A colleague as the ledger keeps them. `password_hash` is argon2id's, empty while none was chosen; `step_secret` is encrypted."""

    person_id: int
    person: Person
    email: str
    theme: Theme
    signature: str
    password_hash: str
    step_secret: str
    step_used: int
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A one-time link that works. `person_id` None: nobody in particular, while there are no people yet."""

    name: str
    person_id: int | None
    purpose: Purpose
    trusted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session as its owner and admins see it; nothing in it lets anybody in."""

    session_id: int
    person_id: int | None
    name: str
    stage: Stage
    how: How
    device: str
    opened_at: datetime
    proved_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token as its owner sees it: everything but the token."""

    token_id: int
    person_id: int
    label: str
    scopes: frozenset[Right]
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People who work together. `members` are names of people."""

    team_id: int
    name: str
    members: tuple[str, ...] = ()
