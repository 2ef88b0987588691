"""RULES F30: the process dies in the middle of a status update to N threads; exactly the rest is sent, each thread exactly once."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import delete, update

from listener.ledger.transactions import writing
from moderation.ledger.broadcasts import BroadcastLedger
from moderation.ledger.tables_status import broadcast_item, broadcast_told
from tests.crash.broadcast_rig import Counted, Rig
from tests.long import often

THREADS = often(50, short=15)
"""Each is killed at; fifty of them are what RULES ask."""
STEPS = 4
"""Places in carrying out one item where the process may die: begun, drafted, approved, noted."""
APART = often(10, short=5)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Rig:
    return Rig(tmp_path_factory.mktemp("broadcast"), threads=THREADS)


@pytest.mark.slow
def test_killed_after_each_post_every_thread_hears_it_exactly_once(rig: Rig) -> None:
    """Killed after the platform accepted k posts and before we know of the last, for every k, on five platforms."""
    for number in range(1, THREADS + 1):
        home = rig.home()
        assert rig.killed_at_post(home, number), number
        assert rig.finished(home) == Counted(threads=THREADS, twice=0, disagree=0), f"killed after {number}"


@pytest.mark.slow
def test_killed_at_each_place_while_items_become_approvals_nothing_is_lost_or_doubled(rig: Rig) -> None:
    """Three or five of the threads, at each of the four places; and twice in a row in one home."""
    for number in range(1, THREADS * STEPS + 1, STEPS * APART):
        for place in range(STEPS):
            home = rig.home()
            assert rig.killed_at_step(home, number + place)
            assert rig.killed_at_step(home, 2), "again, early in the next life"
            assert rig.finished(home) == Counted(threads=THREADS, twice=0, disagree=0), f"killed at step {number + place}"


def test_the_rig_sees_a_thread_that_is_told_twice(tmp_path: Path) -> None:
    """What the promise leans on, taken away: a thread told is written down with its draft, in one transaction."""
    rig = Rig(tmp_path, threads=3)

    def forgetful(self: BroadcastLedger, *given: object, **named: object) -> int | None:
        with writing(self._engine) as tx:
            tx.execute(delete(broadcast_told))
            tx.execute(update(broadcast_item).values(draft_id=None))
        return kept(self, *given, **named)  # type: ignore[arg-type]  # passed on as they came

    kept = BroadcastLedger.draft
    home = rig.home()
    with patch.object(BroadcastLedger, "draft", forgetful):
        assert rig.killed_at_step(home, STEPS - 1), "approved, and not yet noted"
        counted = rig.finished(home)
    assert counted != Counted(threads=3, twice=0, disagree=0)


@pytest.mark.slow
def test_one_answer_to_everybody_is_killed_anywhere_and_each_hears_it_once(tmp_path: Path) -> None:
    """The same promise where cases are answered: after each post, and at each place while items become approvals, two lives in a row."""
    rig = Rig(tmp_path, threads=10, answers=True)
    for number in (1, 4, 10):
        home = rig.home()
        assert rig.killed_at_post(home, number), number
        assert rig.finished(home) == Counted(threads=10, twice=0, disagree=0), f"killed after {number}"
    for number in range(1, 10 * STEPS + 1, 7):
        home = rig.home()
        assert rig.killed_at_step(home, number)
        assert rig.killed_at_step(home, 2), "again, early in the next life"
        assert rig.finished(home) == Counted(threads=10, twice=0, disagree=0), f"killed at step {number}"


def test_an_answer_killed_between_draft_and_approval_is_sent_once(tmp_path: Path) -> None:
    """The rig's short form, for every run."""
    rig = Rig(tmp_path, threads=2, answers=True)
    for step in range(1, STEPS + 1):
        home = rig.home()
        assert rig.killed_at_step(home, step), step
        assert rig.finished(home) == Counted(threads=2, twice=0, disagree=0), f"killed at step {step}"
