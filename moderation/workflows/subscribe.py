"""Subscribe, pause, take up again, stop, and ask for a test: for oneself on one's own page, for the house by who administers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.deliveries import DeliveryLedger
from moderation.ledger.subscriptions import SubscriptionLedger
from moderation.model.account import Account
from moderation.model.delivery import TOLD, Loud, NewDelivery, NewSubscription, Quiet, Subscription, Way, What
from moderation.model.languages import LANGUAGES
from moderation.model.mail_address import is_address
from moderation.policy.quiet_hours import minutes_of
from moderation.settings_delivery import OLD_WEBHOOK, ChannelSettings

MOST_OWN = 10
"""Subscriptions that one person may have."""
SETTINGS = "settings"
"""Who made what a setting stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A subscription as somebody typed it. `quiet_from` and `quiet_to` are times such as "22:30", both empty for none."""

    whats: Sequence[str]
    to: str = ""
    channel: bool = False
    loud: str = Loud.ALL.value
    language: str = "nl"
    hour: str = ""
    quiet_from: str = ""
    quiet_to: str = ""
    breaks: bool = False
    brands: Sequence[str] = ()


class Subscribe:
    """What people do to subscriptions. `channels`: by name, as the settings have them now; `brands`: those of the settings."""

    def __init__(
        self,
        subscriptions: SubscriptionLedger,
        deliveries: DeliveryLedger,
        clock: Clock,
        *,
        channels: Callable[[], Mapping[str, ChannelSettings]],
        brands: Sequence[str],
    ) -> None:
        self._subscriptions = subscriptions
        self._deliveries = deliveries
        self._clock = clock
        self.channels = channels
        self.brands = tuple(brands)

    def own(self, account: Account) -> list[Subscription]:
        """Return what one person is told."""
        return self._subscriptions.all(person_id=account.person_id)

    def all(self) -> list[Subscription]:
        """Return every subscription, the house's and people's."""
        return self._subscriptions.all()

    def add_own(self, account: Account, wish: Wish) -> int:
        """Subscribe somebody by e-mail, at the address they have here. Raises `NotAllowed`."""
        if not is_address(account.email):
            raise NotAllowed("You have no e-mail address here; whoever runs Klankbord can set it.", key="subscribe_no_email")
        if len(self.own(account)) >= MOST_OWN:
            raise NotAllowed(f"{MOST_OWN} subscriptions are enough; remove one first.", key="subscribe_enough", fields={"n": MOST_OWN})
        wants = self._wants(wish, way=Way.MAIL, address="", person_id=account.person_id)
        return self._subscriptions.add(wants, by=account.person.name, at=self._clock.now())

    def add(self, wish: Wish, *, by: str, account: Account | None = None) -> int:
        """Subscribe a colleague (`account`), or the house: a channel, or an e-mail address. Raises `NotAllowed`."""
        if account is not None:
            return self._for_colleague(account, wish, by)
        if wish.channel and wish.to not in self.channels():
            raise NotAllowed(f"The settings name no channel {wish.to!r} under delivery.channels.", key="subscribe_no_channel")
        if not wish.channel and not is_address(wish.to):
            raise NotAllowed(f"{wish.to!r} is no e-mail address.", key="subscribe_no_address")
        wants = self._wants(wish, way=Way.CHANNEL if wish.channel else Way.MAIL, address=wish.to, person_id=None)
        return self._subscriptions.add(wants, by=by, at=self._clock.now())

    def pause(self, subscription_id: int, *, by: str, of: Account | None = None) -> None:
        """Tell nothing for now. `of`: only when it is theirs. Raises `NotAllowed` when it is not there."""
        self._mine(subscription_id, of)
        self._subscriptions.pause(subscription_id, by=by, at=self._clock.now())

    def resume(self, subscription_id: int, *, by: str, of: Account | None = None) -> None:
        """Go on telling from now."""
        self._mine(subscription_id, of)
        self._subscriptions.resume(subscription_id, by=by, at=self._clock.now())

    def remove(self, subscription_id: int, *, by: str, of: Account | None = None) -> None:
        """End a subscription."""
        self._mine(subscription_id, of)
        self._subscriptions.remove(subscription_id, by=by, at=self._clock.now())

    def test(self, subscription_id: int, *, of: Account | None = None) -> str:
        """Ask for a message by which one sees whether anything arrives; return its occasion. It leaves with the next round."""
        self._mine(subscription_id, of)
        now = self._clock.now()
        occasion = f"test:{now.isoformat(timespec='seconds')}"
        self._deliveries.add(
            [NewDelivery(subscription_id=subscription_id, what=What.TEST, occasion=occasion, found_at=now, from_at=now, as_of=now)]
        )
        return occasion

    def settle(self, delivery_id: int, *, arrived: bool, by: str) -> None:
        """Write down what a person found out about a message that may have arrived. Raises `NotAllowed` when it is none."""
        if not self._deliveries.settle(delivery_id, arrived=arrived, who=by, at=self._clock.now()):
            raise NotAllowed("What became of this message is known already.", key="delivery_known")

    def keep_house(self, *, discord_webhook: bool) -> None:
        """Make the subscription that the setting `delivery.discord_webhook` stands for, once ever: removing it is respected."""
        if discord_webhook and not self._subscriptions.ever_to_channel(OLD_WEBHOOK):
            wants = NewSubscription(way=Way.CHANNEL, address=OLD_WEBHOOK, whats=frozenset({What.DAILY}))
            self._subscriptions.add(wants, by=SETTINGS, at=self._clock.now())

    def _for_colleague(self, account: Account, wish: Wish, by: str) -> int:
        if wish.channel or wish.to:
            raise NotAllowed("A colleague is told at their own e-mail address.", key="subscribe_own_address")
        if not is_address(account.email):
            raise NotAllowed(f"{account.person.name} has no e-mail address here.", key="subscribe_no_email")
        wants = self._wants(wish, way=Way.MAIL, address="", person_id=account.person_id)
        return self._subscriptions.add(wants, by=by, at=self._clock.now())

    def _wants(self, wish: Wish, *, way: Way, address: str, person_id: int | None) -> NewSubscription:
        known = {one.value: one for one in TOLD}
        whats = frozenset(known[one] for one in wish.whats if one in known)
        if not whats:
            raise NotAllowed("Choose what should be told.", key="subscribe_what")
        strange = sorted(set(wish.brands) - set(self.brands))
        if strange:
            raise NotAllowed(f"{strange[0]!r} is no brand of the settings.", key="subscribe_brand")
        return NewSubscription(
            way=way,
            address=address,
            whats=whats,
            person_id=person_id,
            loud=_one_of(Loud, wish.loud),
            language=wish.language if wish.language in LANGUAGES else LANGUAGES[0],
            hour=_hour(wish.hour),
            quiet=_quiet(wish),
            breaks=wish.breaks,
            brands=frozenset(wish.brands) or None,
        )

    def _mine(self, subscription_id: int, of: Account | None) -> Subscription:
        found = self._subscriptions.get(subscription_id)
        if found is None or (of is not None and found.wants.person_id != of.person_id):
            raise NotAllowed("This subscription is not there.", key="subscribe_none")
        return found


def _one_of(kind: type[Loud], written: str) -> Loud:
    try:
        return kind(written)
    except ValueError:
        raise NotAllowed(f"{written!r} is not how loud it can be: {', '.join(kind)}.", key="subscribe_loud") from None


def _hour(written: str) -> int | None:
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and int(written) < 24):
        raise NotAllowed(f"{written!r} is no hour from 0 to 23.", key="subscribe_hour")
    return int(written)


def _quiet(wish: Wish) -> Quiet | None:
    if not wish.quiet_from and not wish.quiet_to:
        return None
    begins, until = minutes_of(wish.quiet_from), minutes_of(wish.quiet_to)
    if begins is None or until is None or begins == until:
        raise NotAllowed("Quiet hours need two different times, such as 22:30 and 7:00.", key="subscribe_quiet")
    return Quiet(begins=begins, until=until)
