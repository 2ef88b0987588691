"""Listening on a real Matrix homeserver: what people say in rooms is in our ledger, as often as they said it and as they last wrote it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from listener.clock import SystemClock
from listener.model.page import Cursor
from listener.sources.http import HttpClient
from listener.sources.matrix import MatrixSource
from tests.servers.listening import listening
from tests.servers.synapse import Synapse, User


def _source(server: Synapse, reader: User, http: HttpClient, *rooms: str, public_rooms: tuple[str, ...] = ()) -> MatrixSource:
    return MatrixSource(
        "matrix",
        server.url,
        token=lambda: reader.token,
        http=http,
        clock=SystemClock(),
        rooms=rooms,
        public_rooms=public_rooms,
        in_private_to="Stroomwerk",
        look_back=timedelta(hours=1),
        allow_http=True,
        allow_private=True,
    )


async def test_a_hundred_and_thirty_messages_in_a_burst_are_as_many_mentions(synapse: Synapse, tmp_path: Path) -> None:
    """A sync shows the newest hundred; the rest is paged. Some were said before we came."""
    kim, reader = synapse.user("kim"), synapse.user("lezer")
    room = synapse.room(kim, reader)
    said = {synapse.say(kim, room, f"storing {number}") for number in range(10)}
    async with listening(tmp_path) as (ear, http):
        source = _source(synapse, reader, http, room)
        assert (await ear.round(source)).new == 10
        said |= {synapse.say(kim, room, f"nog een storing {number}") for number in range(130)}
        done = await ear.round(source)
        assert (done.new, done.gap) == (130, "")
        assert ear.heard().keys() == said
        assert (await ear.round(source)).seen == 0


async def test_edits_redactions_threads_and_closed_rooms(synapse: Synapse, tmp_path: Path) -> None:
    """As the room's own people see them."""
    kim, bas, reader = synapse.user("kim"), synapse.user("bas"), synapse.user("lezer")
    room, other = synapse.room(kim, bas, reader), synapse.room(kim)
    send = f"/_matrix/client/v3/rooms/{quote(room)}/send/m.room.message"
    first, gone = synapse.say(kim, room, "Storing?"), synapse.say(bas, room, "onzin")
    answer: dict[str, object] = {"msgtype": "m.text", "body": "Hier ook", "m.relates_to": {"m.in_reply_to": {"event_id": first}}}
    second = str(synapse.ask(bas, "PUT", f"{send}/a1", answer)["event_id"])
    async with listening(tmp_path) as (ear, http):
        source = _source(synapse, reader, http, room, other)
        done = await ear.round(source)
        assert (done.new, [one.name for one in done.lost]) == (3, [other])
        below = {"rel_type": "m.thread", "event_id": first, "is_falling_back": True, "m.in_reply_to": {"event_id": first}}
        third = str(synapse.ask(bas, "PUT", f"{send}/a2", {"msgtype": "m.text", "body": "In de draad", "m.relates_to": below})["event_id"])
        new = {"msgtype": "m.text", "body": "Storing in de Vogelbuurt?"}
        edit: dict[str, object] = {
            "msgtype": "m.text",
            "body": "* …",
            "m.new_content": new,
            "m.relates_to": {"rel_type": "m.replace", "event_id": first},
        }
        synapse.ask(kim, "PUT", f"{send}/a3", edit)
        synapse.ask(bas, "PUT", f"/_matrix/client/v3/rooms/{quote(room)}/redact/{quote(gone)}/r1", {})
        done = await ear.round(source)
        assert (done.new, done.edited, done.removed) == (1, 1, 1)
        heard = {one: (held.mention.text, held.mention.parent_id, held.mention.root_id) for one, held in ear.heard().items()}
        assert heard == {
            first: ("Storing in de Vogelbuurt?", "", ""),
            second: ("Hier ook", first, first),
            third: ("In de draad", first, first),
        }
        author = ear.heard()[first].mention.author
        assert author is not None
        assert author.key == f"matrix/localhost/{kim.user_id}"
        hidden: dict[str, object] = {
            "algorithm": "m.megolm.v1.aes-sha2",
            "ciphertext": "x",
            "session_id": "y",
            "sender_key": "z",
            "device_id": "d",
        }
        synapse.ask(kim, "PUT", f"/_matrix/client/v3/rooms/{quote(room)}/send/m.room.encrypted/e1", hidden)
        done = await ear.round(source)
        assert (done.new, done.skipped, "encrypted" in done.gap) == (0, 1, True)


