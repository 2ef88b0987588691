"""Promises about crashes while our own people are told something: nobody twice, nobody forgotten, and no doubt without an alarm.

The process is killed by SIGKILL; what arrived is counted by a mail server and a web server. Long form: scripts/crash_deliveries.
"""

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
from moderation.ledger.deliveries import DeliveryLedger
from moderation.ledger.tables_delivery import delivery
from moderation.model.delivery import DeliveryState, Outcome, Parcel
from moderation.outbox.crash_points import DELIVERY_POINTS
from moderation.ports import Carry
from moderation.workflows.deliver import LOST_AFTER, Deliver
from tests.crash.deliveries_book import open_book
from tests.crash.deliveries_rig import POINTS, Rig
from tests.crash.deliveries_work import SCENES, Scene
from tests.long import often

Plant = Callable[[], AbstractContextManager[object]]
KILLS = often(60, short=6)
TAKEN, ANSWER_LOST, _ = SCENES


@pytest.mark.slow
def test_killed_at_every_point_and_at_random_moments_everybody_is_told_once_or_somebody_is_asked_to_look() -> None:
    """By e-mail and by webhook, taken, put off and with the answer lost; each that is not known to have arrived has its alarm."""
    command = [sys.executable, "-m", "tests.crash.deliveries_rig", "--kills", str(KILLS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 twice, 0 lost, 0 silent" in done.stdout
    assert f"{len(POINTS)} points" in done.stdout


def test_no_two_points_have_one_name() -> None:
    """They could not be told apart."""
    assert len(set(DELIVERY_POINTS)) == len(DELIVERY_POINTS)


async def _twice(self: Deliver, parcel: Parcel, carry: Carry) -> Outcome:
    """Try again after an unclear answer, as client libraries do."""
    outcome = await _once(self, parcel, carry)
    return await _once(self, parcel, carry) if outcome.state is DeliveryState.UNKNOWN else outcome


def _send_leftovers_again(self: DeliveryLedger, **_when: object) -> int:
    """Take what was begun for never begun, as job queues do."""
    with writing(self._engine) as tx:
        claimed = delivery.c.state == DeliveryState.CLAIMED.value
        return tx.execute(update(delivery).where(claimed).values(state=DeliveryState.WAITING.value)).rowcount


def _alarm_at_once_or_never(self: Deliver) -> None:
    """Raise alarms only in the round that finds something lost."""
    now = self._clock.now()
    if self._deliveries.lost(before=now - LOST_AFTER, at=now):
        _note_lost(self)


_once, _note_lost = Deliver._carried, Deliver._note_lost


@pytest.mark.parametrize(
    ("plant", "scene", "point", "counted"),
    [
        (lambda: patch.object(Deliver, "_carried", _twice), ANSWER_LOST, "tell.begun", "twice"),
        (lambda: patch.object(DeliveryLedger, "lost", _send_leftovers_again), TAKEN, "smtp.accepted", "twice"),
        (lambda: patch.object(DeliveryLedger, "lost", _send_leftovers_again), TAKEN, "http.accepted", "twice"),
        (lambda: patch.object(DeliveryLedger, "claim", lambda *_given, **_named: False), TAKEN, "tell.begun", "lost"),
        (lambda: patch.object(Deliver, "_note_lost", _alarm_at_once_or_never), ANSWER_LOST, "tell.finished", "silent"),
    ],
    ids=["tries again by itself", "sends leftovers again", "posts leftovers again", "sends nothing", "alarms at once or never"],
)
def test_the_checker_sees_a_planted_mistake(plant: Plant, scene: Scene, point: str, counted: str, tmp_path: Path) -> None:
    """A rig that never turns red proves nothing."""
    with plant(), open_book() as book:
        rig = Rig(tmp_path, book)
        rig.kill_at(point, scene)
    assert getattr(rig.count, counted) > 0
