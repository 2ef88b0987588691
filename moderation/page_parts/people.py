"""The pages about people, over an open home."""

from __future__ import annotations

from listener.parts import Listening
from listener.settings.secrets import Secrets
from listener.sources.http import HttpClient
from moderation.inbox.oidc_client import OidcClient
from moderation.inbox.people_parts import PeopleParts
from moderation.ledger.people import PeopleLedger
from moderation.parts import Answering
from moderation.people_desk import people_desk
from moderation.settings import KlankbordSettings
from moderation.workflows.sign_in_elsewhere import ElsewhereRules, SignInElsewhere

SECRET_NAME = "KLANKBORD_OIDC_CLIENT_SECRET"  # noqa: S105 - the name of the variable that holds it


def people_parts(parts: Answering) -> PeopleParts:
    """Return what the pages about people need."""
    listening = parts.listening
    settings = parts.desk.settings
    desk = people_desk(listening.home, listening.ledger, listening.clock, brands=tuple(brand.name for brand in settings.brands))
    return PeopleParts(
        oidc=_oidc(listening, settings),
        door=desk.door,
        manage=desk.manage,
        tokens=desk.tokens,
        discord=desk.discord if settings.bot.enabled else None,
        trusted_proxies=frozenset(settings.web.trusted_proxies),
    )


def _oidc(listening: Listening, settings: KlankbordSettings) -> OidcClient | None:
    asked = settings.web.oidc
    if not asked.issuer:
        return None
    rules = ElsewhereRules(claim=asked.claim, allowed=asked.allowed, groups_claim=asked.groups_claim, roles=asked.roles)
    return OidcClient(
        issuer=asked.issuer,
        client_id=asked.client_id,
        name=asked.name or asked.issuer.partition("://")[2],
        secret=lambda: str(Secrets(listening.home).get(SECRET_NAME) or ""),
        http=lambda: HttpClient(settings.http, clock=listening.clock),
        clock=listening.clock,
        colleagues=SignInElsewhere(PeopleLedger(listening.ledger.engine), rules, listening.clock),
        second_step=asked.second_step,
        allow_private=asked.allow_private,
    )
