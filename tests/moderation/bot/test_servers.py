"""The bot in its servers: commands are given once, taken away where it does not work any more, and nothing stays where it was sent away."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select

from listener.clock import SystemClock
from listener.errors import NotAllowed, NotSent, ProductError, PublishRejected, PublishUnknown
from listener.ledger.ledger import Ledger
from listener.model.chat import Stand, Standing
from listener.settings.secrets import Secret
from listener.sources.discord_connection import DiscordConnection
from moderation.bot.answering import Answering
from moderation.bot.bot import Bot
from moderation.bot.commands import commands
from moderation.bot.linking import link_command
from moderation.ledger.bot import BotLedger
from moderation.ledger.tables_bot import bot_message
from moderation.model.delivery import Picture
from tests.fakes.bot_rig import ASK, QUICK, Echo, bot_on
from tests.fakes.discord_wire.people import GUILD, ISSUES, OTHER_GUILD, PUBLIC, STAFF
from tests.fakes.discord_wire.wire import discord_wire
from tests.patience import PATIENCE_SECONDS

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
PNG = Picture(name="trend.png", png=b"\x89PNG\r\n", alt="A line that rises")


def keep_message(ledger: Ledger, guild_id: str) -> None:
    row = {
        "message_id": f"9{guild_id[1:]}",
        "guild_id": guild_id,
        "channel_id": STAFF,
        "kind": "digest",
        "about": "",
        "shown": "",
        "made_at": NOW,
    }
    with ledger.engine.begin() as tx:
        tx.execute(insert(bot_message), row)


def messages_kept(ledger: Ledger) -> set[str]:
    with ledger.engine.begin() as tx:
        return set(tx.execute(select(bot_message.c.guild_id)).scalars())


async def test_our_own_commands_are_taken_by_discord_in_both_languages(ledger: Ledger) -> None:
    """Names, lengths and orders are checked by the far side as Discord does; a set that it refuses would leave the bot mute."""
    ours = [*commands(), link_command()]
    async with discord_wire() as wire, bot_on(wire, ledger, Echo(), commands=ours):
        kept = {one["name"]: one for one in wire.book.commands[GUILD]}
    assert wire.book.refused == []
    assert set(kept) >= {
        "issues",
        "issue",
        "mentions",
        "claim",
        "reply",
        "status",
        "digest",
        "sources",
        "outbox",
        "actions",
        "privacy",
        "forget-me",
        "link",
    }
    assert {one["name_localizations"]["nl"] for one in kept.values() if "name_localizations" in one} >= {"kwesties", "vergeet-mij"}
    assert not any({"contexts", "integration_types"} & set(one) for one in wire.book.asked("PUT", "/commands")[0].body)


async def test_commands_are_given_to_our_servers_only_and_again_only_when_they_changed(ledger: Ledger) -> None:
    """Discord limits how often they may be given; and a server that is not ours gets none (RULES S25)."""
    async with discord_wire() as wire:
        for _ in range(2):
            async with bot_on(wire, ledger, Echo()):
                assert set(wire.book.commands) == {GUILD}
        assert len(wire.book.asked("PUT", "/commands")) == 1
        async with bot_on(wire, ledger, Echo(), commands=(ASK,)) as rig:
            await rig.until(lambda: len(wire.book.asked("PUT", "/commands")) == 2)
            assert [one["name"] for one in wire.book.commands[GUILD]] == ["ask"]


async def test_a_server_that_left_the_settings_loses_its_commands(ledger: Ledger) -> None:
    """Else people there would press what never answers."""
    async with discord_wire() as wire:
        async with bot_on(wire, ledger, Echo(), guilds=(GUILD, OTHER_GUILD)):
            assert set(wire.book.commands) == {GUILD, OTHER_GUILD}
        async with bot_on(wire, ledger, Echo()) as rig:
            await rig.until(lambda: wire.book.commands[OTHER_GUILD] == [])
            assert [one["name"] for one in wire.book.commands[GUILD]] == ["ask", "form"]


async def test_ended_while_commands_are_given_it_still_knows_that_a_server_has_some(ledger: Ledger) -> None:
    """Discord took them, and we ended before its answer: out of the settings that server would keep what never answers."""
    async with discord_wire() as wire:
        wire.fail("PUT", "/commands$", status=503, hang_seconds=30.0)
        async with bot_on(wire, ledger, Echo(), wait=False) as rig:
            await rig.until(lambda: GUILD in rig.ledger.synced())
        wire.book.commands[GUILD] = [ASK]  # what the request that hung left there
        async with bot_on(wire, ledger, Echo(), guilds=(OTHER_GUILD,)) as rig:
            await rig.until(lambda: wire.book.commands[GUILD] == [])


@pytest.mark.parametrize("status", [503, 429])
async def test_commands_are_given_after_an_outage_or_a_wait(ledger: Ledger, status: int) -> None:
    async with discord_wire() as wire:
        if status == 429:
            wire.limits.too_many("PUT", "/commands$", 0.05, times=2)
        else:
            wire.fail("PUT", "/commands$", status=503, times=2)
        async with bot_on(wire, ledger, Echo()):
            assert [one.status for one in wire.book.asked("PUT", "/commands")] == [status, status, 200]
        assert wire.book.too_soon == []


async def test_commands_that_are_refused_are_not_tried_again_and_the_rest_goes_on(ledger: Ledger) -> None:
    """Invited without the right to bring commands, for instance: a person has to invite it again, and finds the code."""
    async with discord_wire() as wire:
        wire.fail("PUT", "/commands$", status=403, body={"code": 50001, "message": "Missing Access"}, times=9)
        async with bot_on(wire, ledger, Echo(), wait=False) as rig:
            await rig.until(lambda: GUILD in rig.ledger.synced())
            await asyncio.sleep(0.05)
            assert rig.ledger.synced()[GUILD].refused == "50001"
            # once for the connection, and once more for the server when the first answer is there before Discord names it
            assert len(wire.book.asked("PUT", "/commands")) in (1, 2)
            assert rig.connection.standing.stand is Stand.CONNECTED


async def test_sent_away_it_stops_there_and_forgets_what_was_there(ledger: Ledger) -> None:
    """Nothing of a server is kept that does not want us (RULES S24)."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        keep_message(ledger, GUILD)
        await wire.leave(GUILD)
        await rig.until(lambda: not rig.ledger.places())
        assert rig.connection.standing.places == (OTHER_GUILD,)
        with pytest.raises(NotSent):
            await rig.channels.post(STAFF, {"content": "a line"})
        await wire.join(GUILD)
        await rig.until(lambda: GUILD in wire.book.commands)


