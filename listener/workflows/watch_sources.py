"""Watch brands and sources as a whole, hour by hour: a brand much more spoken of than usual, a source that fell silent.

What is decided of an hour depends on stored times only: a brand's hour is judged once a later mention was analysed, a source's once it
was read well after that hour. How far the watch came is kept in the ledger after what it raised, so that a process killed in between
judges the hour again and finds that it was said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from listener.insight.store import Insight
from listener.ledger.ledger import Ledger
from listener.model.analysis import AnalysisStep
from listener.model.issue import SILENCE, VOLUME, Signal
from listener.signals.silence import SilenceRule, find_silence
from listener.signals.volume import VolumeAlarm, VolumeRule, volume_alarms

WATCHED_KEY = "watched_until"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
STRETCH = timedelta(days=28)
LEARN_DAYS = 7
MOST_EVIDENCE = 100


class WatchSources:
    """Raises at most one signal per brand or source and cause. Blocks: call it off the event loop, from one thread at a time."""

    def __init__(
        self,
        ledger: Ledger,
        insight: Insight,
        *,
        sources: Sequence[str],
        volume: VolumeRule | None = None,
        silence: SilenceRule | None = None,
        called: Sequence[str] = (),
    ) -> None:
        """sources: ids of those that are listened to; only these can fall silent. called: those among them that platforms call.

        Nobody asks a source that is called: that it was there to be heard is known as far as any other source was read well.
        """
        self._ledger = ledger
        self._insight = insight
        self._sources = tuple(sorted(sources))
        self._volume = volume or VolumeRule()
        self._silence = silence or SilenceRule()
        self._called = frozenset(called)
        self._looked: dict[str, datetime] = {}

    def once(self) -> tuple[Signal, ...]:
        """Judge every hour that is over and was not judged yet; save what is raised, and return it in order of time."""
        raised = (*self._watch_brands(), *self._watch_sources())
        return tuple(sorted(raised, key=lambda one: (one.at, one.kind, one.about)))

    def _watch_brands(self) -> list[Signal]:
        """Go on from where the last watch ended, four weeks at a time, so that a long import is judged as it would have been live."""
        latest, starts = self._ledger.analyses.latest_posted_at(), self._insight.brand_starts()
        if latest is None or not starts:
            return []
        until, kept = _hour(latest), self._ledger.meta.get(WATCHED_KEY)
        since = datetime.fromisoformat(kept) if kept else _hour(min(starts.values()))
        raised: list[Signal] = []
        while since < until:
            end = min(until, since + STRETCH)
            raised += self._save(self._brand_signals(since, end, starts))
            self._ledger.meta.set(WATCHED_KEY, end.isoformat())
            since = end
        return raised

    def _brand_signals(self, since: datetime, until: datetime, starts: Mapping[str, datetime]) -> list[Signal]:
        history = _day(since) - 2 * timedelta(days=self._volume.memory_days)
        voices, told = self._insight.voices(history, until), self._told(VOLUME, history)
        found: list[Signal] = []
        for brand, hours in sorted(voices.items()):
            starts_at = max(history, _day(starts[brand]))
            before = [one for one in told if one.about == brand and one.at <= until]
            alarms = volume_alarms(
                _series({hour: len(ids) for hour, ids in hours.items()}, starts_at, until),
                starts_at=starts_at,
                bucket=HOUR,
                rule=self._volume,
                from_bucket=round((max(since, *(one.at for one in before), starts_at) - starts_at) / HOUR),
                earlier=[_alarm_of(one, starts_at) for one in before],
            )
            found += [
                _volume_signal(alarm, brand, hours, starts_at, _learning_day(starts[brand], starts_at + alarm.at * HOUR))
                for alarm in alarms
            ]
        return found

    def _watch_sources(self) -> list[Signal]:
        """Look at each source that was read well since the last look, up to the last whole hour before that."""
        found: list[Signal] = []
        states = {source: state for source in self._sources if (state := self._ledger.sources.state(source)) is not None}
        latest = max((state.last_ok_at for state in states.values() if state.last_ok_at is not None), default=None)
        for source, state in states.items():
            well_until = latest if source in self._called and state.last_ok_at is not None else state.last_ok_at
            if state.state != "ok" or well_until is None or self._looked.get(source) == _hour(well_until):
                continue
            signal = self._silence_of(source, _hour(well_until))
            found += self._save([signal] if signal is not None else [])
            self._looked[source] = _hour(well_until)
        return found

    def _silence_of(self, source: str, until: datetime) -> Signal | None:
        starts_at = _day(until) - 2 * timedelta(days=self._silence.memory_days)
        hours = self._insight.source_hours(starts_at, until + DAY).get(source, {})
        if not hours or max(hours) >= until or any(one.about == source and one.at > max(hours) for one in self._told(SILENCE, starts_at)):
            return None
        failed_at = self._ledger.sources.last_failure(source)
        found = find_silence(
            _series(hours, starts_at, until),
            starts_at=starts_at,
            answers_since=0 if failed_at is None else max(0, round((_hour(failed_at) - starts_at) / HOUR)),
            rule=self._silence,
        )
        if found is None:
            return None
        return Signal(
            kind=SILENCE,
            issue_id=None,
            about=source,
            at=until,
            seen=0,
            usual=found.usual,
            p_value=found.p_value,
            window_hours=float(found.hours),
            mention_ids=(),
        )

    def _told(self, kind: str, since: datetime) -> list[Signal]:
        return [one for one in self._ledger.issues.signals(since=since) if one.kind == kind]

    def _save(self, signals: list[Signal]) -> list[Signal]:
        if signals:
            self._ledger.analyses.save(AnalysisStep(at=max(one.at for one in signals), signals=tuple(signals)))
        return signals


def _volume_signal(
    alarm: VolumeAlarm, brand: str, hours: Mapping[datetime, Sequence[int]], starts_at: datetime, learning_day: int | None
) -> Signal:
    """Return an alarm as a signal at the end of its hour, with the newest voices of its window as evidence."""
    at = starts_at + (alarm.at + 1) * HOUR
    ids = [mention_id for back in range(alarm.buckets, 0, -1) for mention_id in hours.get(at - back * HOUR, ())]
    return Signal(
        kind=VOLUME,
        issue_id=None,
        about=brand,
        at=at,
        seen=alarm.seen,
        usual=alarm.usual,
        p_value=alarm.p_value,
        window_hours=float(alarm.buckets),
        mention_ids=tuple(ids[-MOST_EVIDENCE:]),
        learning_day=learning_day,
    )


def _alarm_of(signal: Signal, starts_at: datetime) -> VolumeAlarm:
    return VolumeAlarm(
        at=round((signal.at - starts_at) / HOUR) - 1,
        buckets=round(signal.window_hours),
        seen=signal.seen,
        usual=signal.usual,
        p_value=signal.p_value,
    )


def _series(hours: Mapping[datetime, int], starts_at: datetime, until: datetime) -> NDArray[np.int64]:
    """Return a count per hour without gaps."""
    counts = np.zeros(max(0, round((until - starts_at) / HOUR)), dtype=np.int64)
    for hour, count in hours.items():
        if starts_at <= hour < until:
            counts[round((hour - starts_at) / HOUR)] = count
    return counts


def _learning_day(first: datetime, at: datetime) -> int | None:
    days = int((at - first) / DAY) + 1
    return days if days <= LEARN_DAYS else None


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _day(moment: datetime) -> datetime:
    return _hour(moment).replace(hour=0)
