"""What the metrics need from the rest of the product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from moderation.inbox.metrics import Metrics
from moderation.inbox.timing import PageTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsParts:
    """`now()`: how things stand; may block. `times` is filled by the app as answers leave."""

    now: Callable[[], Metrics]
    times: PageTimes
