"""The connection to Discord: it stays, it resumes, it waits when told, and it always says how it stands."""

from __future__ import annotations

import asyncio
import logging

import pytest

from listener.ledger.ledger import Ledger
from listener.model.chat import Stand, Standing
from tests.fakes.bot_rig import Echo, bot_on
from tests.fakes.discord_wire.gateway import BAD_INTENTS, CONTENT, GUILDS
from tests.fakes.discord_wire.people import APPLICATION, GUILD, ISSUES, OTHER_GUILD, PUBLIC, STAFF, TOKEN
from tests.fakes.discord_wire.wire import discord_wire
from tests.patience import busy

OTHER_TOKEN = TOKEN[:-4] + "bbbb"


class Listens:
    """Wants to read messages, as a source of messages will."""

    intents = frozenset({"guild_messages", "message_content"})

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def connected(self) -> None:
        self.heard.append("connected")

    async def joined(self, guild_id: str) -> None:
        self.heard.append(f"joined {guild_id}")

    async def left(self, guild_id: str) -> None:
        self.heard.append(f"left {guild_id}")

    async def interaction(self, body: object) -> None:
        raise RuntimeError("whoever fails keeps nothing from the others")

    async def stood(self, standing: Standing) -> None:
        self.heard.append(f"stands {standing.stand.value}")

    async def message(self, event: str, body: object) -> None:
        self.heard.append(event)


async def test_it_connects_with_least_intents_over_one_compressed_connection(ledger: Ledger) -> None:
    """Servers alone: no member, no presence, no message of anybody is asked for; and one connection carries it all."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        assert [one["intents"] for one in wire.book.identified] == [GUILDS]
        assert len(wire.gateway.connections) == 1
        assert wire.gateway.connections[0].compressed
        assert rig.connection.standing.stand is Stand.CONNECTED
        assert rig.connection.standing.places == (GUILD, OTHER_GUILD)
        assert rig.connection.standing.application_id == APPLICATION
        assert not rig.connection.sees_texts
        assert rig.ledger.standing() == rig.connection.standing, "who looks from another process sees the same"


async def test_heartbeats_go_on_and_are_given_when_asked_for(ledger: Ledger) -> None:
    """Without them Discord ends the connection."""
    async with discord_wire(beat_seconds=0.05) as wire, bot_on(wire, ledger, Echo()) as rig:
        await rig.until(lambda: wire.book.beats >= 4)
        before = wire.book.beats
        for _ in range(3):
            await wire.gateway.send_raw('{"op": 1, "d": null, "s": null, "t": null}')
        await rig.until(lambda: wire.book.beats >= before + 3)
        assert wire.book.closed == []


@pytest.mark.parametrize("how", ["op 7", "op 9 resumable", "close 4000", "close 1001", "cut"])
async def test_a_lost_connection_is_resumed_and_what_happened_meanwhile_is_heard_once(ledger: Ledger, how: str) -> None:
    """What colleagues press while the line is down is answered when it is back; nobody's press counts twice."""
    answers = Echo()
    async with discord_wire() as wire, bot_on(wire, ledger, answers) as rig:
        await wire.slash("ask")
        session = next(iter(wire.gateway.sessions.values()))
        lost, session.connection = session.connection, None  # what is sent now waits for the resume
        waiting = asyncio.create_task(wire.slash("ask", {"n": 2}))
        await asyncio.sleep(0)
        session.connection = lost
        await {
            "op 7": wire.gateway.ask_reconnect,
            "op 9 resumable": lambda: wire.gateway.invalidate(resumable=True),
            "close 4000": lambda: wire.gateway.close_all(4000),
            "close 1001": lambda: wire.gateway.close_all(1001),
            "cut": wire.gateway.cut_softly,
        }[how]()
        assert (await waiting).text.count("ask {'n': '2'}") == 1
        assert (len(wire.book.identified), len(wire.book.resumed)) == (1, 1)
        await rig.connected()
        await wire.slash("ask", {"n": 3})
        assert [dict(one.options) for one in answers.asked] == [{}, {"n": "2"}, {"n": "3"}]


async def test_an_event_that_is_replayed_although_it_was_heard_has_one_effect(ledger: Ledger) -> None:
    """A server that replays from too early, as may happen after a loss, doubles nothing (RULES F6)."""
    answers = Echo()
    async with discord_wire() as wire, bot_on(wire, ledger, answers) as rig:
        asked = await wire.slash("ask")
        frame = next(one for one in next(iter(wire.gateway.sessions.values())).sent if one["t"] == "INTERACTION_CREATE")
        for _ in range(5):
            await wire.gateway.dispatch("INTERACTION_CREATE", frame["d"])
        await wire.slash("ask", {"n": 2})
        assert asked.text.count("ask") == 1
        assert len(answers.asked) == 2
        assert rig.wire.book.refused == []


