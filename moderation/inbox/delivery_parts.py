"""What the pages about messages to our own people need: subscriptions, what became of each message, and words for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from moderation.model.account import Account
from moderation.model.delivery import Delivery, Subscription
from moderation.settings_delivery import ChannelSettings
from moderation.workflows.subscribe import Subscribe


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelNow:
    """A channel of the settings, and whether what it needs to be reached is set (never what it is)."""

    channel: ChannelSettings
    ready: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryParts:
    """- `subscribe`: what people do to subscriptions. `account(person_id)`: a colleague, None for whoever is not there any more.
    - `latest(most, subscription_id)`: what became of messages, newest first; of one subscription, or of all (None).
    - `channels()`: those of the settings. `mail`: whether there is a mail server and a sender.
    - `one_click`: whether e-mails can be stopped by a link. `words(language)`: texts of config/templates/<language>/delivery.yaml.
    """

    subscribe: Subscribe
    account: Callable[[int], Account | None]
    latest: Callable[[int, int | None], Sequence[Delivery]]
    channels: Callable[[], Sequence[ChannelNow]]
    mail: bool
    one_click: bool
    words: Callable[[str], Mapping[str, str]]

    def name_of(self, subscription: Subscription) -> str:
        """Return who gets it, as an administrator reads it: a colleague, an address, or a channel's name."""
        if subscription.wants.person_id is None:
            return subscription.wants.address
        account = self.account(subscription.wants.person_id)
        return account.person.name if account is not None else "–"