async def test_sent_away_while_nobody_listened_it_forgets_at_the_next_start(ledger: Ledger) -> None:
    keep_message(ledger, OTHER_GUILD)
    async with discord_wire() as wire:
        async with bot_on(wire, ledger, Echo()):
            pass
        keep_message(ledger, GUILD)
        wire.guilds.pop(GUILD)
        wire.tell_ready()
        async with bot_on(wire, ledger, Echo(), wait=False) as rig:
            await rig.until(lambda: messages_kept(ledger) == {OTHER_GUILD})
            assert rig.ledger.synced() == {}


async def test_a_connection_that_ends_while_it_is_noted_makes_nobody_forget_a_server(ledger: Ledger) -> None:
    """A ledger that is busy for seconds just then cost every thread and message we had: each issue was told of once more."""
    async with discord_wire() as wire:
        kept, stop = BotLedger(ledger.engine), asyncio.Event()
        async with bot_on(wire, ledger, Echo()):
            pass
        before = kept.places()
        loop = asyncio.get_running_loop()

        def busy(standing: Standing) -> None:
            if standing.stand is Stand.CONNECTED:
                loop.call_soon_threadsafe(stop.set)
                time.sleep(0.2)

        connection = DiscordConnection(lambda: Secret(wire.token), SystemClock(), tell=busy, pauses=QUICK)
        bot = Bot(connection, kept, Answering(connection, Echo()), SystemClock(), guilds=frozenset((GUILD,)), commands=(ASK,))
        connection.attach(bot)
        await asyncio.wait_for(connection.run(stop), PATIENCE_SECONDS)
        await asyncio.sleep(0.3)
        await bot.close()
    assert before == frozenset((GUILD,))
    assert kept.places() == before


async def test_a_server_that_is_down_is_not_forgotten(ledger: Ledger) -> None:
    """An outage at Discord looks like leaving, but for one word."""
    keep_message(ledger, GUILD)
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        await wire.gateway.dispatch("GUILD_DELETE", {"id": GUILD, "unavailable": True})
        assert "ask" in (await wire.slash("ask")).text
        assert messages_kept(ledger) == {GUILD}
        assert GUILD in rig.connection.places


# a channel, why nothing is written there, and the error that says so
CLOSED: tuple[tuple[str, str, type[ProductError]], ...] = (
    (PUBLIC, "everyone", NotAllowed),  # whoever is in the server reads it
    ("1170000000000000999", "unseen", NotSent),  # no such channel, or hidden from us
)


