"""The burst itself: half of it is said in a room that the product reads, half is posted to it signed, each at its moment whatever waits."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp

from tests.bench.burst_home import CRM, Key, Reader, text_of
from tests.fakes.calling import as_ours, raw
from tests.fakes.matrix import FakeMatrix

AGAIN_SECONDS = 2.0
"""How soon our system sends again what was not acknowledged."""
MOST_SECONDS = 600.0
"""After so long it gives up."""
ANSWER_SECONDS = 30.0
CONNECTIONS = 64
PEOPLE = 4
"""So many messages of the burst are by one person."""


@dataclass
class Flood:
    """What was sent so far and what came of it. `acknowledged`: seconds from the moment it was due until our system was told 200."""

    sent: set[Key] = field(default_factory=set)
    acknowledged: list[float] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    """Ids that were acknowledged while the ledger did not hold them."""
    refused: Counter[str] = field(default_factory=Counter)
    """Answers other than 200, by status, and connections that broke; each was sent again."""
    given_up: list[str] = field(default_factory=list)
    seconds: float = 0.0
    """How long it took to send everything, without the answers."""


async def flood(address: str, room: FakeMatrix, reader: Reader, *, rate: float, count: int, so_far: Flood) -> None:
    """Send `count` mentions, `rate` a second, and wait for the answers. Whoever is late makes nobody else late: each has its moment."""
    began = time.monotonic()
    calling = aiohttp.ClientSession(
        base_url=address, timeout=aiohttp.ClientTimeout(ANSWER_SECONDS), connector=aiohttp.TCPConnector(limit=CONNECTIONS)
    )
    async with calling as client, asyncio.TaskGroup() as all_of:
        for number in range(1, count + 1):
            due = began + (number - 1) / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if number % 2:
                who = f"@p{number // (2 * PEOPLE)}:matrix.example"
                so_far.sent.add(("matrix", room.say(text_of(number), datetime.now(UTC), who=who)))
            else:
                so_far.sent.add(("webhook", f"w{number}"))
                all_of.create_task(_post(client, reader, number, due, so_far))
        so_far.seconds = time.monotonic() - began


async def _post(client: aiohttp.ClientSession, reader: Reader, number: int, due: float, so_far: Flood) -> None:
    """Post one until it is acknowledged, and look at that moment whether it is kept."""
    native_id = f"w{number}"
    author = {"id": f"p{number // (2 * PEOPLE)}", "name": f"Naam {number // (2 * PEOPLE)}"}
    posted_at = datetime.now(UTC).isoformat()
    body = raw({"mentions": [{"id": native_id, "text": text_of(number), "posted_at": posted_at, "author": author}]})
    while time.monotonic() - due < MOST_SECONDS:
        try:
            async with client.post(f"/in/{CRM}", data=body, headers=as_ours(body, at=datetime.now(UTC))) as answer:
                await answer.read()
                said = str(answer.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            said = type(error).__name__
        if said == "200":
            so_far.acknowledged.append(time.monotonic() - due)
            if not reader.holds(native_id):
                so_far.early.append(native_id)
            return
        so_far.refused[said] += 1
        await asyncio.sleep(AGAIN_SECONDS)
    so_far.given_up.append(native_id)
