"""How often one person may do what costs much or takes much out of the house (RULES S14)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock


class Limited(StrEnum):
    """What is counted: searching, taking figures or texts out of the house, and wording drafts."""

    SEARCH = "search"
    EXPORT = "export"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """`burst` at once; after that one more every `every_seconds`."""

    burst: int
    every_seconds: float


ALLOWED: Mapping[Limited, Allowance] = {
    Limited.SEARCH: Allowance(burst=60, every_seconds=1.0),
    Limited.EXPORT: Allowance(burst=10, every_seconds=60.0),
    Limited.DRAFT: Allowance(burst=120, every_seconds=1.0),
}
"""Far above what a person does by hand in a busy hour, far below what empties the house in a night."""

LIMITED_ROUTES: Mapping[tuple[str, str], Limited] = {
    ("GET", "/search"): Limited.SEARCH,
    ("GET", "/digest.md"): Limited.EXPORT,
    ("GET", "/report.html"): Limited.EXPORT,
    ("GET", "/api/v1/mentions"): Limited.SEARCH,
    ("POST", "/api/v1/cases/{case_id}/drafts"): Limited.DRAFT,
}
"""The routes that are counted, on pages and in the API alike: one allowance for both."""

MOST_KEPT = 10_000


class PersonLimits:
    """A bucket per person and kind, in memory: a restart fills them. `monotonic` returns seconds that never go back."""

    def __init__(self, monotonic: Callable[[], float], allowed: Mapping[Limited, Allowance] = ALLOWED) -> None:
        self._monotonic = monotonic
        self._allowed = allowed
        self._buckets: dict[tuple[str, Limited], tuple[float, float]] = {}
        self._lock = Lock()

    def wait_seconds(self, who: str, what: Limited) -> float:
        """Take one from a person's bucket and return 0, or return how long to wait for the next one, and take nothing."""
        rule, now = self._allowed[what], self._monotonic()
        with self._lock:
            left, at = self._buckets.get((who, what), (float(rule.burst), now))
            left = min(float(rule.burst), left + (now - at) / rule.every_seconds)
            if left < 1.0:
                self._buckets[who, what] = (left, now)
                return (1.0 - left) * rule.every_seconds
            if len(self._buckets) >= MOST_KEPT:
                self._buckets = {key: kept for key, kept in self._buckets.items() if now - kept[1] < rule.burst * rule.every_seconds}
            self._buckets[who, what] = (left - 1.0, now)
            return 0.0
