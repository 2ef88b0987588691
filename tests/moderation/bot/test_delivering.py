"""Digests through the bot: in the team's own channels, once, and what became of them is always said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from listener.ledger.ledger import Ledger
from moderation.bot.delivering import BotDelivery
from moderation.model.delivery import SENT, DeliveryState, Line, Message, Part, Picture, What
from tests.fakes.bot_rig import Echo, bot_on
from tests.fakes.discord_wire.people import OTHER_GUILD, PUBLIC, STAFF
from tests.fakes.discord_wire.wire import discord_wire

PLAIN = Message(key="ab12-7", what=What.DAILY, language="nl", title="Overzicht", opening=("Rustig.",), parts=())
LOUD = "@everyone [klik](https://evil.example) <@1160000000000000001>"


async def test_a_digest_stands_once_with_its_chart_and_rings_nobody(ledger: Ledger) -> None:
    """The same delivery tried again, because its answer was lost, is the same message."""
    message = replace(
        PLAIN,
        title=LOUD,
        parts=(Part(heading=LOUD, lines=(Line(text=LOUD),)),),
        pictures=(Picture(name="week.png", png=b"\x89PNG", alt="A line"),),
    )
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        deliver = BotDelivery(rig.channels)
        wire.fail("POST", "^/channels/", status=503, after=True)
        assert (await deliver(STAFF, message)).state is DeliveryState.UNKNOWN
        assert await deliver(STAFF, message) == SENT
        assert await deliver(STAFF, message) == SENT
        (kept,) = wire.book.standing(STAFF)
    assert kept.files == {"week.png": b"\x89PNG"}
    assert wire.book.pings == []
    assert "](https://evil" not in kept.text


# what stands in the way, the state that follows, and its words
IN_THE_WAY: tuple[tuple[str, DeliveryState, str], ...] = (
    ("everybody reads it", DeliveryState.REFUSED, "open_channel"),
    ("another server", DeliveryState.REFUSED, "other_server"),
    ("no such channel", DeliveryState.WAITING, "no_bot"),
    ("closed to us", DeliveryState.REFUSED, "closed_channel"),
    ("not connected", DeliveryState.WAITING, "no_bot"),
    ("told to wait", DeliveryState.WAITING, "later"),
    ("deleted meanwhile", DeliveryState.REFUSED, "gone"),
    ("out of order", DeliveryState.UNKNOWN, "no_clear_answer"),
)


@pytest.mark.parametrize(("what", "state", "reason"), IN_THE_WAY, ids=[what for what, _, _ in IN_THE_WAY])
async def test_what_stands_in_the_way_is_said(ledger: Ledger, what: str, state: DeliveryState, reason: str) -> None:
    """Each reason has words for whoever waits for the digest; and what may have arrived does not leave again by itself."""
    more: dict[str, Any] = (
        {"guilds": (OTHER_GUILD,)} if what == "another server" else {"token": "", "wait": False} if what == "not connected" else {}
    )
    async with discord_wire() as wire, bot_on(wire, ledger, Echo(), **more) as rig:
        if what == "closed to us":
            wire.rest.closed.add(STAFF)
        if what == "told to wait":
            wire.limits.too_many("POST", "^/channels/", 900.0)
        if what == "deleted meanwhile":
            wire.fail("POST", "^/channels/", status=404, body={"code": 10003, "message": "Unknown Channel"})
        if what == "out of order":
            wire.fail("POST", "^/channels/", status=503)
        channel = {"everybody reads it": PUBLIC, "no such channel": "1170000000000000999"}.get(what, STAFF)
        outcome = await BotDelivery(rig.channels)(channel, PLAIN)
    assert (outcome.state, outcome.reason) == (state, reason)
    assert (outcome.wait_seconds > 0) is (state is DeliveryState.WAITING)
    assert wire.book.standing(STAFF) == []
