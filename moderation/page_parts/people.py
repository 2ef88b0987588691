"""The pages about people, over an open home."""

from __future__ import annotations

from moderation.inbox.people_parts import PeopleParts
from moderation.parts import Answering
from moderation.people_desk import people_desk


def people_parts(parts: Answering) -> PeopleParts:
    """Return what the pages about people need."""
    listening = parts.listening
    settings = parts.desk.settings
    desk = people_desk(listening.home, listening.ledger, listening.clock, brands=tuple(brand.name for brand in settings.brands))
    return PeopleParts(door=desk.door, manage=desk.manage, tokens=desk.tokens, trusted_proxies=frozenset(settings.web.trusted_proxies))
