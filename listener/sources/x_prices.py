"""What reading X costs. Prices per resource returned: docs.x.com/x-api/getting-started/pricing, read 2026-11-26 (RULES P8).

X counts a resource once a day (UTC) and calls that a soft promise. What came beside posts (`includes`) is counted as well: X does not say
whether it charges for it, and a cap must hold when it does. Mentions of an own account may be cheaper; they are counted in full.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import date

POST_USD = 0.005
USER_USD = 0.010


class Paid:
    """What was paid for today, in this process: the same post or person again the same day costs nothing. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._day: date | None = None
        self._posts: set[str] = set()
        self._users: set[str] = set()

    def cost(self, posts: Iterable[str], users: Iterable[str], *, day: date) -> float:
        """Return what these ids cost on `day`, in dollars, and remember them."""
        with self._lock:
            if day != self._day:
                self._day, self._posts, self._users = day, set(), set()
            new_posts, new_users = set(posts) - self._posts, set(users) - self._users
            self._posts |= new_posts
            self._users |= new_users
        return len(new_posts) * POST_USD + len(new_users) * USER_USD
