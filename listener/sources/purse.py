"""What one source may still ask and pay today. A source that could go over its cap is stopped before it asks (RULES P8)."""

from __future__ import annotations

import threading

from listener.errors import BudgetSpent
from listener.model.page import Spent

_MICRO = 1_000_000
_NO_LIMIT = 1_000_000_000


class Purse:
    """One source's caps for a day, and what went out of it. No cap: nothing is ever refused, only counted. Safe between threads."""

    def __init__(self, *, most_requests: int | None = None, most_usd: float | None = None) -> None:
        self._most_requests = most_requests
        self._most_micro = None if most_usd is None else _micro(most_usd)
        self._lock = threading.Lock()
        self._day = Spent()
        self._untold = Spent()
        self._granted = 0
        self._aside = 0

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

        A source that pays asks this first, asks its platform for no more than the answer, and tells on its page what it cost. What was
        granted last counts as spent for a stream beside it, until it is paid or the round ends (`settle`).
        """
        with self._lock:
            self._granted = 0
            if self._most_micro is None or usd_each <= 0:
                return most
            left = self._free() // _micro(usd_each)
            if left >= least:
                self._granted = min(most, left) * _micro(usd_each)
        if left < least:
            raise BudgetSpent(f"of its ${self._most_micro / _MICRO:.2f} of today too little is left for a read (budget_usd_per_day).")
        return min(most, left)

    def settle(self) -> None:
        """Take back what was granted and not paid: the question is over."""
        with self._lock:
            self._granted = 0

    def set_aside(self, usd_each: float, most: int) -> None:
        """Keep the price of `most` items at `usd_each` from everybody else, a quarter of the cap at most, for as long as a stream is open.

        A platform that pushes sends on until it notices that we left; what it sends then is paid as well. Raises `BudgetSpent` when less
        is left.
        """
        with self._lock:
            if self._most_micro is None:
                return
            aside = min(_micro(usd_each) * most, self._most_micro // 4)
            if self._day.micro_usd + self._granted + aside > self._most_micro or aside < _micro(usd_each):
                raise BudgetSpent(f"of its ${self._most_micro / _MICRO:.2f} of today too little is left for a stream (budget_usd_per_day).")
            self._aside = aside

    def give_back(self) -> None:
        """Let others have what was set aside: the stream is closed."""
        with self._lock:
            self._aside = 0

    def spend_aside(self, usd: float) -> bool:
        """Count what a stream was sent; return whether it may go on. It may not once only what was set aside is left."""
        with self._lock:
            self._add(Spent(micro_usd=_micro(usd)))
            return self._most_micro is None or self._day.micro_usd + self._granted + self._aside <= self._most_micro

    def is_ahead(self, share_of_day: float) -> bool:
        """Tell whether more requests went out than their part of the day's cap, so that what could wait has to. Never without a cap."""
        with self._lock:
            return self._most_requests is not None and self._day.requests > self._most_requests * share_of_day

    @property
    def requests_today(self) -> int:
        """Requests that went out today, as far as is known since `begin`."""
        with self._lock:
            return self._day.requests

    def pay(self, usd: float) -> None:
        """Count money that was spent, in place of what was granted for it. Never refuses: it is gone."""
        with self._lock:
            self._granted = 0
            self._add(Spent(micro_usd=_micro(usd)))

    def count(self, requests: int) -> None:
        """Count requests that a client library sent by itself. Never refuses: they are out."""
        with self._lock:
            self._add(Spent(requests=requests))

    def part(self, *, most_requests: int, most_usd: float) -> Purse:
        """Return a purse with no more than these in it and no more than is left here, for a question beside the reading.

        What goes out of it is to be counted here as well (`count`, `pay`), nothing too: until then it counts as granted.
        """
        with self._lock:
            left = most_requests if self._most_requests is None else min(most_requests, max(0, self._most_requests - self._day.requests))
            usd = most_usd if self._most_micro is None else min(most_usd, self._free() / _MICRO)
            self._granted = 0 if self._most_micro is None else _micro(usd)
        return Purse(most_requests=left, most_usd=usd)

    def refill(self, of: Purse, *, most_requests: int | None, most_usd: float | None) -> None:
        """Hold what is left in `of` from now on, and no more than these (None: no limit of its own), whatever was in here before.

        Raises `BudgetSpent` when not even one request is left. What goes out is to be counted in `of` as well.
        """
        part = of.part(
            most_requests=_NO_LIMIT if most_requests is None else max(0, most_requests),
            most_usd=_NO_LIMIT if most_usd is None else max(0.0, most_usd),
        )
        with self._lock:
            self._most_requests, self._most_micro, self._day = part._most_requests, part._most_micro, Spent()
        if not part._most_requests:
            raise BudgetSpent("the part of its requests of today that looking again may use is spent (recheck_share).")

    def told(self) -> Spent:
        """Return what was spent since this was last asked, for the ledger."""
        with self._lock:
            spent, self._untold = self._untold, Spent()
            return spent

    def tell_again(self, spent: Spent) -> None:
        """Take back what `told` gave and the ledger could not keep: it counts as spent, and is told next time."""
        with self._lock:
            self._untold = _sum(self._untold, spent)

    def _free(self) -> int:
        """Return the millionths of a dollar that are left, beside what a stream keeps aside and a quarter of that, which it may use."""
        return max(0, (self._most_micro or 0) - self._day.micro_usd - self._aside - self._aside // 4)

    def _add(self, spent: Spent) -> None:
        self._day, self._untold = _sum(self._day, spent), _sum(self._untold, spent)


def _sum(one: Spent, other: Spent) -> Spent:
    return Spent(requests=one.requests + other.requests, micro_usd=one.micro_usd + other.micro_usd)


def _micro(usd: float) -> int:
    return round(usd * _MICRO)
