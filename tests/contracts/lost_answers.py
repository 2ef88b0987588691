"""Answers lost on their way back, on every platform at once, through the real gateway and reconciler: what the tests of it share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from listener.clock import ManualClock
from moderation.model.outbox import EntryState
from tests.fakes.platforms import faults
from tests.fakes.platforms.checker import breaches
from tests.fakes.platforms.rig import Rig
from tests.fakes.platforms.rigs import RIGS, wait_for
from tests.fakes.platforms.sending import approve_answers, open_sending

SERVED = [name for name in RIGS if not name.startswith("twin of")]
"""Platforms with a server to ask; a twin has none, and shares our process."""


@contextmanager
def waiting(seconds: float, home: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Rig]]:
    """Yield every platform with a publisher that waits so long for an answer."""
    wait_for(seconds, monkeypatch)
    with ExitStack() as open_ones:
        yield [open_ones.enter_context(RIGS[name](home, clock)) for name in SERVED]


async def found_and_never_sent_again(home: Path, rigs: list[Rig], clock: ManualClock, fault: faults.Fault, *, each: int) -> None:
    """Let each platform accept `each` answers unheard; its book holds each once, and we know or ask a person (RULES F4)."""
    await approve_answers(home, rigs, clock, each=each)
    for rig in rigs:
        rig.fake.fault(*[fault] * each)
    with open_sending(home, rigs, [await rig.publisher.whoami() for rig in rigs], clock) as sending:
        await sending.settle(rounds=each + 8)
        for rig in rigs:
            entries = sending.of(rig)
            found = EntryState.FOUND if rig.publisher.looks_back else EntryState.NEEDS_HUMAN
            assert Counter(entry.state for entry in entries) == {found: each}, rig.name
            assert breaches(rig.fake.posts(), entries) == []
            assert (len(rig.fake.posts()), len(rig.fake.writes)) == (each, each), rig.name
            await rig.publisher.aclose()
