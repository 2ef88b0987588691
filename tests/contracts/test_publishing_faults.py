"""Answers lost on their way back, on every platform at once (RULES F4): a tenth of its numbers, counted in the platforms' own books."""

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


@pytest.mark.parametrize("fault", [faults.ACCEPT_THEN_502, faults.ACCEPT_THEN_RESET], ids=lambda fault: fault.name)
async def test_what_was_accepted_unheard_is_found_and_never_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: faults.Fault
) -> None:
    """Each book holds each answer once (RULES F4)."""
    clock = ManualClock(MORNING)
    with waiting(WAITING_SECONDS, tmp_path, clock, monkeypatch) as rigs:
        await found_and_never_sent_again(tmp_path, rigs, clock, fault, each=EACH)
