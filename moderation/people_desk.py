"""Who works here, put together on an open ledger: the same for pages and commands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher

from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.identity.passwords import Passwords
from moderation.identity.step_key import StepKey
from moderation.inbox.sign_in import SignIn
from moderation.ledger.bot_people import BotPeopleLedger
from moderation.ledger.people import PeopleLedger
from moderation.ledger.sessions import SessionLedger
from moderation.ledger.ways_in import DeviceLedger, TokenLedger, TryLedger
from moderation.workflows.enter import Door
from moderation.workflows.hold_tokens import HoldTokens
from moderation.workflows.link_discord import LinkDiscord
from moderation.workflows.manage_people import ManagePeople


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleDesk:
    """The door, who works here, their tokens, links that let them in, and their accounts at Discord."""

    door: Door
    manage: ManagePeople
    tokens: HoldTokens
    sign_in: SignIn
    discord: LinkDiscord


def people_desk(home: Path, ledger: Ledger, clock: Clock, *, brands: tuple[str, ...], hasher: PasswordHasher | None = None) -> PeopleDesk:
    """Return the desk of a home. `hasher` is for tests: passwords are slow on purpose."""
    engine = ledger.engine
    people, sessions = PeopleLedger(engine), SessionLedger(engine)
    return PeopleDesk(
        door=Door(people, TryLedger(engine), DeviceLedger(engine), Passwords(hasher), StepKey(home), clock),
        manage=ManagePeople(people, sessions, clock, brands=brands),
        tokens=HoldTokens(TokenLedger(engine), clock),
        sign_in=SignIn(sessions, clock),
        discord=LinkDiscord(BotPeopleLedger(engine), clock),
    )
