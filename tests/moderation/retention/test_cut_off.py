"""The power fails in the middle of the night: the next run goes on, and the end is the same as without."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from datetime import UTC, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.ledger import expiry
from listener.ledger.ledger import open_ledger
from listener.ledger.suppression import KEY_NAME
from listener.settings.schema import RetentionSettings
from moderation.model.retention import NOTICE
from moderation.workflows.retain import WORDS, Retain
from tests.listener.ledger.making import NOON, add, analyse, contents, mention

NOW = NOON + timedelta(days=100)
CUT_OFF = """
import os, signal, sys
from pathlib import Path
from tests.moderation.retention.test_cut_off import run

left = [int(sys.argv[2])]

def rest(_seconds):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)

run(Path(sys.argv[1]), rest)
"""


def run(home: Path, rest: Any = lambda _seconds: None) -> dict[str, int]:
    """Run a night on a home, two messages a step; return what the receipt says."""
    expiry.MOST_AT_ONCE = 2
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        due = ledger.expiry.due
        ledger.expiry.due = partial(due, most=2)  # type: ignore[method-assign]  # small steps, to be cut in
        retain = Retain(home, ledger, RetentionSettings.model_validate({}), ManualClock(NOW), zone=UTC, hour=3, rest=rest)
        receipt = retain.once(retain.wanted, by="night")
        return {} if receipt is None else dict(receipt.counts)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    with open_ledger(f"sqlite:///{made / 'ledger.db'}") as ledger:
        add(ledger, *(mention(str(number), f"Al weer geen stroom, dag {number}") for number in range(9)))
        analyse(ledger)
        ledger.suppression.digest("makes the key")
    return made


@pytest.mark.parametrize("step", [1, 4])
def test_a_killed_night_is_gone_on_with(home: Path, tmp_path: Path, step: int) -> None:
    """kill -9 after some step; what was done is done, and nothing is done twice or half."""
    whole = tmp_path / "whole"
    shutil.copytree(home, whole)
    assert run(whole)[WORDS] == 9
    killed = subprocess.run([sys.executable, "-c", CUT_OFF, str(home), str(step)], check=False, cwd=Path(__file__).parents[3])
    assert killed.returncode == -signal.SIGKILL
    assert run(home)[WORDS] == 9 - 2 * step
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as mine, open_ledger(f"sqlite:///{whole / 'ledger.db'}") as theirs:
        tables = ("mention", "revision", "analysis", "embedding", "label", "mention_brand", "issue", "membership")
        assert {name: contents(mine)[name] for name in tables} == {name: contents(theirs)[name] for name in tables}
    assert (home / KEY_NAME).read_bytes() == (whole / KEY_NAME).read_bytes()
    assert run(home) == {}


def test_a_service_that_stops_leaves_the_rest_for_the_next_night(home: Path) -> None:
    """It has ten seconds to stop; the receipt says what went until then."""
    clock, stops = ManualClock(NOON), iter([False, True])
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        due = ledger.expiry.due
        ledger.expiry.due = partial(due, most=2)  # type: ignore[method-assign]  # small steps, to be cut in
        given: dict[str, Any] = {"zone": UTC, "hour": 3, "rest": lambda _seconds: None}
        stopping = Retain(home, ledger, RetentionSettings.model_validate({}), clock, stopped=lambda: next(stops), **given)
        stopping.agreed()
        clock.advance(NOTICE + timedelta(days=100))
        assert stopping.when_due() is None
        assert stopping.receipts()[0].counts == {WORDS: 4}
        later = Retain(home, ledger, RetentionSettings.model_validate({}), clock, **given)
        receipt = later.when_due()
        assert receipt is not None
        assert receipt.counts == {WORDS: 5}
        assert later.when_due() is None, "once a night"