@pytest.mark.parametrize(("channel", "why", "error"), CLOSED)
async def test_only_the_teams_own_channels_are_written_in(ledger: Ledger, channel: str, why: str, error: type[ProductError]) -> None:
    """Digests quote customers; a channel that everybody reads is no place for them (RULES: quotes, S25)."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        assert rig.channels.why_not(channel) == why
        with pytest.raises(error):
            await rig.channels.post(channel, {"content": "a line"})
        with pytest.raises(error):
            await rig.channels.start_thread(channel, "1", "A thread")
        assert wire.book.messages == {}


async def test_why_a_channel_receives_nothing_can_be_read_elsewhere(ledger: Ledger) -> None:
    """`doctor` refuses a channel that everybody reads, before the first digest goes nowhere."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo(), watched=(STAFF, PUBLIC, "1170000000000000999")) as rig:
        await rig.until(rig.ledger.channels)
        assert rig.ledger.channels() == {STAFF: "", PUBLIC: "everyone", "1170000000000000999": "unseen"}


async def test_a_server_that_is_not_ours_receives_nothing(ledger: Ledger) -> None:
    async with discord_wire() as wire, bot_on(wire, ledger, Echo(), guilds=(OTHER_GUILD,)) as rig:
        assert rig.channels.why_not(STAFF) == "server"
        with pytest.raises(NotAllowed):
            await rig.channels.post(STAFF, {"content": "a line"})


async def test_a_message_stands_once_also_when_its_answer_was_lost(ledger: Ledger) -> None:
    """Discord knows a message again by its nonce: sending it a second time gives the first."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        wire.fail("POST", "^/channels/", status=503, after=True)
        with pytest.raises(PublishUnknown):
            await rig.channels.post(STAFF, {"content": "a line"}, nonce="digest-2026-11-26")
        message_id = await rig.channels.post(STAFF, {"content": "a line"}, nonce="digest-2026-11-26")
        assert [one.message_id for one in wire.book.standing(STAFF)] == [message_id]


async def test_messages_are_edited_with_their_pictures_and_ring_nobody(ledger: Ledger) -> None:
    """An issue's message follows the issue; whatever its title says, nobody's telephone rings (RULES S22)."""
    loud: dict[str, Any] = {
        "content": "@everyone <@1160000000000000001> <@&1170000000000000301>",
        "allowed_mentions": {"parse": ["everyone"]},
    }
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        message_id = await rig.channels.post(ISSUES, loud, pictures=(PNG,))
        message = wire.book.messages[message_id]
        assert message.files == {"trend.png": PNG.png}
        await rig.channels.edit(ISSUES, message_id, {**loud, "content": "@here"})
        assert (message.said["content"], message.files, message.edits) == ("@here", {}, 1)
        assert wire.book.pings == []


async def test_a_thread_is_started_once_named_anew_and_put_away(ledger: Ledger) -> None:
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        message_id = await rig.channels.post(ISSUES, {"content": "An issue"})
        thread_id = await rig.channels.start_thread(ISSUES, message_id, "Storing" * 30)
        assert await rig.channels.start_thread(ISSUES, message_id, "Storing") == thread_id == message_id
        await wire.gateway.dispatch("THREAD_CREATE", wire.rest.place(thread_id)[1] | {"newly_created": True})
        await rig.until(lambda: rig.channels.why_not(thread_id) == "")
        line = await rig.channels.post(thread_id, {"content": "It grows"})
        assert [one.message_id for one in wire.book.standing(thread_id)] == [line]
        await rig.channels.change_thread(thread_id, name="Storing voorbij", archived=True)
        thread = wire.rest.place(thread_id)[1]
        assert (thread["name"], thread["thread_metadata"]["archived"]) == ("Storing voorbij", True)
        assert len(wire.book.threads) == 1


async def test_what_discord_refuses_says_why(ledger: Ledger) -> None:
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        wire.rest.closed.add(STAFF)
        with pytest.raises(PublishRejected) as closed:
            await rig.channels.post(STAFF, {"content": "a line"})
        with pytest.raises(PublishRejected) as gone:
            await rig.channels.edit(ISSUES, "1170000000000000777", {"content": "a line"})
    assert (closed.value.why, gone.value.why) == ("forbidden", "gone")


async def test_without_a_connection_nothing_is_sent(ledger: Ledger) -> None:
    async with discord_wire() as wire, bot_on(wire, ledger, Echo(), token="", wait=False) as rig:
        with pytest.raises(NotSent):
            await rig.connection.request("POST", "/channels/{channel_id}/messages", body={"content": "x"}, channel_id=STAFF)
        assert wire.book.requests == []
