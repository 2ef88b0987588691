"""When a burst becomes a signal: one per issue and cause, then quiet until it clearly grows again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from listener.issues.scan import ScanRule
from listener.issues.watch import WatchRule
from listener.model.issue import Signal
from listener.settings.schema import DetectionSettings
from listener.signals.budget import Budget

BURST = "burst"
SLOW_GROWTH = "slow_growth"
CAME_BACK = "came_back"
TURNED = "turned"
COPIES = "copies"
GROWTH = (BURST, SLOW_GROWTH, CAME_BACK)

WINDOWS = (0.25, 0.5, 1.0, 2.0)
SLOW_WINDOWS = 6.0
SLOW_GAP_WINDOWS = 4.0
BURST_GROWS = 2.5
SLOW_GROWS = 3.0
SUDDEN_SHARE, SLOW_SHARE = 0.5, 0.25
TURN_WINDOWS = 2.0
GREW_AGAIN = 2.0
COPIES_PER_MIN_AUTHORS = 2


class SignalRules:
    """The rules that follow from the detection settings. `looks` are the stretches in which a burst is sought.

    `budget` governs how sure a look for a burst has to be: half of the false alarms that are accepted are for it. A quarter is for change
    over days (`slow_budget`), and a quarter is left for turns in sentiment, which pass the bar of a burst.
    """

    def __init__(self, settings: DetectionSettings) -> None:
        self.baseline_hours = settings.baseline_days * 24.0
        self._cooldown = timedelta(hours=settings.cooldown_hours)
        self.fewest_copiers = COPIES_PER_MIN_AUTHORS * settings.min_authors
        self.window_hours = settings.window_hours
        accepted = settings.false_alarms_per_week
        self.budget = Budget(false_alarms_per_week=accepted, most=settings.p_value, share=SUDDEN_SHARE)
        self.slow_budget = Budget(false_alarms_per_week=accepted, most=settings.p_value, share=SLOW_SHARE)
        self.looks = tuple(
            ScanRule(
                kind=BURST,
                window_hours=settings.window_hours * factor,
                baseline_hours=self.baseline_hours,
                min_authors=settings.min_authors,
                growth=BURST_GROWS,
            )
            for factor in WINDOWS
        )
        self.slow = ScanRule(
            kind=SLOW_GROWTH,
            window_hours=settings.window_hours * SLOW_WINDOWS,
            baseline_hours=self.baseline_hours,
            min_authors=settings.min_authors,
            gap_hours=settings.window_hours * SLOW_GAP_WINDOWS,
            growth=SLOW_GROWS,
        )
        self.returning = self._watch(CAME_BACK, settings.window_hours, settings.min_authors)
        self.turning = self._watch(TURNED, settings.window_hours * TURN_WINDOWS, settings.min_authors)

    def _watch(self, kind: str, window_hours: float, min_authors: int) -> WatchRule:
        return WatchRule(kind=kind, window_hours=window_hours, baseline_hours=self.baseline_hours, min_authors=min_authors)

    def since(self, moment: datetime) -> datetime:
        """Return how far back an earlier signal still is the present's concern."""
        return moment - timedelta(hours=self.baseline_hours)

    def may_raise(self, signal: Signal, earlier: Sequence[Signal]) -> bool:
        """Tell whether a signal says something new beside `earlier` ones of the same issue (any order).

        Within the cooldown: no. Within the baseline: only when people come twice as fast as last time. Slow growth: only when the issue
        was quiet for its window and gap, for otherwise it is the same thing seen more slowly. A turn in sentiment is another cause than
        growth, but in an outbreak everybody is angry: it is told once within the baseline, and not within the cooldown of growth.
        """
        before = [one for one in earlier if one.at <= signal.at and one.kind in (*GROWTH, TURNED)]
        growth = [one for one in before if one.kind in GROWTH]
        if signal.kind == TURNED:
            told = [one for one in before if one.kind == TURNED and signal.at - one.at <= timedelta(hours=self.baseline_hours)]
            return not told and all(signal.at - one.at >= self._cooldown for one in growth)
        if not growth:
            return True
        last = max(growth, key=lambda one: one.at)
        passed = signal.at - last.at
        if passed < self._cooldown:
            return False
        if signal.kind == SLOW_GROWTH:
            return passed > timedelta(hours=self.slow.window_hours + self.slow.gap_hours)
        if passed > timedelta(hours=self.baseline_hours):
            return True
        return signal.seen / signal.window_hours > GREW_AGAIN * last.seen / last.window_hours

    def kind_after_resolving(self, kind: str, at: datetime, resolved_at: datetime | None, earlier: Sequence[Signal]) -> str:
        """Return the kind under which growth of an issue is told: the first after it was resolved, and settled, is its return."""
        if kind not in GROWTH or resolved_at is None or at <= resolved_at + timedelta(hours=self.returning.window_hours):
            return kind
        told = any(one.kind == CAME_BACK and resolved_at < one.at <= at for one in earlier)
        return kind if told else CAME_BACK

    def may_raise_copies(self, signal: Signal, earlier: Sequence[Signal]) -> bool:
        """Tell whether copies of this text were not reported within the baseline; texts are the same when evidence overlaps."""
        evidence = set(signal.mention_ids)
        since = signal.at - timedelta(hours=self.baseline_hours)
        return not any(one.kind == COPIES and one.at >= since and evidence & set(one.mention_ids) for one in earlier)
