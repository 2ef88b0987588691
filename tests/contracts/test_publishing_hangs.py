"""Answers that never come, on every platform at once (RULES F4). A file of its own, because it waits out twenty time-outs."""

from __future__ import annotations

from pathlib import Path

import pytest

from listener.clock import ManualClock
from tests.contracts.lost_answers import found_and_never_sent_again, waiting
from tests.fakes.desk import MORNING
from tests.fakes.platforms import faults

EACH = 20
WAITING_SECONDS = 5.0
"""On a busy machine a platform of ours may need more than two to accept anything."""


async def test_what_was_accepted_and_never_answered_is_found_and_never_sent_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each book holds each answer once (RULES F4)."""
    clock = ManualClock(MORNING)
    with waiting(WAITING_SECONDS, tmp_path, clock, monkeypatch) as rigs:
        await found_and_never_sent_again(tmp_path, rigs, clock, faults.ACCEPT_THEN_HANG, each=EACH)
