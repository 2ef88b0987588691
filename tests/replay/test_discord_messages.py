"""Messages that others recorded of Discord, answered to our source: nothing raises, and what is left out has a reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from listener.clock import ManualClock
from listener.sources.discord import DiscordSource
from listener.sources.discord_items import is_said
from listener.sources.discord_rest import DiscordRest
from tests.replay.exchanges import answered_by, recordings_of, things

pytestmark = pytest.mark.recordings

GUILD, CHANNEL = "1170000000000000001", "1170000000000000103"


def _messages(path: Path) -> list[dict[str, Any]]:
    """Return every message in a recording: frames of the gateway and objects of the HTTP API hold the same ones."""
    return things(json.loads(path.read_text(encoding="utf-8-sig")), lambda one: {"id", "content", "channel_id", "timestamp"} <= one.keys())


async def test_recorded_messages_come_through_the_source(recordings: Path) -> None:
    """The list of a channel, answered as Discord answers it: what people wrote comes out, notices of Discord's own do not."""
    held = [one for path in recordings_of(recordings / "discord", ".json") for one in _messages(path)]
    if not held:
        pytest.skip("no messages are among these recordings")
    by_id = {one["id"]: one for one in sorted(held, key=is_said)}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/messages"):
            after = int(request.url.params["after"])
            return httpx.Response(200, json=[one for one in by_id.values() if int(one["id"]) > after])
        if "threads" in request.url.path:
            return httpx.Response(200, json={"threads": [], "members": [], "has_more": False})
        return httpx.Response(200, json={"id": CHANNEL, "guild_id": GUILD, "type": 0})

    clock = ManualClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
    async with answered_by(answer, clock) as http:
        rest = DiscordRest(token=lambda: "a-token", http=http)
        source = DiscordSource("discord", rest, channels=[CHANNEL], clock=clock, look_back=timedelta(days=9_000))
        page = await source.pull(None)
    said = {one["id"] for one in by_id.values() if is_said(one) and one["content"]}
    assert {one.native_id for one in page.mentions} == said
