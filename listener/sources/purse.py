"""What one source may still ask and pay today. A source that could go over its cap is stopped before it asks (RULES P8)."""

from __future__ import annotations

import threading

from listener.errors import BudgetSpent
from listener.model.page import Spent

_MICRO = 1_000_000


class Purse:
    """One source's caps for a day, and what went out of it. No cap: nothing is ever refused, only counted. Safe between threads."""

    def __init__(self, *, most_requests: int | None = None, most_usd: float | None = None) -> None:
        self._most_requests = most_requests
        self._most_micro = None if most_usd is None else _micro(most_usd)
        self._lock = threading.Lock()
        self._day = Spent()
        self._untold = Spent()

    @property
    def most_micro_usd(self) -> int | None:
        """The cap on money in millionths of a dollar; None: none."""
        return self._most_micro

    def begin(self, spent_today: Spent) -> None:
        """Take over what the ledger knows of today; what was not told to it yet counts as well."""
        with self._lock:
            self._day = _sum(spent_today, self._untold)

    def ask(self, requests: int = 1) -> None:
        """Count requests that are about to go out. Raises `BudgetSpent`, counting nothing, when they would go over the cap."""
        with self._lock:
            if self._most_requests is not None and self._day.requests + requests > self._most_requests:
                raise BudgetSpent(f"its {self._most_requests:,} requests of today are used up (budget_requests_per_day).")
            self._add(Spent(requests=requests))

    def affordable(self, usd_each: float, most: int, *, least: int = 1) -> int:
        """Return how many items at `usd_each` can still be paid, at most `most`. Raises `BudgetSpent` when those are fewer than `least`.

        A source that pays asks this first, asks its platform for no more than the answer, and tells on its page what it cost.
        """
        with self._lock:
            if self._most_micro is None or usd_each <= 0:
                return most
            left = max(0, self._most_micro - self._day.micro_usd) // _micro(usd_each)
        if left < least:
            raise BudgetSpent(f"of its ${self._most_micro / _MICRO:.2f} of today too little is left for a read (budget_usd_per_day).")
        return min(most, left)

    def pay(self, usd: float) -> None:
        """Count money that was spent. Never refuses: it is gone."""
        with self._lock:
            self._add(Spent(micro_usd=_micro(usd)))

    def count(self, requests: int) -> None:
        """Count requests that a client library sent by itself. Never refuses: they are out."""
        with self._lock:
            self._add(Spent(requests=requests))

    def part(self, *, most_requests: int, most_usd: float) -> Purse:
        """Return a purse with no more than these in it and no more than is left here, for a question beside the reading.

        What goes out of it is to be counted here as well (`count`, `pay`).
        """
        with self._lock:
            left = most_requests if self._most_requests is None else min(most_requests, max(0, self._most_requests - self._day.requests))
            usd = most_usd if self._most_micro is None else min(most_usd, max(0, self._most_micro - self._day.micro_usd) / _MICRO)
        return Purse(most_requests=left, most_usd=usd)

    def told(self) -> Spent:
        """Return what was spent since this was last asked, for the ledger."""
        with self._lock:
            spent, self._untold = self._untold, Spent()
            return spent

    def _add(self, spent: Spent) -> None:
        self._day, self._untold = _sum(self._day, spent), _sum(self._untold, spent)


def _sum(one: Spent, other: Spent) -> Spent:
    return Spent(requests=one.requests + other.requests, micro_usd=one.micro_usd + other.micro_usd)


def _micro(usd: float) -> int:
    return round(usd * _MICRO)
