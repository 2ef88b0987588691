"""Where people decide what they are told, on an open ledger: the same for the service, for pages and for commands beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.feedback_key import feedback_key
from moderation.ledger.deliveries import DeliveryLedger
from moderation.ledger.people import PeopleLedger
from moderation.ledger.subscriptions import SubscriptionLedger
from moderation.model.account import Account
from moderation.settings import KlankbordSettings
from moderation.settings_delivery import ChannelSettings
from moderation.workflows.stop_links import StopLinks
from moderation.workflows.subscribe import Subscribe


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDesk:
    """Subscriptions, what became of each message, and the links that stop them. Sends nothing; works beside a running service.

    `account(person_id)`: a colleague who works here, None for anybody else. `named(name)`: the colleague of this name.
    """

    subscribe: Subscribe
    subscriptions: SubscriptionLedger
    deliveries: DeliveryLedger
    links: StopLinks
    account: Callable[[int], Account | None]
    named: Callable[[str], Account | None]


def delivery_desk(home: Path, settings: KlankbordSettings, ledger: Ledger, clock: Clock) -> DeliveryDesk:
    """Return the desk over a ledger that is open."""
    engine = ledger.engine
    subscriptions, deliveries, people = SubscriptionLedger(engine), DeliveryLedger(engine), PeopleLedger(engine)

    def channels() -> Mapping[str, ChannelSettings]:
        return {one.name: one for one in settings.delivery.every}

    def account(person_id: int) -> Account | None:
        found = people.get(person_id)
        return None if found is None or found.person.disabled else found

    return DeliveryDesk(
        subscribe=Subscribe(subscriptions, deliveries, clock, channels=channels, brands=tuple(one.name for one in settings.brands)),
        subscriptions=subscriptions,
        deliveries=deliveries,
        links=StopLinks(subscriptions, account, clock, key=feedback_key(home), base_url=settings.public.base_url),
        account=account,
        named=people.named,
    )
