"""A burst, small: a thousand mentions within five seconds, half of them pulled and half sent to us, and every one is kept once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.bench.burst import measured

COUNT, RATE = 1_000, 200.0


def test_a_burst_that_is_pulled_and_sent_at_once_arrives_whole(tmp_path: Path) -> None:
    """RULES F23: 0 lost, 0 twice; what was acknowledged was in the ledger by then. Times are printed and never tested."""
    found = asyncio.run(measured(tmp_path / "home", rate=RATE, count=COUNT, model="hashed", say=print))
    print("\n".join(f"{name}: {said}" for name, said in found.figures().items()))
    assert found.amiss() == []
    assert len(found.flood.sent) == found.last.stored == COUNT
    assert (found.checked.lost, found.checked.double) == (0, 0)
    assert len(found.flood.acknowledged) == COUNT // 2
    assert found.directed > 0
