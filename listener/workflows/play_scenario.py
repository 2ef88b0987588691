"""Play an invented fortnight in steps of hours: the same collecting and analysing as for real input, with the clock moved by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from listener.clock import ManualClock
from listener.model.issue import Signal
from listener.ports import Progress, Source
from listener.progress import NoProgress
from listener.workflows.analyse_mentions import AnalyseMentions
from listener.workflows.collect_mentions import CollectMentions

STEP = timedelta(hours=2)
"""Sources are pulled this often. Signals carry the time of the mention that raised them, so a longer step costs no precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What playing brought: signals in order, and how much was seen, new, edited and removed over all sources."""

    signals: tuple[Signal, ...]
    seen: int
    new: int
    edited: int
    removed: int


async def play_scenario(
    sources: Sequence[tuple[Source, Literal["matching", "all"]]],
    collect: CollectMentions,
    analyse: AnalyseMentions,
    clock: ManualClock,
    *,
    until: datetime,
    progress: Progress,
    each_step: Callable[[], object] = lambda: None,
) -> Played:
    """Let the clock run to `until` in steps; in each, every source is pulled and what arrived is analysed. `each_step` follows that."""
    steps = int((until - clock.now()) / STEP) + 1
    progress.start("Playing fourteen invented days, hour by hour", steps)
    signals: list[Signal] = []
    totals = {"seen": 0, "new": 0, "edited": 0, "removed": 0}
    while clock.now() < until:
        clock.move_to(min(until, clock.now() + STEP))
        changed = 0
        for source, keep in sources:
            result = await collect.round(source, keep=keep)
            changed += result.new + result.edited + result.removed
            for name in totals:
                totals[name] += getattr(result, name)
        if changed:
            signals += analyse.all(NoProgress())
        each_step()
        progress.advance()
    analyse.regroup(clock.now())
    progress.finish()
    return Played(signals=tuple(signals), **totals)
