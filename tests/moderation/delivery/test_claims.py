"""A row is taken by one process and ended by the same: checked in the statement that writes, not by who may write at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from moderation.ledger.alarms import AlarmLedger
from moderation.model.delivery import SENT, DeliveryState, Outcome, What
from moderation.workflows.deliver import ALARM, LOST_AFTER
from tests.fakes.deliveries import NOON, Telling, signal

LOST = Outcome(state=DeliveryState.UNKNOWN, reason="lost_after_text")


@contextmanager
def somebody_first(telling: Telling, change: str) -> Iterator[None]:
    """Let another process change rows in the moment before ours writes, as it can where several may write at once."""
    done = False

    def before(_connection: Any, cursor: Any, statement: str, *_given: object) -> None:
        nonlocal done
        if not done and statement.startswith("UPDATE delivery SET"):
            done = True
            cursor.execute(change)

    event.listen(telling.ledger.engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(telling.ledger.engine, "before_cursor_execute", before)
    assert done, "ours never wrote"


async def waiting(telling: Telling) -> list[int]:
    """Find three signals to tell, and tell none of them yet."""
    telling.subscribe(What.SIGNAL)
    telling.raised = [signal(number, NOON - timedelta(minutes=number)) for number in (1, 2, 3)]
    telling.deliver()._ready()
    return [one.delivery_id for one in telling.rows()]


@pytest.mark.parametrize("taken", [0, 1, 2], ids=["the leading one", "one told with it", "the other"])
async def test_who_comes_second_takes_nothing_at_all(telling: Telling, taken: int) -> None:
    """One of three is gone in the last moment: none is taken, for the message would tell what another one tells too."""
    leader, *others = ids = await waiting(telling)
    with somebody_first(telling, f"UPDATE delivery SET state = 'skipped' WHERE delivery_id = {ids[taken]}"):
        assert not telling.deliveries.claim(leader, others, by="me", at=NOON)
    assert {one.state for one in telling.rows()} == {DeliveryState.WAITING}, "what was taken of it is given back"
    assert {(one.attempt, one.carried_by) for one in telling.rows()} == {(0, None)}
    assert telling.deliveries.claim(leader, others, by="me", at=NOON)
    assert [one.carried_by for one in telling.rows()] == [None, leader, leader]


async def test_a_late_outcome_does_not_end_what_another_process_tries_again(telling: Telling) -> None:
    """Ours hung, a person said that it did not arrive, and another process is at it: ours has nothing to say of that any more."""
    (row, *_) = await waiting(telling)
    rows = telling.deliveries
    assert rows.claim(row, (), by="first", at=NOON)
    later = NOON + timedelta(minutes=20)
    assert rows.lost(before=later - LOST_AFTER, at=later) == 1
    assert rows.settle(row, arrived=False, who="fenna", at=later)
    assert rows.claim(row, (), by="second", at=later)
    for late in (SENT, LOST, Outcome(state=DeliveryState.WAITING, reason="later")):
        assert not rows.finish(row, late, by="first", at=later, not_before=later)
        kept = rows.get(row)
        assert kept is not None
        assert kept.state is DeliveryState.CLAIMED, late
    assert rows.finish(row, SENT, by="second", at=later, not_before=later)
    assert telling.states()[0] == "sent"


async def test_a_late_outcome_still_counts_for_a_row_that_was_given_up_for_lost(telling: Telling) -> None:
    """Knowing is better than not knowing."""
    (row, *_) = await waiting(telling)
    rows, later = telling.deliveries, NOON + timedelta(minutes=20)
    assert rows.claim(row, (), by="first", at=NOON)
    rows.lost(before=later, at=later)
    assert rows.finish(row, SENT, by="first", at=later, not_before=later)
    assert telling.states()[0] == "sent"


async def test_a_message_that_nobody_knows_of_has_one_alarm_until_somebody_decides(telling: Telling) -> None:
    """A process that dies between the row and its alarm leaves the alarm to the next; three rows of one message are one alarm."""
    leader, *others = await waiting(telling)
    alarms, rows = AlarmLedger(telling.ledger.engine), telling.deliveries
    assert rows.claim(leader, others, by="dead", at=NOON)
    assert rows.finish(leader, LOST, by="dead", at=NOON, not_before=NOON)
    assert alarms.up(ALARM) == frozenset()
    for _ in range(2):
        await telling.deliver().once()
        assert alarms.up(ALARM) == {f"delivery:{leader}"}
    assert len(alarms.unseen()) == 1
    assert rows.settle(leader, arrived=True, who="fenna", at=telling.clock.now())
    await telling.deliver().once()
    assert alarms.up(ALARM) == frozenset()
