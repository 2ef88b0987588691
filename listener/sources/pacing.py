"""How fast we ask: one pace per platform, host and key, for all sources that the platform counts together (RULES F16, P12, P17, P19)."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from listener.errors import RateLimited
from listener.sources.retry_after import wait_seconds

SHARE = 0.8
"""Of what a platform allows we use this part: the rest is for what else runs under the same key, and for clocks that differ."""
MOST_PATIENCE_SECONDS = 20.0
_REMAINING = (
    ("x-rate-limit-remaining", "x-rate-limit-limit"),
    ("x-ratelimit-remaining", "x-ratelimit-limit"),
    ("ratelimit-remaining", "ratelimit-limit"),
)
_RESETS = ("x-ratelimit-reset-after", "x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a platform publishes: so many `requests` in any `seconds`. Where it counts units (YouTube), they are units."""

    requests: int
    seconds: float


POLITE = (Limit(requests=75, seconds=60),)
"""Of a site that publishes nothing: one request a second, after our share."""
PUBLISHED: Mapping[str, tuple[Limit, ...]] = {
    "bluesky": (Limit(requests=3_000, seconds=300),),  # per address; docs.bsky.app, rate limits
    "discord": (Limit(requests=50, seconds=1),),  # per bot, beside what each answer says of its bucket
    "discourse": (Limit(requests=60, seconds=60),),  # an admin key; anonymous readers have 200
    "hackernews": (Limit(requests=10_000, seconds=3_600),),  # hn.algolia.com/api, per address
    "mastodon": (Limit(requests=300, seconds=300),),  # docs.joinmastodon.org, per account
    "reddit": (Limit(requests=100, seconds=60),),  # per OAuth client
    "stackexchange": (Limit(requests=30, seconds=1), Limit(requests=10_000, seconds=86_400)),  # api.stackexchange.com/docs/throttle
    "youtube": (Limit(requests=10_000, seconds=86_400),),  # units of the Data API a day
}


def seconds_per_request(platform: str) -> float:
    """Return after how many seconds another request fits into our share, were they spread evenly; 1 where nothing is published."""
    return max(one.seconds / (one.requests * SHARE) for one in PUBLISHED.get(platform, POLITE))


class Pace:
    """Never more than our share of each limit in any stretch of its length, and nothing while the platform says that it is enough.

    Safe to share between threads and tasks. Those of the event loop await `turn`; threads of client libraries call `take`.
    """

    def __init__(
        self,
        name: str,
        limits: tuple[Limit, ...] = POLITE,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name = name
        self._limits = tuple((max(1, int(one.requests * SHARE)), one.seconds) for one in limits)
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        self._sent: deque[tuple[float, int]] = deque()
        self._closed_until = 0.0

    def take(self, units: int = 1) -> None:
        """Wait until `units` more may go out; raises `RateLimited` when that takes longer than 20 seconds."""
        while (wait := self._take_or_wait(units)) > 0:
            self._sleep(wait)

    async def turn(self, sleep: Callable[[float], Awaitable[None]], units: int = 1) -> None:
        """As `take`, for tasks of the event loop: nobody else waits."""
        while (wait := self._take_or_wait(units)) > 0:
            await sleep(wait)

    def close_for(self, seconds: float) -> None:
        """Let nothing out for `seconds`, because the platform said so."""
        with self._lock:
            self._closed_until = max(self._closed_until, self._monotonic() + seconds)

    def heed(self, headers: Mapping[str, str], *, now: datetime) -> None:
        """Close until the reset that an answer names, once it leaves no more than what is not our share. Names in lower case."""
        for remaining_name, limit_name in _REMAINING:
            remaining = _count(headers.get(remaining_name))
            limit = _count(headers.get(limit_name)) or 0
            if remaining is not None and remaining <= limit - int(limit * SHARE):
                self.close_for(wait_seconds({name: headers[name] for name in _RESETS if name in headers}, b"", now=now))
                return

    def _take_or_wait(self, units: int) -> float:
        """Take `units` and return 0, or return the seconds until they may be taken."""
        with self._lock:
            now = self._monotonic()
            wait = max([self._closed_until - now, *(self._full_for(most, seconds, units, now) for most, seconds in self._limits)])
            if wait <= 0:
                self._sent.append((now, units))
                return 0.0
        if wait > MOST_PATIENCE_SECONDS:
            raise RateLimited(f"{self._name}: our share of its request quota is used up for {wait:.0f} seconds.", wait_seconds=wait)
        return wait

    def _full_for(self, most: int, seconds: float, units: int, now: float) -> float:
        """Return the seconds until `units` more fit into `most` in any `seconds`; more than `most` at once pass when all is quiet."""
        longest = max(length for _, length in self._limits)
        while self._sent and self._sent[0][0] <= now - longest:
            self._sent.popleft()
        room = most - units
        for at, taken in reversed(self._sent):
            if at <= now - seconds:
                return 0.0
            room -= taken
            if room < 0:
                return at + seconds - now
        return 0.0


class Paces:
    """The pace of each platform, host and key: made when first asked for, the same one for whoever asks again."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._paces: dict[tuple[str, str, str], Pace] = {}

    def of(self, platform: str, host: str = "", *, key: str = "", limits: tuple[Limit, ...] = ()) -> Pace:
        """Return the pace at which `platform` may be asked at `host`.

        key: what the platform counts by besides: an account's name or an endpoint; never the token itself.
        limits: what this site publishes when it is not in `PUBLISHED`; a platform that is in neither is asked politely.
        """
        with self._lock:
            name = " ".join(part for part in (platform, host, key) if part)
            new = Pace(name, limits or PUBLISHED.get(platform, POLITE), monotonic=self._monotonic)
            return self._paces.setdefault((platform, host.casefold(), key), new)


def _count(value: str | None) -> int | None:
    """Return a count in a header: "599", "599.0", or the first number of "100, 100;w=60"; None when it does not say."""
    try:
        return max(0, int(float((value or "").partition(",")[0].partition(";")[0])))
    except (ValueError, OverflowError):
        return None
