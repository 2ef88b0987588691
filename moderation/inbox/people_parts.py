"""What the pages about people need: the door, who works here, and tokens."""

from __future__ import annotations

from dataclasses import dataclass

from listener.errors import NotAllowed
from moderation.inbox.oidc_client import OidcClient
from moderation.inbox.sign_in import Session
from moderation.model.account import Account
from moderation.workflows.enter import Door
from moderation.workflows.hold_tokens import HoldTokens
from moderation.workflows.link_discord import LinkDiscord
from moderation.workflows.manage_people import ManagePeople


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleParts:
    """`trusted_proxies`: addresses whose X-Forwarded-For is believed. `oidc`, `discord`: signing in and being linked there, if."""

    door: Door
    manage: ManagePeople
    tokens: HoldTokens
    trusted_proxies: frozenset[str] = frozenset()
    oidc: OidcClient | None = None
    discord: LinkDiscord | None = None

    def account_of(self, session: Session) -> Account:
        """Return whose session this is. Raises `NotAllowed` while there are no people: then nobody has settings."""
        found = self.door.account(session.person_id) if session.person_id is not None else None
        if found is None:
            raise NotAllowed("This session belongs to nobody in particular; `klankbord person add` makes the first person.")
        return found
