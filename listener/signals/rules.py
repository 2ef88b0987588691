"""When a burst becomes a signal: one per issue and cause, then quiet until it clearly grows again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from listener.issues.scan import ScanRule
from listener.model.issue import Signal
from listener.settings.schema import DetectionSettings

BURST = "burst"
SLOW_GROWTH = "slow_growth"
COPIES = "copies"

SLOW_WINDOWS = 6.0
SLOW_GAP_HOURS = 96.0
SLOW_EASE = 100.0
SLOW_MOST_P_VALUE = 3e-4
GREW_AGAIN = 2.0
COPIES_PER_MIN_AUTHORS = 2


class SignalRules:
    """The rules that follow from the detection settings. `looks` are the stretches in which a burst is sought."""

    def __init__(self, settings: DetectionSettings) -> None:
        self.baseline_hours = settings.baseline_days * 24.0
        self._cooldown = timedelta(hours=settings.cooldown_hours)
        self.fewest_copiers = COPIES_PER_MIN_AUTHORS * settings.min_authors
        self.window_hours = settings.window_hours
        self.looks = tuple(
            ScanRule(
                kind=BURST,
                window_hours=settings.window_hours * factor,
                baseline_hours=self.baseline_hours,
                p_value=settings.p_value,
                min_authors=settings.min_authors,
            )
            for factor in (0.5, 1.0, 2.0)
        )
        # Growth over days is judged per issue, of which there are few, so that a larger chance per look gives as few false alarms.
        self.slow = ScanRule(
            kind=SLOW_GROWTH,
            window_hours=settings.window_hours * SLOW_WINDOWS,
            baseline_hours=self.baseline_hours,
            p_value=min(SLOW_MOST_P_VALUE, settings.p_value * SLOW_EASE),
            min_authors=2 * settings.min_authors,
            gap_hours=SLOW_GAP_HOURS,
        )

    def since(self, moment: datetime) -> datetime:
        """Return how far back an earlier signal still is the present's concern."""
        return moment - timedelta(hours=self.baseline_hours)

    def may_raise(self, signal: Signal, earlier: Sequence[Signal]) -> bool:
        """Tell whether a signal says something new beside `earlier` ones of the same issue (any order).

        Within the cooldown: no. Within the baseline: only when people come twice as fast as last time. Slow growth: only when the issue
        was quiet for its window and gap, for otherwise it is the same thing seen more slowly.
        """
        before = [one for one in earlier if one.at <= signal.at and one.kind != COPIES]
        if not before:
            return True
        last = max(before, key=lambda one: one.at)
        passed = signal.at - last.at
        if passed < self._cooldown:
            return False
        if signal.kind == SLOW_GROWTH:
            return passed > timedelta(hours=self.slow.window_hours + self.slow.gap_hours)
        if passed > timedelta(hours=self.baseline_hours):
            return True
        return signal.seen / signal.window_hours > GREW_AGAIN * last.seen / last.window_hours

    def may_raise_copies(self, signal: Signal, earlier: Sequence[Signal]) -> bool:
        """Tell whether copies of this text were not reported within the baseline; texts are the same when evidence overlaps."""
        evidence = set(signal.mention_ids)
        since = signal.at - timedelta(hours=self.baseline_hours)
        return not any(one.kind == COPIES and one.at >= since and evidence & set(one.mention_ids) for one in earlier)
