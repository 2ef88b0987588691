"""The whole bot at a Discord on loopback: what a colleague types and presses, a restart in between, and 500 frames that were forged."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from listener.clock import SystemClock
from listener.ledger.metadata import metadata
from listener.model.chat import Stand
from listener.settings.secrets import Secret
from listener.sources.discord_connection import DiscordConnection
from moderation.bot.call import bot_words
from moderation.bot.commands import commands
from moderation.bot.linking import Linking, link_command
from moderation.chatting import keep_chat
from moderation.ledger.bot import BotLedger
from moderation.ledger.bot_people import BotPeopleLedger
from moderation.model.object_kind import ObjectKind
from moderation.settings_bot import BotSettings
from moderation.workflows.link_discord import LinkDiscord
from tests.fakes.bot_house import BotHouse
from tests.fakes.bot_rig import QUICK, Rig, bot_on
from tests.fakes.discord_wire.forged import forgeries, send
from tests.fakes.discord_wire.people import BRAM, GUILD, OTHER_GUILD, User
from tests.fakes.discord_wire.wire import DiscordWire, discord_wire
from tests.fakes.house import AUTHOR, OURS
from tests.patience import PATIENCE_SECONDS, busy

ALL = [*commands(), link_command()]
NOT_COUNTED = {"bot_press", "bot_sync", "bot_code"}
"""What may differ without anything having been done: what can be pressed, and what the server was given."""


@asynccontextmanager
async def at_work(house: BotHouse) -> AsyncIterator[tuple[DiscordWire, Rig]]:
    """Run the house's bot at a Discord."""
    async with discord_wire() as wire, at_wire(wire, house) as rig:
        yield wire, rig


@asynccontextmanager
async def at_wire(wire: DiscordWire, house: BotHouse) -> AsyncIterator[Rig]:
    ledger, guilds = house.house.parts.listening.ledger, frozenset({GUILD})
    if not wire.book.commands:  # another Discord than that of the test before
        BotLedger(ledger.engine).forget_place(GUILD, at=house.house.clock.now())
    linked = LinkDiscord(BotPeopleLedger(ledger.engine), house.house.clock)
    answers = Linking(house.answers, linked, guilds=guilds, monotonic=time.monotonic)
    async with bot_on(wire, ledger, answers, commands=ALL) as rig:
        yield rig


def author(house: BotHouse, locale: str = "nl") -> User:
    return User(user_id=house.ids[AUTHOR], name="wie schrijft", locale=locale)


def state(house: BotHouse) -> dict[str, Any]:
    """Return every row of every table, but for what was shown to be pressed."""
    with house.house.parts.listening.ledger.engine.connect() as tx:
        tables = {table.name: [tuple(row) for row in tx.execute(select(table))] for table in metadata.sorted_tables}
    tables["meta"] = [row for row in tables["meta"] if row[0] != "bot.standing"]
    return {name: rows for name, rows in tables.items() if name not in NOT_COUNTED}


async def test_from_the_list_to_a_reply_that_leaves_and_back_after_a_restart(bot_house: BotHouse) -> None:
    """A morning's work: the issues, one of them, its conversation, an answer, Send; the button of before the restart still works."""
    me, case_id = author(bot_house), bot_house.new_case(holder="")
    async with discord_wire() as wire:
        async with at_wire(wire, bot_house):
            listed = await wire.slash("issues", user=me)
            assert "Kwesties" in listed.text
            opened = await wire.pick(listed.message, [str(bot_house.house.things[ObjectKind.ISSUE][OURS])], user=me)
            assert "#" in opened.text
            claimed = await wire.slash("claim", {"case": case_id}, user=me)
            assert claimed.ephemeral
            assert bot_house.holder(case_id) == AUTHOR
        reply, send_it = (bot_words("nl").text(key) for key in ("reply.title", "reply.send"))
        bot_house.restart()
        async with at_wire(wire, bot_house):
            form = await wire.press(claimed.message, reply, user=me)
            assert form.said["title"]
            shown = await wire.submit(form, {"text": "Wat vervelend dat het lekt. We kijken nu waar dat vandaan komt."}, user=me)
            assert bot_house.entries(case_id) == [], "nothing leaves by showing it"
            preview = next(one for one in (shown.message, *shown.follow_ups) if one and send_it in one.text)
            button = next(one["custom_id"] for one in preview.buttons if one.get("label") == send_it)
            for _ in range(2):
                await wire.press_id(preview, button, user=me)
                assert len(bot_house.entries(case_id)) == 1, "pressed twice, it leaves once (RULES F5)"
    assert wire.book.pings == []
    assert wire.book.refused == []
    assert [one for one in wire.book.messages.values() if not one.ephemeral] == [], "what customers wrote is for one pair of eyes"


