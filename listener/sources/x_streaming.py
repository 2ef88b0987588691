"""tweepy's streaming client as we use it: one connection, lines with a limit, refusals in our words, and an end when we say so.

Imported when first used, as `x_session.py`. tweepy 4.17 connects again for ever by itself, reads lines of any length and tells refusals by
their number alone; when to try again is for `listener/streams.py`, so each of its ends is one here.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import requests
import tweepy

from listener.errors import SourceError, SourceUnavailable
from listener.ports import Clock
from listener.sources.http import product_version
from listener.sources.http_lines import LineCutter
from listener.sources.pacing import Paces
from listener.sources.purse import Purse
from listener.sources.x_access import pace_in
from listener.sources.x_session import HOST, REQUEST_TIMEOUT_SECONDS, CarefulSession, read_body

PATH = "/2/tweets/search/stream"
IDLE_SECONDS = 30.0
"""X sends a blank line every twenty seconds."""
CHUNK_BYTES = 512


class StreamSession(CarefulSession):
    """A careful session whose answer to `PATH` goes on: its lines are read one by one, within bounds."""

    opened: requests.Response | None = None

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **more: Any) -> requests.Response:
        """Ask once. Raises as `CarefulSession.request`."""
        address = str(url)
        if address.removeprefix(HOST) != PATH:
            return super().request(method, url, *args, **more)
        pace = self.turn(PATH)
        until = time.monotonic() + REQUEST_TIMEOUT_SECONDS
        more |= {"timeout": (REQUEST_TIMEOUT_SECONDS, IDLE_SECONDS), "allow_redirects": False, "stream": True}
        try:
            response = requests.Session.request(self, str(method), self.address_of(address), **more)
            body = b"" if response.status_code == 200 else read_body(response, until)
        except (requests.RequestException, OSError, ValueError) as error:  # the text of an error may hold an address: only its name is told
            raise SourceUnavailable(f"X could not be reached: {type(error).__name__}.") from error
        self.raise_refusal(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body, pace)
        if response.status_code != 200:
            raise SourceUnavailable(f"X answered with status {response.status_code}, not with a stream.")
        self.opened = response
        response.iter_lines = lambda **_: _lines(response)  # type: ignore[assignment] # tweepy asks for lines of any length
        return response


class StreamingClient(tweepy.StreamingClient):  # type: ignore[misc] # tweepy has no types
    """One connection; when it ended, however, it stays ended."""

    _line: Callable[[bytes], SourceError | None]
    _connected: Callable[[], None]
    _end: SourceError | None = None

    def listen(
        self, line: Callable[[bytes], SourceError | None], connected: Callable[[], None], fields: Mapping[str, Any]
    ) -> SourceError | None:
        """Hand each line to `line` until that returns what ends it; return what ended it, None for an end of X's own. Blocks."""
        self._line, self._connected = line, connected
        self.filter(**fields)
        return self._end

    def leave(self) -> None:
        """End the connection from another thread: what X sends from now on is not read."""
        self.disconnect()
        opened = self.session.opened
        if opened is not None:
            with contextlib.suppress(Exception):  # it may be closed already, or never have been open
                opened.raw.shutdown()

    def on_connect(self) -> None:
        self._connected()

    def on_data(self, raw_data: bytes) -> None:
        self._end = self._line(raw_data)
        if self._end is not None:
            self.disconnect()

    def on_keep_alive(self) -> None:
        """Nothing is new."""

    def on_closed(self, response: requests.Response) -> None:
        del response
        self.disconnect()

    def on_connection_error(self) -> None:
        self._end = self._end or SourceUnavailable("X broke the stream off.")
        self.disconnect()

    def on_exception(self, exception: Exception) -> None:
        known = exception if isinstance(exception, SourceError) else None
        self._end = known or SourceUnavailable(f"X's stream cannot be read: {type(exception).__name__}.")

    def on_disconnect(self) -> None:
        """tweepy would log it; `StreamSchedule` does."""


def open_streaming(token: str, *, paces: Paces, purse: Purse, clock: Clock, api_url: str = "") -> StreamingClient:
    """Return a client that is not connected yet, at our pace. `api_url` is for tests."""
    logging.getLogger("tweepy").setLevel(logging.WARNING)  # its debug lines hold the token
    client = StreamingClient(token, return_type=dict, wait_on_rate_limit=False, max_retries=0)
    client.session = StreamSession(pace_of=pace_in(paces), purse=purse, clock=clock, api_url=api_url)
    client.user_agent = f"Klankbord/{product_version()} tweepy/{tweepy.__version__}"
    return client


def _lines(response: requests.Response) -> Iterator[bytes]:
    """Yield lines without their ends. Raises `SourceUnavailable` for one that never ends."""
    cutter = LineCutter("X")
    for chunk in response.iter_content(CHUNK_BYTES):
        yield from cutter.take(chunk)
    response.raw.close()  # tweepy connects again by itself unless it finds it closed
