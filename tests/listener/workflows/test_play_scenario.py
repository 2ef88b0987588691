"""Playing step by step: every source is read in each, and what arrived is understood before the clock moves on."""

from __future__ import annotations

from typing import Any

from listener.clock import ManualClock
from listener.ledger.ledger import Ledger
from listener.progress import NoProgress
from listener.workflows.collect_mentions import CollectMentions
from listener.workflows.play_scenario import STEP, play_scenario
from tests.fakes.source import FakeSource, mention
from tests.listener.workflows.conftest import NOON


class Understanding:
    """Notes when it was asked and regrouped; flags one word a time."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.asked: list[Any] = []
        self.regrouped: list[Any] = []

    def all(self, _progress: object) -> tuple[Any, ...]:
        self.asked.append(self._clock.now())
        return (f"signal {len(self.asked)}",)

    def regroup(self, now: Any) -> None:
        self.regrouped.append(now)


async def test_steps_in_which_something_arrived_are_analysed_and_the_end_is_regrouped(ledger: Ledger) -> None:
    """Signals must carry the moment people could have seen them, or the delays that the demo tells are invented."""
    clock = ManualClock(NOON)
    forum, quiet = FakeSource([[mention("1"), mention("2")]], source_id="forum"), FakeSource([], source_id="quiet")
    analyse: Any = Understanding(clock)
    until = NOON + 2.5 * STEP
    collect = CollectMentions(ledger, (), clock=clock)
    played = await play_scenario([(forum, "all"), (quiet, "all")], collect, analyse, clock, until=until, progress=NoProgress())
    assert (played.seen, played.new, played.edited, played.removed) == (2, 2, 0, 0)
    assert [str(signal) for signal in played.signals] == ["signal 1"]
    assert analyse.asked == [NOON + STEP]
    assert len(quiet.pulls) == 3
    assert analyse.regrouped == [until] == [clock.now()]