async def test_what_is_said_in_a_direct_room_is_private_and_one_conversation(synapse: Synapse, tmp_path: Path) -> None:
    """A public room beside it stays public, until it is closed; what was said before that stays what it was. Read by every kind of sync."""
    kim, bas, reader = synapse.user("kim"), synapse.user("bas"), synapse.user("lezer")
    public, direct = synapse.room(kim, bas, reader), synapse.direct(kim, reader)
    async with listening(tmp_path) as (ear, http):
        source = _source(synapse, reader, http)
        synapse.say(bas, public, "Storing?")
        synapse.say(kim, direct, "Mijn rekening klopt niet")
        await ear.round(source)
        synapse.say(reader, direct, "Dag Kim")
        for number in range(120):
            synapse.say(kim, direct, f"nog iets {number}")
        await ear.round(_source(synapse, reader, http))
        synapse.let_in(kim, public, "invite")
        synapse.say(bas, public, "nu onder ons")
        await ear.round(source)
        heard = {one.mention.text: one for one in ear.heard().values()}
        assert len(heard) == 124
        assert {text for text, one in heard.items() if not one.private} == {"Storing?"}
        of_direct = [one for one in heard.values() if one.mention.realm == direct]
        assert len(of_direct) == 122
        assert {(one.mention.channel, one.mention.root_id) for one in of_direct} == {("matrix", direct)}
        assert {(hit.brand, hit.directed) for one in of_direct for hit in one.hits} == {("Stroomwerk", True)}
        assert (heard["nu onder ons"].mention.root_id, heard["nu onder ons"].hits) == ("", ())


async def test_a_direct_room_that_is_opened_keeps_what_was_said_in_it(synapse: Synapse, tmp_path: Path) -> None:
    """Before the change is private, also what a sync leaves out; a cursor of an older version learns how rooms are."""
    kim, reader = synapse.user("kim"), synapse.user("lezer")
    direct, _beside = synapse.direct(kim, reader), synapse.room(kim, reader)
    async with listening(tmp_path) as (_, http):
        source = _source(synapse, reader, http)
        start = (await source.pull(None)).next
        assert start is not None
        old = {name: value for name, value in json.loads(start).items() if name not in ("open", "direct")}
        for number in range(60):
            synapse.say(kim, direct, f"voor {number}")
        synapse.let_in(kim, direct, "public")
        for number in range(60):
            synapse.say(kim, direct, f"na {number}")
        named = _source(synapse, reader, http, direct)  # asks otherwise: the server answers the same first sync as it did just now
        for looking, cursor in ((source, start), (source, Cursor(json.dumps(old))), (named, None)):
            read: dict[str, str] = {}
            at = cursor
            while True:
                page = await looking.pull(at)
                read |= {one.text: one.channel for one in page.mentions}
                at = page.next
                if not page.more:
                    break
            assert len(read) == 120
            assert {channel for text, channel in read.items() if text.startswith("voor")} == {"matrix"}
            assert {channel for text, channel in read.items() if text.startswith("na")} == {""}


async def test_a_room_that_settings_call_public_or_the_account_calls_direct_is_what_they_say(synapse: Synapse, tmp_path: Path) -> None:
    kim, reader = synapse.user("kim"), synapse.user("lezer")
    club, open_to_all = synapse.direct(kim, reader), synapse.room(kim, reader)
    marks = f"/_matrix/client/v3/user/{quote(reader.user_id)}/account_data/m.direct"
    async with listening(tmp_path) as (ear, http):
        source = _source(synapse, reader, http, public_rooms=(club,))
        synapse.say(kim, club, "in de club")
        synapse.say(kim, open_to_all, "voor iedereen")
        await ear.round(source)
        synapse.ask(reader, "PUT", marks, {kim.user_id: [club, open_to_all]})
        synapse.say(kim, club, "nog in de club")
        synapse.say(kim, open_to_all, "voor ons")
        await ear.round(source)
        synapse.say(kim, open_to_all, "ook voor ons")
        await ear.round(_source(synapse, reader, http, public_rooms=(club,)))
        private = {one.mention.text: one.private for one in ear.heard().values()}
        assert private == {
            "in de club": False,
            "voor iedereen": False,
            "nog in de club": False,
            "voor ons": True,
            "ook voor ons": True,
        }
