"""The session below tweepy: one request at a time, at our pace, with an end; refusals become our errors before tweepy reads them.

Imported when first used: `requests` is for homes that read X.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import requests

from listener.errors import RateLimited, SourceRefused, SourceUnavailable
from listener.ports import Clock
from listener.sources.pacing import Pace
from listener.sources.purse import Purse
from listener.sources.refusals import cause_of
from listener.sources.retry_after import wait_seconds

HOST = "https://api.twitter.com"
"""Where tweepy sends its requests."""
MOST_BYTES = 10_000_000
REQUEST_TIMEOUT_SECONDS = 20.0
_REFUSED = {
    400: "did not understand the request (400); check the query of this source, its length and its operators",
    401: "does not accept the token (401); check KLANKBORD_X_READ_BEARER_TOKEN",
    402: "has no credits left for this application (402); buy credits in its developer console",
    403: "does not let this application do that (403); check its project and its access level in the developer console",
    404: "knows no such account (404); check account of this source",
}


class CarefulSession(requests.Session):
    """Requests with a time-out, a size limit and no redirects; refusals are told as our errors before tweepy reads them.

    Each kind of request goes at the pace of its own endpoint. `api_url` takes the place of X's address (tests).
    """

    def __init__(self, *, pace_of: Callable[[str], Pace], purse: Purse, clock: Clock, api_url: str = "") -> None:
        super().__init__()
        self.trust_env = False
        self._pace_of = pace_of
        self._purse = purse
        self._clock = clock
        self._api_url = api_url

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **more: Any) -> requests.Response:  # noqa: ARG002  # requests' own signature
        """Ask once. Raises `RateLimited`, `SourceUnavailable`, `SourceRefused` and `BudgetSpent`."""
        address = str(url)
        pace = self.turn(address.removeprefix(HOST))
        address = self.address_of(address)
        more |= {"timeout": REQUEST_TIMEOUT_SECONDS, "allow_redirects": False, "stream": True}
        until = time.monotonic() + REQUEST_TIMEOUT_SECONDS
        try:
            response = super().request(str(method), address, **more)
            body = read_body(response, until)
        except (requests.RequestException, OSError, ValueError) as error:  # the text of an error may hold an address: only its name is told
            raise SourceUnavailable(f"X could not be reached: {type(error).__name__}.") from error
        response._content = body  # `stream` left it empty, and tweepy reads it from here
        headers = {name.lower(): value for name, value in response.headers.items()}
        self.raise_refusal(response.status_code, headers, body, pace)
        pace.heed(headers, now=self._clock.now())
        return response

    def turn(self, path: str) -> Pace:
        """Wait until a path may be asked, and count the request; return its pace. Raises `RateLimited` and `BudgetSpent`."""
        pace = self._pace_of(path)
        pace.take()
        self._purse.ask()
        return pace

    def address_of(self, url: str) -> str:
        """Return where a request to X goes."""
        return self._api_url + url.removeprefix(HOST) if self._api_url else url

    def raise_refusal(self, status: int, headers: dict[str, str], body: bytes, pace: Pace) -> None:
        """Return for 2xx; raise our error for everything else. Headers by lower-case name."""
        if 200 <= status < 300:
            return
        if status == 429 or (status == 503 and "retry-after" in headers):
            wait = wait_seconds(headers, body, now=self._clock.now())
            pace.close_for(wait)
            raise RateLimited(f"X asks us to wait {wait:.0f} seconds.", wait_seconds=wait)
        if status in _REFUSED:
            raise SourceRefused(f"X {_REFUSED[status]}.", cause=cause_of(status, headers, body), status=status, said=body[:4_000])
        if 400 <= status < 500 and status not in (408, 421, 425):
            raise SourceRefused(f"X refuses the request ({status}).", cause=cause_of(status, headers, body), status=status)
        raise SourceUnavailable(f"X answered with status {status}.")


def read_body(response: requests.Response, until: float) -> bytes:
    """Read the whole body; ValueError when it is too long or takes too long."""
    received = bytearray()
    for chunk in response.iter_content(65_536):
        received += chunk
        if len(received) > MOST_BYTES:
            raise ValueError("too long")
        if time.monotonic() > until:
            raise ValueError("too slow")
    return bytes(received)