@pytest.mark.parametrize("closed", [True, False], ids=["resume refused", "op 9"])
async def test_a_session_that_cannot_be_resumed_is_begun_anew(ledger: Ledger, closed: bool) -> None:
    """Discord keeps sessions for minutes; after that the bot simply begins again."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        if closed:
            wire.gateway.resumes_are_invalid = True
            await wire.gateway.close_all(4000)
        else:
            await wire.gateway.invalidate(resumable=False)
        await rig.until(lambda: len(wire.book.identified) == 2)
        await rig.connected()
        assert "ask" in (await wire.slash("ask")).text
        assert len(wire.book.asked("PUT", "/commands")) == 1, "the same commands are not given again"


async def test_connections_that_end_at_once_become_rare_and_are_begun_anew(ledger: Ledger) -> None:
    """A resume that Discord never takes must neither be tried for ever nor as fast as the machine can (RULES F17)."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        wire.gateway.resumes_close = 4007
        await wire.gateway.close_all(4000)
        await rig.until(lambda: len(wire.book.identified) == 2)
        assert 3 <= len(wire.book.resumed) <= 6
        assert Stand.LOST in {one.stand for one in rig.told}, "and whoever asks meanwhile hears so"
        wire.gateway.resumes_close = 0
        await rig.connected()
        assert "ask" in (await wire.slash("ask")).text


