"""The process dies between a platform's accepting and our record, on every platform at once (RULES F3): a tenth of RULES' number."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.ledger.ledger import open_ledger
from moderation.ledger.outbox import OutboxLedger
from moderation.model.outbox import EntryState
from tests.contracts.lost_answers import waiting
from tests.fakes.desk import MORNING
from tests.fakes.platforms import faults
from tests.fakes.platforms.checker import breaches
from tests.fakes.platforms.rig import Rig
from tests.fakes.platforms.sending import approve_answers, open_sending

KILLS = 50


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MORNING)


@pytest.fixture
def patient_rigs(tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Rig]]:
    """Publishers that wait long: a life ends because we kill it, never because it gave up by itself."""
    with waiting(60.0, tmp_path, clock, monkeypatch) as made:
        yield made


async def test_a_process_killed_between_accepting_and_recording_finds_its_post(
    tmp_path: Path, patient_rigs: list[Rig], clock: ManualClock
) -> None:
    """Each platform accepts, and the process dies before it hears so; the next life looks (RULES F3).

    Every life, the first and the last too, is a process of its own: publishers of this one stay unused, so that each life has fresh ones.
    """

    rigs = patient_rigs

    async def prepare() -> None:
        await approve_answers(tmp_path, rigs, clock, each=KILLS)

    async def send(*, rounds: int) -> None:
        with open_sending(tmp_path, rigs, [await rig.publisher.whoami() for rig in rigs], clock) as sending:
            await sending.settle(rounds=rounds)

    assert await _ended(_fork(prepare)) == 0
    for number in range(1, KILLS + 1):
        for rig in rigs:
            rig.fake.clear()
            rig.fake.fault(*[faults.ACCEPT_THEN_HANG] * 2)
        await _killed_when_all_accepted(_fork(partial(send, rounds=1)), rigs, number)
    for rig in rigs:
        rig.fake.clear()
    assert await _ended(_fork(partial(send, rounds=8))) == 0
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        entries = OutboxLedger(ledger.engine).entries()
    for rig in rigs:
        ours = [entry for entry in entries if entry.post.target.platform == rig.thread(1).platform]
        states = Counter(entry.state for entry in ours)
        assert breaches(rig.fake.posts(), ours) == [], rig.name
        assert states.total() == len(rig.fake.writes) == KILLS, (rig.name, states)
        wanted = EntryState.FOUND if rig.publisher.looks_back else EntryState.NEEDS_HUMAN
        assert states[wanted] == KILLS, (rig.name, states)


def _fork(act: Callable[[], Coroutine[None, None, None]]) -> int:
    """Start a life of its own, and return its process id."""
    child = os.fork()
    if child:
        return child
    ended = 1
    try:
        ended = _run(act)
    finally:
        os._exit(ended)  # the child must never go on as a second parent


def _run(act: Callable[[], Coroutine[None, None, None]]) -> int:
    try:
        asyncio.events._set_running_loop(None)  # the parent's, of which this is a copy
        asyncio.run(act())
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


async def _ended(child: int) -> int:
    _, status = await asyncio.to_thread(os.waitpid, child, 0)
    return os.waitstatus_to_exitcode(status)


async def _killed_when_all_accepted(child: int, rigs: list[Rig], number: int, *, seconds: float = 50.0) -> None:
    """End the life as soon as every platform has accepted `number` posts."""
    until = time.monotonic() + seconds
    while any(len(rig.fake.posts()) < number for rig in rigs) and time.monotonic() < until:  # noqa: ASYNC110  # it happens elsewhere
        await asyncio.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    assert await _ended(child) == -signal.SIGKILL
    assert all(len(rig.fake.posts()) == number for rig in rigs), {rig.name: len(rig.fake.posts()) for rig in rigs}
