"""Listening on a real Matrix homeserver: what people say in rooms is in our ledger, as often as they said it and as they last wrote it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from listener.clock import SystemClock
from listener.sources.http import HttpClient
from listener.sources.matrix import MatrixSource
from tests.servers.listening import listening
from tests.servers.synapse import Synapse, User


def _source(server: Synapse, reader: User, http: HttpClient, *rooms: str) -> MatrixSource:
    return MatrixSource(
        "matrix",
        server.url,
        token=lambda: reader.token,
        http=http,
        clock=SystemClock(),
        rooms=rooms,
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
        assert (done.new, other in done.gap) == (3, True)
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
