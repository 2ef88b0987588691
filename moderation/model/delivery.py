"""Who gets which message from the house, by which way, when and how loud; and what became of each one.

These are messages to our own people. What is posted in public goes through the outbox, and nothing here can post.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class What(StrEnum):
    """What is told. A test is asked for by a person; the others are subscribed to."""

    DAILY = "daily"
    WEEKLY = "weekly"
    CRISIS = "crisis"
    SIGNAL = "signal"
    PROMISE = "promise"
    TEST = "test"


TOLD: tuple[What, ...] = (What.DAILY, What.WEEKLY, What.CRISIS, What.SIGNAL, What.PROMISE)
"""What one can subscribe to, in the order in which it is offered."""


class Way(StrEnum):
    """By e-mail, or to a channel that the settings name."""

    MAIL = "mail"
    CHANNEL = "channel"


class Loud(StrEnum):
    """How much is told: everything, what matters, or only while an issue is in crisis."""

    ALL = "all"
    IMPORTANT = "important"
    CRISIS = "crisis"


class Weight(StrEnum):
    """How much one thing matters."""

    ORDINARY = "ordinary"
    IMPORTANT = "important"
    CRISIS = "crisis"


class DeliveryState(StrEnum):
    """`waiting` until it may leave; `claimed` from before the attempt until its outcome is known.

    `sent`: taken by the other side. `refused`: certainly not, and not tried again. `unknown`: nobody can tell, so it never leaves again by
    itself. `skipped`: looked at, and not worth a message to this subscriber.
    """

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours in which nothing arrives, in minutes since midnight on the local clock; `until` before `begins` runs over midnight."""

    begins: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscription:
    """One person or the house (`person_id` None) wants something told.

    `address`: the name of a channel, or an e-mail address; empty for the person's own. `hour` None: the house's hour for digests.
    `brands` None: all that the person sees. `breaks`: what is in crisis may arrive in quiet hours.
    """

    way: Way
    address: str
    whats: frozenset[What]
    person_id: int | None = None
    loud: Loud = Loud.ALL
    language: str = "nl"
    hour: int | None = None
    quiet: Quiet | None = None
    breaks: bool = False
    brands: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription as it is kept. Nothing from before `since` is told: it moves on when somebody takes up again what was paused."""

    subscription_id: int
    wants: NewSubscription
    since: datetime
    made_by: str
    paused_at: datetime | None = None
    paused_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """Something that a subscriber should be told: one row per subscription, kind and occasion, however often it is found.

    `occasion` names a period ("2026-W48", "2026-11-26"), an hour, "signal:12" or "promise:3:late". `subject_id` is the signal or promise.
    """

    subscription_id: int
    what: What
    occasion: str
    found_at: datetime
    from_at: datetime
    as_of: datetime
    weight: Weight = Weight.ORDINARY
    subject_id: int = 0
    state: DeliveryState = DeliveryState.WAITING
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A row of the record. `carried_by` names the one whose message told this too; `reason` is a key of words."""

    delivery_id: int
    subscription_id: int
    what: What
    occasion: str
    state: DeliveryState
    found_at: datetime
    from_at: datetime
    as_of: datetime
    not_before: datetime
    weight: Weight = Weight.ORDINARY
    subject_id: int = 0
    attempt: int = 0
    claimed_at: datetime | None = None
    done_at: datetime | None = None
    reason: str = ""
    note: str = ""
    carried_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an attempt. `reason` is a key of words, `note` a code or number that may be shown: never an address or a text.

    `WAITING` means certainly not taken, and worth another try, at the earliest after `wait_seconds`.
    """

    state: DeliveryState
    reason: str = ""
    note: str = ""
    wait_seconds: float = 0.0


SENT = Outcome(state=DeliveryState.SENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart to go with a message, with what it shows in words. `name` is a file name of ours."""

    name: str
    png: bytes
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that goes with an e-mail."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a message: something in bold (a title, a name), then words, then small print, and where one can read on.

    `named`: the words within `text` that the link stands on; empty: the bold ones.
    """

    text: str
    bold: str = ""
    small: str = ""
    url: str = ""
    named: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A heading with its lines."""

    heading: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one message says, before any form. Texts of others are on one line and shortened; each form makes them harmless for itself.

    `key` is the same for every try of one delivery. `link` is a page of ours, `link_text` what it is called. `marked`: invented data.
    `discord` is the message in Discord's own form, harmless already, where what is told has such a form.
    """

    key: str
    what: What
    language: str
    title: str
    opening: Sequence[str]
    parts: Sequence[Part]
    closing: Sequence[str] = ()
    marked: str = ""
    link: str = ""
    link_text: str = ""
    pictures: Sequence[Picture] = ()
    attached: Sequence[Attached] = ()
    discord: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A message on its way to one address: a channel's name, or an e-mail address.

    `why` and `stop` are the sentences under an e-mail; `stop_url` stops it by one click. `stop_mail` is an address that takes the wish to
    stop, where there is no such link; both may be empty.
    """

    to: str
    message: Message
    why: str = ""
    stop: str = ""
    stop_url: str = ""
    stop_mail: str = ""
