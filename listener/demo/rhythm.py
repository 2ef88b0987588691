"""When people write: hour of the day, weekends, and how an outbreak swells and ebbs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

HOME_ZONE = ZoneInfo("Europe/Amsterdam")
SLOT = timedelta(minutes=15)

# Posts per hour of a working day, in proportion: quiet at night, a bump at breakfast, the most in the evening.
_BY_HOUR = (1.0, 0.6, 0.4, 0.3, 0.3, 0.7, 2.2, 5.0, 7.0, 7.0, 6.5, 6.0, 6.6, 6.0, 5.5, 5.5, 6.0, 7.0, 7.6, 8.5, 9.0, 8.0, 5.5, 2.6)
_WEEKEND = 0.7
_WEEKEND_MORNING = 0.45

Shape = Callable[[float], float]
"""Hours since the beginning to a weight of 0 or more."""


def daily(moment: datetime) -> float:
    """Return how busy a moment is, by the clock on the wall in the Netherlands; never 0."""
    local = moment.astimezone(HOME_ZONE)
    weight = _BY_HOUR[local.hour]
    if local.weekday() >= 5:
        weight *= _WEEKEND_MORNING if local.hour < 9 else _WEEKEND
    return weight


def even(_hours: float) -> float:
    """A subject that is always there."""
    return 1.0


def outbreak(half_life_hours: float) -> Shape:
    """A sudden subject: to its height within two hours, then half as much every `half_life_hours`, with a murmur that stays."""
    return lambda hours: min(1.0, 0.25 + hours / 2.0) * (float(0.5 ** (hours / half_life_hours)) + 0.03)


def creeping(full_after_hours: float) -> Shape:
    """A slow subject: grows in a straight line until `full_after_hours`, then stays, without a moment at which it starts."""
    return lambda hours: min(1.0, 0.06 + hours / full_after_hours)


def moments(rng: Random, count: int, *, begin: datetime, end: datetime, shape: Shape = even, night: float = 1.0) -> list[datetime]:
    """Return `count` moments in [begin, end), in order, spread by daily rhythm times `shape`.

    `night` of 1 follows the daily rhythm fully, 0 ignores it (people in the dark post at once). Whole seconds, UTC. One draw is
    made from each of `count` equal shares of the total weight, so a subject that is always there is there every day.
    """
    slots = [begin + SLOT * index for index in range(max(1, int((end - begin) / SLOT)))]
    weights = [shape((slot - begin) / timedelta(hours=1)) * daily(slot) ** night for slot in slots]
    sums = list(accumulate(weights))
    drawn: list[datetime] = []
    for index in range(count):
        at = bisect_right(sums, (index + rng.random()) / count * sums[-1])
        moment = slots[min(at, len(slots) - 1)] + rng.random() * SLOT
        drawn.append(moment.astimezone(UTC).replace(microsecond=0))
    return sorted(min(moment, end - timedelta(seconds=1)) for moment in drawn)
