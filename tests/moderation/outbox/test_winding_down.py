"""SIGTERM at any moment: what is on its way ends in a known state within ten seconds, and nothing is lost or doubled (RULES F37)."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import time
import traceback
from datetime import timedelta
from pathlib import Path

import pytest

from moderation.model.outbox import EntryState
from moderation.outbox.states import ENDS
from moderation.publishers.simulated import Fault
from moderation.service import STOP_WITHIN_SECONDS, every_async, stop_on_signals, wound_down
from tests.fakes.desk import MORNING, mention, open_desk
from tests.patience import busy

RUNS = 20
ANSWERS = 12
LATER = MORNING + timedelta(minutes=20)
"""After the approvals: a clock before them would count as one that jumped."""


def serve(home: Path, faults: list[Fault]) -> None:
    """Send until a signal comes, as the service does."""

    async def run() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop)
        tasks = [asyncio.create_task(every_async(0.05, desk.gateway.run_once, stop, "sending"))]
        (home / "ready").touch()
        await stop.wait()
        desk.gateway.wind_down()
        await wound_down(tasks)

    with open_desk(home, start=LATER, faults=faults, send_seconds=30.0, native_key=False) as desk:
        asyncio.run(run())


def served(home: Path, faults: list[Fault], *, seconds: float) -> float:
    """Run a service in a process of its own, end it after a while, and return how long it took to end."""
    child = os.fork()
    if not child:
        try:
            serve(home, faults)
            os._exit(0)
        except BaseException:  # the child must never go on as a second parent
            traceback.print_exc()
            os._exit(1)
    while not (home / "ready").exists():
        time.sleep(0.005)
    time.sleep(seconds)
    began = time.monotonic()
    os.kill(child, signal.SIGTERM)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return time.monotonic() - began


def prepare(home: Path) -> None:
    home.mkdir()
    with open_desk(home) as desk:
        for one in desk.hear(*(mention(str(n)) for n in range(ANSWERS))):
            desk.approved(one, f"Antwoord {one}: we kijken mee.")


@pytest.mark.slow
def test_ended_at_any_moment_each_answer_leaves_once(tmp_path: Path) -> None:
    """A tenth of RULES' two hundred runs, each request taking a while."""
    chance = random.Random(20261126)
    prepare(tmp_path / "prepared")
    for number in range(RUNS):
        home = Path(shutil.copytree(tmp_path / "prepared", tmp_path / str(number)))
        assert served(home, [Fault.SLOW] * ANSWERS, seconds=chance.uniform(0, 0.8)) < STOP_WITHIN_SECONDS * busy()
        with open_desk(home, start=LATER) as desk:
            assert not desk.entries.entries([EntryState.STARTED])
            asyncio.run(desk.settle())
            assert {entry.state for entry in desk.entries.entries()} == {EntryState.SENT}, number
            texts = [post.text for post in desk.platform.posts()]
            assert len(texts) == len(set(texts)) == ANSWERS


@pytest.mark.slow
def test_a_platform_that_never_answers_does_not_keep_the_service_alive(tmp_path: Path) -> None:
    """It accepted and hangs: the entry is unknown, and found at the next start."""
    home = tmp_path / "home"
    prepare(home)
    assert served(home, [Fault.ACCEPT_THEN_HANG], seconds=0.3) < STOP_WITHIN_SECONDS * busy()
    with open_desk(home, start=LATER, native_key=False) as desk:
        (unknown,) = desk.entries.entries([EntryState.UNKNOWN])
        assert unknown.reason == "interrupted"
        asyncio.run(desk.settle())
        assert desk.state(unknown.entry_id) is EntryState.FOUND
        assert all(entry.state in ENDS for entry in desk.entries.entries())
        assert len(desk.platform.posts()) == ANSWERS