async def test_it_lives_with_the_service_and_stops_with_it(bot_house: BotHouse, caplog: pytest.LogCaptureFixture) -> None:
    """As `klankbord run` keeps it: commands of ours alone, answers of the pages, how it stands in the ledger, and an end in time."""
    parts, stop = bot_house.house.parts, asyncio.Event()
    settings = parts.desk.settings.model_copy(update={"bot": BotSettings.model_validate({"enabled": True, "guilds": [GUILD]})})
    kept = BotLedger(parts.listening.ledger.engine)
    kept.forget_place(GUILD, at=bot_house.house.clock.now())
    link = LinkDiscord(BotPeopleLedger(parts.listening.ledger.engine), bot_house.house.clock)
    async with discord_wire() as wire:
        connection = DiscordConnection(lambda: Secret(wire.token), SystemClock(), tell=kept.keep_standing, pauses=QUICK)
        sending = replace(parts.sending, desk=replace(parts.desk, settings=settings))
        living = asyncio.create_task(keep_chat(replace(parts, sending=sending, discord=connection), bot_house.house.sign_in, stop))
        await wire.ready()
        await wire.gateway.until(lambda: GUILD in wire.book.commands)
        assert {one["name"] for one in wire.book.commands[GUILD]} == {one["name"] for one in ALL}
        stranger = await wire.slash("sources", user=BRAM)
        assert bot_words("nl").text("no.nobody") in stranger.text
        code = link.new_code(bot_house.house.people.named(AUTHOR).person_id, by=AUTHOR)
        assert bot_words("nl").text("link.done") in (await wire.slash("link", {"code": code}, user=BRAM)).text
        assert "Bronnen" in (await wire.slash("sources", user=BRAM)).text
        began = time.monotonic()
        stop.set()
        await asyncio.wait_for(living, timeout=PATIENCE_SECONDS)
        assert time.monotonic() - began < 4.0 * busy()
    link.unlink(bot_house.house.people.named(AUTHOR).person_id, by=AUTHOR)
    standing = kept.standing()
    assert standing is not None
    assert (standing.stand, standing.places) == (Stand.OFF, (GUILD, OTHER_GUILD))
    assert "ended" not in caplog.text


async def test_500_forged_frames_have_no_effect(bot_house: BotHouse) -> None:
    """Strangers, other servers, ids that were never made or were altered, bodies with holes: no row differs, nobody else sees a word."""
    me, drawn = author(bot_house), random.Random(20261126)
    bot_house.new_case()
    things = {kind.value: ids[OURS] for kind, ids in bot_house.house.things.items()}
    async with at_work(bot_house) as (wire, rig):
        asked = [await wire.slash(name, user=me) for name in ("issues", "outbox", "claim")]
        asked.append(await wire.slash("issue", {"issue": things["issue"]}, user=me))
        real = [(one.message, part["custom_id"]) for one in asked if one.message for part in one.buttons if "custom_id" in part]
        assert len(real) >= 4
        names = [one["name"] for one in ALL if one["name"] not in ("privacy", "forget-me")]  # those are anybody's
        before, public = state(bot_house), len([one for one in wire.book.messages.values() if not one.ephemeral])
        outcomes: Counter[tuple[str, bool]] = Counter()
        for forgery in forgeries(drawn, real, allowed=me, commands=names, count=500):
            sent = await send(wire, forgery)
            outcomes[forgery.what, bool(sent.answer)] += 1
            assert not any(one for one in (sent.message, *sent.follow_ups) if one is not None and not one.ephemeral), forgery
        assert "Kwesties" in (await wire.slash("issues", user=me)).text, "and the bot still answers whoever works here"
        assert state(bot_house) == before
        assert len([one for one in wire.book.messages.values() if not one.ephemeral]) == public == 0
        assert wire.book.pings == []
        assert len(wire.gateway.connections) == 1
        assert rig.connection.standing.stand.value == "connected"
    assert sum(outcomes.values()) == 500
    assert all(
        outcomes[what, True] for what in ("stranger", "elsewhere", "never made", "altered", "other kind", "other message", "command")
    )
