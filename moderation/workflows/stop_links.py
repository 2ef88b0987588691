"""The link in every e-mail that stops it with one click (RFC 8058), and takes that back: signed, for one subscription at one address."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from listener.ports import Clock
from moderation.ledger.subscriptions import SubscriptionLedger
from moderation.model.account import Account
from moderation.model.delivery import Subscription, Way
from moderation.model.link_token import RANDOM_BYTES, read_token, written_token

USE = "unsubscribe"
PATH = "u"
"""Path of the public page; the token follows. Its forms are sent there too."""
BY_LINK = "link"
_ID_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """What the page behind a link shows: what is told, at which address (most of it hidden), and whether it is stopped."""

    subscription: Subscription
    shown_address: str
    stopped: bool


class StopLinks:
    """Makes the links and does what they say. The token holds which subscription and a digest of its address; nothing of it is kept.

    `account` tells a colleague's address: when that changes, links in e-mails to the one before open nothing any more.
    """

    def __init__(
        self,
        subscriptions: SubscriptionLedger,
        account: Callable[[int], Account | None],
        clock: Clock,
        *,
        key: bytes,
        base_url: str,
    ) -> None:
        self._subscriptions = subscriptions
        self._account = account
        self._clock = clock
        self._key = key
        self._base = base_url.rstrip("/")

    def url(self, subscription: Subscription) -> str:
        """Return the link; "" without a public address that mail programs post to (https only, RFC 8058), or for what is no e-mail."""
        address = self._address(subscription)
        if not self._base.startswith("https://") or not address:
            return ""
        return f"{self._base}/{PATH}/{written_token(_inside(subscription.subscription_id, address), USE, key=self._key)}"

    def find(self, token: str) -> Stopping | None:
        """Return what a link is about; None for one we did not make, or whose subscription or address is gone. Changes nothing."""
        inside = read_token(token, USE, key=self._key)
        if inside is None:
            return None
        found = self._subscriptions.get(int.from_bytes(inside[:_ID_BYTES]))
        address = self._address(found) if found is not None else ""
        if found is None or not address or _inside(found.subscription_id, address) != inside:
            return None
        return Stopping(subscription=found, shown_address=_half_hidden(address), stopped=found.paused_at is not None)

    def stop(self, token: str) -> Stopping | None:
        """Stop it; the second time changes nothing and is no error. None as `find`."""
        found = self.find(token)
        if found is not None:
            self._subscriptions.pause(found.subscription.subscription_id, by=BY_LINK, at=self._clock.now())
        return self.find(token)

    def resume(self, token: str) -> Stopping | None:
        """Take it up again from now. None as `find`."""
        found = self.find(token)
        if found is not None:
            self._subscriptions.resume(found.subscription.subscription_id, by=BY_LINK, at=self._clock.now())
        return self.find(token)

    def _address(self, subscription: Subscription) -> str:
        wants = subscription.wants
        if wants.way is not Way.MAIL:
            return ""
        if wants.person_id is None:
            return wants.address
        account = self._account(wants.person_id)
        return account.email if account is not None else ""


def _inside(subscription_id: int, address: str) -> bytes:
    return subscription_id.to_bytes(_ID_BYTES) + hashlib.sha256(address.lower().encode()).digest()[: RANDOM_BYTES - _ID_BYTES]


def _half_hidden(address: str) -> str:
    """Return enough of an address to know one's own, and too little to learn somebody else's."""
    name, _, host = address.rpartition("@")
    return f"{name[:1]}…@{host}"
