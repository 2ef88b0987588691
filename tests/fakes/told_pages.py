"""The pages about messages to our own people, on the engine of a home of tests."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Engine

from listener.ledger.metadata import metadata
from listener.ports import Clock
from moderation.inbox.delivery_parts import ChannelNow, DeliveryParts
from moderation.ledger.deliveries import DeliveryLedger
from moderation.ledger.people import PeopleLedger
from moderation.ledger.subscriptions import SubscriptionLedger
from moderation.ledger.tables_delivery import DELIVERY_TABLES
from moderation.settings_delivery import ChannelSettings
from moderation.workflows.load_wording import load_words
from moderation.workflows.subscribe import Subscribe

TEAM = ChannelSettings.model_validate({"name": "team-webcare", "kind": "slack"})
OWN = ChannelSettings.model_validate({"name": "kassa", "kind": "json"})


def told_on(engine: Engine, clock: Clock) -> DeliveryParts:
    """Return the pages' parts: two channels, one of them without its address, and e-mail without a public address."""
    metadata.create_all(engine, tables=DELIVERY_TABLES)
    deliveries = DeliveryLedger(engine)
    subscribe = Subscribe(
        SubscriptionLedger(engine),
        deliveries,
        clock,
        channels=lambda: {one.name: one for one in (TEAM, OWN)},
        brands=("Zoemvolt", "Stroomwerk"),
    )
    return DeliveryParts(
        subscribe=subscribe,
        account=PeopleLedger(engine).get,
        latest=lambda most, subscription_id: deliveries.latest(most, subscription_id=subscription_id),
        channels=lambda: [ChannelNow(channel=TEAM, ready=True), ChannelNow(channel=OWN, ready=False)],
        mail=True,
        one_click=False,
        words=partial(load_words, name="delivery"),
    )
