"""Sessions on Bluesky: few sign-ins, one renewal however many ask, and no loop when a key is refused (RULES F19, F20)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.errors import NotSent, SourceRefused
from tests.fakes.desk import MORNING
from tests.fakes.platforms import faults
from tests.fakes.platforms.bluesky import open_bluesky
from tests.fakes.platforms.faults import Fault

EXPIRED = Fault(
    name="expired", status=400, headers={"Content-Type": "application/json"}, body=b'{"error": "ExpiredToken", "message": "old"}'
)


async def test_fifty_questions_at_the_end_of_a_session_renew_it_once(tmp_path: Path) -> None:
    clock = ManualClock(MORNING)
    with open_bluesky(tmp_path, clock) as rig:
        await rig.publisher.whoami()
        clock.advance(timedelta(minutes=30))
        await asyncio.gather(*(rig.publisher.whoami() for _ in range(50)))
        asked = [one.path.rpartition(".")[2] for one in rig.fake.asked]
        assert (asked.count("createSession"), asked.count("refreshSession"), asked.count("getSession")) == (1, 1, 51)
        await rig.publisher.aclose()


async def test_a_session_that_the_server_ended_early_is_made_anew_before_the_next_try(tmp_path: Path) -> None:
    """The refused post was not made, so that trying again later is safe."""
    clock = ManualClock(MORNING)
    with open_bluesky(tmp_path, clock) as rig:
        await rig.publisher.whoami()
        clock.advance(timedelta(minutes=2))
        rig.fake.fault(EXPIRED)
        with pytest.raises(NotSent):
            await rig.publisher.publish(rig.post(), key="k" * 32)
        await rig.publisher.publish(rig.post(), key="k" * 32)
        assert len(rig.fake.posts()) == 1
        assert [one.path.rpartition(".")[2] for one in rig.fake.asked].count("createSession") == 2
        await rig.publisher.aclose()


async def test_a_key_that_is_refused_for_ever_is_asked_about_twice_at_most(tmp_path: Path) -> None:
    clock = ManualClock(MORNING)
    with open_bluesky(tmp_path, clock) as rig:
        await rig.publisher.whoami()
        clock.advance(timedelta(minutes=2))
        before = len(rig.fake.asked)
        rig.fake.read_fault(*[faults.UNAUTHORISED] * 20)
        with pytest.raises(SourceRefused):
            await rig.publisher.whoami()
        assert len(rig.fake.asked) - before <= 3
        await rig.publisher.aclose()