async def test_an_address_to_resume_at_that_is_gone_is_given_up(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library resumes where READY said, for ever; when nobody is there any more, the bot begins anew at the front door."""
    monkeypatch.setattr("discord.client.ExponentialBackoff.delay", lambda _: 0.0)
    async with discord_wire() as wire:
        wire.resume_at = "ws://127.0.0.1:9/gateway"
        wire.tell_ready()
        async with bot_on(wire, ledger, Echo()) as rig:
            wire.resume_at = ""
            wire.tell_ready()
            await wire.gateway.close_all(4000)
            await rig.until(lambda: len(wire.book.identified) == 2)
            await rig.connected()
            assert "ask" in (await wire.slash("ask")).text


async def test_a_wrong_token_is_tried_once_and_a_right_one_is_taken_up(ledger: Ledger) -> None:
    """Ten thousand refused requests in ten minutes would ban the house's address (RULES F19); a mended token needs no restart."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo(), token=OTHER_TOKEN, wait=False) as rig:
        await rig.until(lambda: rig.connection.standing.stand is Stand.BAD_TOKEN)
        await asyncio.sleep(0.1)  # ten looks at the token
        assert len(wire.book.requests) == 1
        rig.token.append(wire.token)
        await rig.connected()
        assert "ask" in (await wire.slash("ask")).text


async def test_a_token_that_is_revoked_is_not_tried_again(ledger: Ledger) -> None:
    """The gateway says so with close code 4004."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        wire.gateway.refuses_close = 4004
        await wire.gateway.invalidate(resumable=False)
        await rig.until(lambda: rig.connection.standing.stand is Stand.BAD_TOKEN)
        tried = len(wire.book.identified)
        await asyncio.sleep(0.1)
        assert len(wire.book.identified) == tried == 2


async def test_without_a_token_it_waits_for_one(ledger: Ledger) -> None:
    """Somebody may set it while the service runs."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo(), token="", wait=False) as rig:
        await rig.until(lambda: rig.connection.standing.stand is Stand.NO_TOKEN)
        assert wire.book.requests == []
        rig.token.append(wire.token)
        await rig.connected()


@pytest.mark.parametrize("code", [4014, BAD_INTENTS])
async def test_intents_that_discord_refuses_are_done_without(ledger: Ledger, code: int) -> None:
    """Commands and presses need none; what cannot be seen is said (RULES P16)."""
    answers, source = Echo(), Listens()
    async with discord_wire() as wire, bot_on(wire, ledger, answers, wait=False, attach=source) as rig:
        wire.gateway.allowed_intents = GUILDS | 1 << 9
        wire.gateway.intents_close = code
        await rig.connected()
        await rig.until(lambda: GUILD in wire.book.commands)
        assert [bool(one["intents"] & CONTENT) for one in wire.book.identified] == [True, False]
        assert rig.connection.standing.denied == ("message_content",)
        assert not rig.connection.sees_texts
        assert "ask" in (await wire.slash("ask")).text
        await rig.until(lambda: source.heard.count("connected") == 1)


async def test_intents_that_are_granted_are_used(ledger: Ledger) -> None:
    """The twin of the case above: the wish is what opens the eyes."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo(), attach=Listens()) as rig:
        assert rig.connection.sees_texts
        assert rig.connection.standing.sees_texts
        assert rig.connection.standing.denied == ()


@pytest.mark.parametrize("status", [500, 503, 404], ids=["error", "unavailable", "page of a proxy"])
async def test_an_outage_at_the_start_is_waited_out(ledger: Ledger, status: int) -> None:
    """The service starts anyway (RULES F38); the bot comes when Discord does."""
    async with discord_wire() as wire:
        wire.fail("GET", "^/users/@me", status=503, times=2)
        wire.fail("GET", "^/oauth2", status=status if status != 500 else 503, body="<html>", times=1)
        async with bot_on(wire, ledger, Echo()) as rig:
            assert {Stand.UNREACHABLE, Stand.CONNECTED} <= {one.stand for one in rig.told}


@pytest.mark.parametrize("via", [True, False], ids=["discord", "in front of it"])
async def test_a_long_wait_is_kept_and_said(ledger: Ledger, via: bool) -> None:
    """A 429 of an hour is no reason to ask again, nor to be silent about it (RULES F16)."""
    async with discord_wire() as wire:
        if via:
            wire.limits.too_many("GET", "^/users/@me", 3600.0)
        else:
            wire.fail("GET", "^/users/@me", status=429, body="<html>", headers={"Retry-After": "840"})
        async with bot_on(wire, ledger, Echo(), wait=False) as rig:
            await rig.until(lambda: rig.connection.standing.stand is Stand.LIMITED)
            await asyncio.sleep(0.05)
            assert rig.connection.standing.wait_seconds == (3600.0 if via else 840.0)
            assert len(wire.book.requests) == 1


async def test_frames_that_cannot_be_read_cost_themselves_only(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    """A change at Discord, or nonsense, is no reason to go deaf; and a frame's content reaches no log (RULES F24, S29)."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        for body in ({}, {"id": "canary-7"}, {"guild_id": GUILD, "id": "x"}, {"id": None, "author": 3}):
            for event in ("MESSAGE_CREATE", "GUILD_CREATE", "CHANNEL_UPDATE", "INTERACTION_CREATE", "GUILD_ROLE_DELETE", "NEWER_THAN_US"):
                await next(iter(wire.gateway.sessions.values())).send(event, body)
        assert "ask" in (await wire.slash("ask")).text
        assert len(wire.gateway.connections) == 1
        assert rig.connection.standing.stand is Stand.CONNECTED
    assert "canary" not in caplog.text


@pytest.mark.parametrize("text", ["[]", "3", "{", '{"op": "x"}', '{"op": 10, "d": {}}', '{"op": 0, "t": "READY", "s": 1, "d": {}}'])
async def test_what_is_no_frame_at_all_costs_a_connection_and_no_more(ledger: Ledger, text: str) -> None:
    """Whatever stands between us and Discord may say anything."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        await wire.gateway.send_raw(text)
        await asyncio.sleep(0.02)
        await rig.connected()
        assert "ask" in (await wire.slash("ask")).text


async def test_it_stops_at_once_also_in_the_middle_of_things(ledger: Ledger) -> None:
    """The service has ten seconds to stop (RULES F37); nobody waits for Discord."""
    async with discord_wire() as wire:
        wire.fail("GET", "^/users/@me", status=503, hang_seconds=30.0)
        async with bot_on(wire, ledger, Echo(), wait=False) as rig:
            await rig.until(lambda: rig.connection.standing.stand is Stand.CONNECTING)
            began = asyncio.get_running_loop().time()
            rig.stop.set()
            await rig.running
            assert asyncio.get_running_loop().time() - began < 2.5 * busy()
            assert rig.connection.standing.stand is Stand.OFF


async def test_how_it_stands_can_be_read_back_or_is_nothing(ledger: Ledger) -> None:
    """`doctor` reads it in another process, perhaps of another version."""
    from listener.model.chat import standing_of

    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        standing = rig.connection.standing
    assert standing_of(standing.written()) == standing
    broken = ("", "{", "[]", "3", "{}", standing.written().replace("connected", "elsewhere"), standing.written()[:-1] + ', "new": 1}')
    assert [standing_of(text) for text in (None, *broken)] == [None] * 8
    assert isinstance(standing, Standing)


async def test_the_token_reaches_no_log(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    """Not when all is well, not when everything fails (RULES S29)."""
    caplog.set_level(logging.DEBUG, logger="listener")
    caplog.set_level(logging.DEBUG, logger="moderation")
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        asked = await wire.slash("ask")
        wire.fail("PATCH", "^/webhooks", status=503, times=3)
        await wire.slash("ask", seconds=1.0)
        wire.gateway.refuses_close = 4004
        await wire.gateway.invalidate(resumable=False)
        await rig.until(lambda: rig.connection.standing.stand is Stand.BAD_TOKEN)
    assert TOKEN not in caplog.text
    assert asked.token not in caplog.text
    assert repr(rig.told).count(TOKEN) == 0


async def test_channels_are_seen_with_who_reads_and_who_writes_there(ledger: Ledger) -> None:
    """Whether a channel is the team's own is a fact of Discord's, looked at when something is written."""
    async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
        places = {one: rig.connection.place(one) for one in (STAFF, ISSUES, PUBLIC, "1", "x", "")}
    assert [one.everyone_reads if one else None for one in places.values()] == [False, False, True, None, None, None]
    staff = places[STAFF]
    assert staff is not None
    assert (staff.guild_id, staff.name, staff.may_write) == (GUILD, "webcare-team", True)
