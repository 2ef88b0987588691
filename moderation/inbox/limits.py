"""How often one person may do what costs much or takes much out of the house (RULES S14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock


class Limited(StrEnum):
    """What is counted: searching, taking figures or texts out of the house, rows as files, and wording drafts."""

    SEARCH = "search"
    EXPORT = "export"
    ROWS = "rows"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """`burst` at once; after that one more every `every_seconds`."""

    burst: int
    every_seconds: float


ALLOWED: Mapping[Limited, Allowance] = {
    Limited.SEARCH: Allowance(burst=60, every_seconds=1.0),
    Limited.EXPORT: Allowance(burst=10, every_seconds=60.0),
    Limited.ROWS: Allowance(burst=150, every_seconds=10.0),
    Limited.DRAFT: Allowance(burst=300, every_seconds=0.5),
}
"""Far above what a person does by hand in a busy hour, far below what empties the house in a night."""

LIMITED_ROUTES: Mapping[tuple[str, str], Limited] = {
    ("GET", "/search"): Limited.SEARCH,
    ("GET", "/api/v1/mentions"): Limited.SEARCH,
    ("GET", "/api/v1/knowledge"): Limited.SEARCH,
    ("GET", "/digest.md"): Limited.EXPORT,
    ("GET", "/report.html"): Limited.EXPORT,
    ("GET", "/report.md"): Limited.EXPORT,
    ("GET", "/report.pdf"): Limited.EXPORT,
    ("GET", "/knowledge.md"): Limited.EXPORT,
    ("POST", "/exports/mentions"): Limited.ROWS,
    ("POST", "/exports/cases"): Limited.ROWS,
    ("POST", "/exports/feedback"): Limited.ROWS,
    ("POST", "/api/v1/exports/mentions"): Limited.ROWS,
    ("POST", "/api/v1/exports/cases"): Limited.ROWS,
    ("POST", "/api/v1/exports/feedback"): Limited.ROWS,
    ("GET", "/cases/{case_id}/export.json"): Limited.EXPORT,
    ("POST", "/cases/{case_id}/reply/check"): Limited.DRAFT,
    ("POST", "/cases/{case_id}/reply/preview"): Limited.DRAFT,
    ("POST", "/api/v1/cases/{case_id}/drafts"): Limited.DRAFT,
    ("POST", "/api/v1/cases/{case_id}/drafts/check"): Limited.DRAFT,
}
"""The routes that are counted, on pages and in the API alike: one allowance for both. Keeping what somebody types is never refused."""

MOST_PERSONS = 1_000
"""Whoever reads on further than this takes customers out of the house: that is for administrators, and stands in the audit log."""
DEEP_ROUTES: Mapping[tuple[str, str], tuple[str, int]] = {
    ("GET", "/search"): ("page", 25),
    ("GET", "/queue"): ("page", 50),
    ("GET", "/issues/{issue_id}"): ("page", 25),
    ("GET", "/report/{period}/{figure}"): ("page", 50),
    ("GET", "/api/v1/mentions"): ("page", 25),
    ("GET", "/api/v1/cases"): ("cursor", 1),
    ("GET", "/api/v1/issues/{issue_id}/mentions"): ("cursor", 1),
}
"""Lists of what people wrote that can be read on and on: the field that says how far, and how many each step of it is."""

MOST_KEPT = 10_000


def reached(route: tuple[str, str], fields: Iterable[tuple[str, str]]) -> int:
    """Return how many people's messages lie before what a request asks for; 0 for a route that is no such list."""
    name, each = DEEP_ROUTES.get(route, ("", 0))
    asked = [int(value) for field, value in fields if field == name and value.isascii() and value.isdigit() and len(value) < 19]
    return max(asked, default=0) * each


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
