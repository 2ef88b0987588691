"""Every recorded frame of Discord's gateway goes over a real connection to the bot: no crash, no lost connection, and it still answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from listener.ledger.ledger import open_ledger
from tests.fakes.bot_rig import Echo, bot_on
from tests.fakes.discord_wire.people import GUILD
from tests.fakes.discord_wire.wire import discord_wire

pytestmark = pytest.mark.recordings

ENDS = frozenset({"RECONNECT", "INVALID_SESSION", "HELLO", "READY"})
"""What makes a client begin again, and is meant to."""


def frames(recordings: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (file, frame): most are whole frames, serenity's what stands in `d`, with the event in the file's name."""
    for path in sorted((recordings / "discord").rglob("*.json")):
        frame = json.loads(path.read_text(encoding="utf-8-sig"))
        if isinstance(frame, dict) and isinstance(frame.get("op"), int) and "d" in frame:
            yield path.name, frame
    for path in sorted((recordings / "discord" / "serenity-gateway-2017-2020").glob("*.json")):
        event = path.stem.rsplit("_", 1)[0].upper()
        yield path.name, {"op": 0, "t": event, "s": 1, "d": json.loads(path.read_text(encoding="utf-8-sig"))}


async def test_every_recorded_event_costs_nothing(recordings: Path, tmp_path: Path) -> None:
    """Events of seven years, some for intents that we never ask for: the same connection answers afterwards."""
    answers = Echo()
    events = [frame for _, frame in frames(recordings) if frame["op"] == 0 and frame["t"] not in ENDS]
    if not events:
        pytest.skip("no events of the gateway are among these recordings")
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        async with discord_wire() as wire, bot_on(wire, ledger, answers) as rig:
            session = next(iter(wire.gateway.sessions.values()))
            for frame in events:
                await session.send(frame["t"], frame["d"])
            assert "ask" in (await wire.slash("ask")).text
            assert GUILD in rig.connection.places
            assert (len(wire.gateway.connections), len(wire.book.identified)) == (1, 1)
    assert [one.name for one in answers.asked][-1] == "ask"


async def test_every_recorded_frame_that_ends_a_session_is_got_over(recordings: Path, tmp_path: Path) -> None:
    """Frames that ask for a new connection, or pretend to be a first one, each followed by a command that is answered."""
    ending = [frame for _, frame in frames(recordings) if frame.get("t") in ENDS or frame["op"] in (1, 7, 9, 11)]
    if not ending:
        pytest.skip("no frames that end a session are among these recordings")
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        async with discord_wire() as wire, bot_on(wire, ledger, Echo()) as rig:
            for frame in sorted(ending, key=lambda one: one.get("t") == "READY"):  # which says where to resume: nowhere that is
                await wire.gateway.send_raw(json.dumps(frame))
                tries = [await wire.slash("ask", seconds=0.5)]
                while not tries[-1].text and len(tries) < 10:  # asked while it begins again: whoever pressed presses once more
                    await rig.connected()
                    tries.append(await wire.slash("ask", seconds=0.5))
                assert "ask" in tries[-1].text, frame.get("t")
