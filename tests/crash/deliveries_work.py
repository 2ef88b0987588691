"""The work whose process is killed: a day's digest to people by e-mail and to two channels, and three signals told in one e-mail."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from listener.clock import ManualClock
from listener.ledger.ledger import open_ledger
from moderation.delivery import discord_webhook, mail, outgoing
from moderation.delivery.channels import ChannelCarrier
from moderation.delivery.mail import MailCarrier, MailHouse
from moderation.ledger import deliveries
from moderation.model.delivery import Way, What
from moderation.outbox.crash_points import reach
from moderation.settings_delivery import ChannelSettings
from moderation.workflows import deliver
from tests.crash.deliveries_book import Book, Fault
from tests.fakes.deliveries import NOON, Telling, signal
from tests.servers.mailbox import ADDRESS, PASSWORD

PEOPLE = ("kim@zoemvolt.example", "bas@zoemvolt.example")
SIGNALS = "piket@zoemvolt.example"
CHANNELS = {
    "kassa": ChannelSettings(name="kassa", kind="json", channel_id="", allow_private=True),
    "team": ChannelSettings(name="team", kind="discord_webhook", channel_id="", allow_private=False),
}
PATHS = {"kassa": "/kassa", "team": "/api/webhooks/123456789012345678/T0K3N"}
ROUNDS, EVERY = 3, timedelta(minutes=12)
"""Of one life: longer between two than a wait of five minutes, and than a claim without an end may last."""
_TLS = ssl.create_default_context()
"""Made once, not in each life: it takes longer than all messages, and nobody speaks TLS here."""
_HAVE_POINTS = (deliver, deliveries, mail, outgoing, discord_webhook)


@dataclass(frozen=True)
class Scene:
    """What the servers do with the first messages to each."""

    name: str
    faults: dict[str, tuple[Fault, ...]] = field(default_factory=dict)


_SOME = (PEOPLE[0], SIGNALS, PATHS["kassa"], PATHS["team"])
SCENES = (
    Scene("taken"),
    Scene("answer lost", dict.fromkeys(_SOME, (Fault.ANSWER_LOST,))),
    Scene("later", dict.fromkeys(_SOME, (Fault.LATER,))),
)


def prepare(home: Path) -> None:
    """Make a home with six who are to be told something, each once."""
    home.mkdir()
    with open_ledger(_url(home)) as ledger:
        telling = Telling(ledger=ledger)
        for address in PEOPLE:
            telling.subscribe(What.DAILY, address=address)
        telling.subscribe(What.SIGNAL, address=SIGNALS)
        for name in CHANNELS:
            telling.subscribe(What.DAILY, way=Way.CHANNEL, address=name)


def live(home: Path, book: Book, *, step: Callable[[str], None] = reach) -> None:
    """Be a service for some rounds, on the clock that the life before it left behind. `step` is told every point that is passed."""
    with ExitStack() as during, open_ledger(_url(home)) as ledger:
        for module in _HAVE_POINTS:
            during.enter_context(patch.object(module, "reach", step))
        telling = told_by(Telling(ledger=ledger, clock=ManualClock(_clock_of(home))), book)
        service = telling.deliver()
        for _ in range(ROUNDS):
            asyncio.run(service.once())
            telling.clock.advance(EVERY)
            (home / "clock").write_text(telling.clock.now().isoformat())


def told_by(telling: Telling, book: Book) -> Telling:
    """Let a house send by the real ways, to the servers of this book."""
    house = MailHouse(
        host="127.0.0.1",
        port=book.smtp_port,
        security="none",
        sender="klankbord@zoemvolt.example",
        username=ADDRESS,
        timeout_seconds=60,
        context=_TLS,
    )
    telling.raised = [signal(number, NOON - timedelta(minutes=number)) for number in (1, 2, 3)]
    telling.mail = MailCarrier(house, lambda: PASSWORD, telling.clock)  # type: ignore[assignment]  # the real way in the place of the fake
    telling.channel = ChannelCarrier(  # type: ignore[assignment]  # the real way in the place of the fake
        CHANNELS.get, lambda name: (f"http://127.0.0.1:{book.http_port}{PATHS[name]}", "geheim"), telling.clock, loopback_discord=True
    )
    return telling


def _clock_of(home: Path) -> datetime:
    kept = home / "clock"
    return datetime.fromisoformat(kept.read_text()) if kept.exists() else NOON


def _url(home: Path) -> str:
    return f"sqlite:///{home / 'ledger.db'}"
