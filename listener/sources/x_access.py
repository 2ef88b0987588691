"""Access to X through tweepy: how fast we ask, and what its surprises mean to us.

tweepy is imported when first used: a home without X never pays for it. tweepy 4.17 sets no time-out, follows redirects with the token in
hand, waits on 429 only when told to, and writes the token into its own debug log; the session below it (`x_session.py`) and a log level
see to that (RULES M11, S29). Limits: docs.x.com/x-api/fundamentals/rate-limits, read 2026-11-26, per application and 15 minutes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from listener.errors import SourceError, SourceUnavailable
from listener.ports import Clock
from listener.sources.http import product_version
from listener.sources.pacing import Limit, Pace, Paces
from listener.sources.purse import Purse

LIMITS = {
    "search": (Limit(requests=450, seconds=900),),
    "mentions": (Limit(requests=450, seconds=900),),
    "look-ups": (Limit(requests=3_500, seconds=900),),
    "users": (Limit(requests=300, seconds=900),),
    "rules": (Limit(requests=100, seconds=900),),
    "stream": (Limit(requests=50, seconds=900),),
}

Result = TypeVar("Result")


def endpoint_of(path: str) -> str:
    """Return which of X's limits counts a request to `path`."""
    path = path.partition("?")[0]
    if path.endswith("/search/recent"):
        return "search"
    if "/search/stream" in path:
        return "rules" if path.endswith("/rules") else "stream"
    return "mentions" if path.endswith("/mentions") else "users" if path.startswith("/2/users") else "look-ups"


def open_tweepy(token: str, *, paces: Paces, purse: Purse, clock: Clock, api_url: str = "") -> Any:
    """Return a `tweepy.Client` that gives plain dictionaries and asks at our pace. Nothing is sent yet. `api_url` is for tests."""
    import tweepy

    from listener.sources.x_session import CarefulSession

    logging.getLogger("tweepy").setLevel(logging.WARNING)  # its debug lines hold the token
    client = tweepy.Client(bearer_token=token, return_type=dict, wait_on_rate_limit=False)
    client.session = CarefulSession(pace_of=pace_in(paces), purse=purse, clock=clock, api_url=api_url)
    client.user_agent = f"Klankbord/{product_version()} tweepy/{tweepy.__version__}"
    return client


def pace_in(paces: Paces) -> Callable[[str], Pace]:
    """Return what tells at which pace a path may be asked."""

    def pace_of(path: str) -> Pace:
        kind = endpoint_of(path)
        return paces.of("x", key=kind, limits=LIMITS[kind])

    return pace_of


def ask(client: Any, question: Callable[[Any], Result]) -> Result:
    """Return `question(client)`, with every surprise of tweepy at odd answers told as one of our errors. Blocks."""
    try:
        return question(client)
    except SourceError:
        raise
    except Exception as error:  # JSON of another shape surprises tweepy in many ways; all of them mean "try later"
        raise SourceUnavailable(f"X answered something that cannot be read: {type(error).__name__}.") from error
