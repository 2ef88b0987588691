"""Promises about crashes while something is posted: never twice, never lost, never unapproved. Long form: scripts/crash_outbox."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import update

from listener.ledger.transactions import writing
from moderation.ledger.outbox import OutboxLedger
from moderation.ledger.tables import outbox
from moderation.model.outbox import OutboxEntry, Outcome
from moderation.model.policy import Verdict
from moderation.outbox import gateway
from moderation.outbox.crash_points import CRASH_AT, POINTS, reach
from moderation.outbox.gateway import Gateway
from moderation.outbox.send_round import Round
from tests.crash.outbox_rig import Rig
from tests.crash.outbox_work import SCENES, Scene
from tests.long import often

Plant = Callable[[], AbstractContextManager[object]]
KILLS = often(40, short=12)
ACCEPTED = SCENES[0]


@pytest.mark.slow
def test_killed_at_every_point_and_at_random_moments_nothing_leaves_twice() -> None:
    """RULES F2, and F1 in small: every point, platform accepting, refusing and slow; counted on the platform's own record."""
    command = [sys.executable, "-m", "tests.crash.outbox_rig", "--kills", str(KILLS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 twice, 0 lost, 0 unapproved" in done.stdout
    assert f"{len(POINTS)} points" in done.stdout


def test_there_are_as_many_points_as_the_rules_ask() -> None:
    """RULES F2 asks for at least forty; two with one name could not be told apart."""
    assert len(POINTS) >= 40
    assert len(set(POINTS)) == len(POINTS)


def test_a_point_that_is_not_in_the_list_is_a_mistake() -> None:
    """A point nobody enumerates is a place where nobody tests."""
    with pytest.raises(KeyError):
        reach("somewhere.else")


@pytest.mark.parametrize(("named", "status"), [("publish.begun", -9), ("publish.answered", 0), ("", 0)])
def test_only_the_named_point_ends_the_process(named: str, status: int) -> None:
    """In production the variable is not set, and nothing happens."""
    act = "from moderation.outbox.crash_points import reach; reach('publish.begun')"
    done = subprocess.run([sys.executable, "-c", act], env={CRASH_AT: named}, check=False)
    assert done.returncode == status


async def _twice(self: Gateway, entry: OutboxEntry, this: Round, *, attempt: int) -> Outcome:
    """Retry after an unclear answer, as client libraries do."""
    outcome = await _once(self, entry, this, attempt=attempt)
    return outcome if outcome.platform_id else await _once(self, entry, this, attempt=attempt)


_once = Gateway._publish


def _send_leftovers_again(self: OutboxLedger, *, at: object) -> list[int]:
    """Take what was started back to approved at start-up, as job queues do."""
    with writing(self._engine) as tx:
        tx.execute(update(outbox).where(outbox.c.state == "started").values(state="approved"))
    return []


@pytest.mark.parametrize(
    ("plant", "scene", "point"),
    [
        (lambda: patch.object(Gateway, "_publish", _twice), SCENES[3], "sent.begun"),
        (lambda: patch.object(OutboxLedger, "recover", _send_leftovers_again), ACCEPTED, "platform.accepted"),
        (lambda: patch.object(gateway, "still_bound", lambda entry: False), ACCEPTED, "gateway.entered"),
        (lambda: patch.object(gateway, "check", lambda *_given: Verdict()), ACCEPTED, "gateway.entered"),
    ],
    ids=["retries by itself", "sends leftovers again", "sends nothing at all", "asks no gate"],
)
def test_the_checker_sees_a_planted_mistake(plant: Plant, scene: Scene, point: str, tmp_path: Path) -> None:
    """A rig that never turns red proves nothing."""
    with plant():
        rig = Rig(tmp_path)
        rig.kill_at(point, scene)
    assert not rig.count.sound
