"""Counting right and false alarms on a stream whose events are known.

A signal is *true* if at least half of its mentions carry one event and it fires between the event's onset and 24 hours after
`end_90pct`; later ones on that event are ignored; all others are *false*. An event is *found* when its first true signal came by
the later of onset + 24 hours and its 15th post; slow growth by `end_90pct`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

DAY = timedelta(hours=24)
SLOW = "slow_growth"
LAST_POST = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A planted event. `posts` are the moments of its posts, oldest first."""

    event_id: str
    kind: str
    onset: datetime
    end_90pct: datetime
    posts: tuple[datetime, ...]

    @property
    def found_by(self) -> datetime:
        if self.kind == SLOW:
            return self.end_90pct
        return max(self.onset + DAY, self.posts[min(LAST_POST, len(self.posts)) - 1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A signal as the replay raised it: when, and the event of each mention behind it ("" for none)."""

    at: datetime
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The outcome. Delays are of the first true signal; medians leave slow growth out and are None when nothing sudden was found."""

    events: int
    found: int
    late: tuple[str, ...]
    missed: tuple[str, ...]
    false_alarms: int
    ignored: int
    false_alarms_per_week: float
    median_posts: float | None
    median_hours: float | None
    by_type: Mapping[str, str]
    delays: Mapping[str, tuple[int, float]] = field(default_factory=dict)


def count_signals(raised: Sequence[Raised], events: Sequence[Event], *, weeks: float) -> Counted:
    """Count `raised` (in order of time) against `events` over a stream that lasted `weeks`."""
    known = {event.event_id: event for event in events}
    first: dict[str, datetime] = {}
    false = ignored = 0
    for signal in raised:
        event = known.get(_event_of(signal))
        if event is None or signal.at < event.onset:
            false += 1
        elif event.event_id in first:
            ignored += 1
        elif signal.at <= event.end_90pct + DAY:
            first[event.event_id] = signal.at
        else:
            false += 1
    found = {name for name, at in first.items() if at <= known[name].found_by}
    delays = {
        name: (sum(post <= at for post in known[name].posts), round((at - known[name].onset) / timedelta(hours=1), 1))
        for name, at in sorted(first.items())
    }
    sudden = [delay for name, delay in delays.items() if known[name].kind != SLOW]
    kinds = sorted({event.kind for event in events})
    return Counted(
        events=len(events),
        found=len(found),
        late=tuple(sorted(first.keys() - found)),
        missed=tuple(sorted(known.keys() - first.keys())),
        false_alarms=false,
        ignored=ignored,
        false_alarms_per_week=round(false / weeks, 2),
        median_posts=median(posts for posts, _ in sudden) if sudden else None,
        median_hours=round(median(hours for _, hours in sudden), 2) if sudden else None,
        by_type={k: f"{sum(known[n].kind == k for n in found)}/{sum(e.kind == k for e in events)}" for k in kinds},
        delays=delays,
    )


def _event_of(signal: Raised) -> str:
    """Return the event that at least half of the mentions carry, or ""."""
    carried = Counter(event for event in signal.events if event)
    if not carried:
        return ""
    event, count = carried.most_common(1)[0]
    return event if 2 * count >= len(signal.events) else ""
