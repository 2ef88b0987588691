"""X's filtered stream through tweepy: posts as they are posted. Each costs what a read costs, and the day's cap closes the stream.

docs.x.com (posts/filtered-stream, fundamentals/post-cap, rate-limits), read 2026-11-27: 250 posts a second at most; each distinct post that
is delivered counts as a read, once a day (UTC) however it is read, so that a pull that reads it again that day costs nothing more; a blank
line every 20 seconds; one connection to an application; posts of all its rules come, whoever made them.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import UTC
from typing import Any

from listener.errors import BudgetSpent, SourceError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention, Removal
from listener.model.page import Skip
from listener.model.push import Arrived, Connected, Pushed
from listener.ports import Clock
from listener.sources.fields import objects, part, word
from listener.sources.json_text import read_json
from listener.sources.pacing import Paces
from listener.sources.purse import Purse
from listener.sources.streaming import Connections
from listener.sources.x_items import cost_of, found_in
from listener.sources.x_prices import Paid
from listener.sources.x_rules import keep_rules, tag_of

SET_ASIDE = 40
"""Posts whose price is kept free: so many may be on their way, at X's greatest speed, when we leave."""
MOST_WAITING = 5_000
JOIN_SECONDS = 3.0

_Told = Mapping[str, Any] | SourceError | None


class XStream:
    """Posts that `rules` find, handed over whole: they are paid for, and search knows them half a minute later only.

    `fields` and `usd_each` are the source's: what comes with a post and what that costs at most. `paid` and `purse` are shared with its
    pulls: a post that both read costs once, and the cap holds for both.
    """

    def __init__(
        self,
        source_id: str,
        rules: Sequence[str],
        *,
        token: Callable[[], str],
        fields: Mapping[str, Any],
        usd_each: float,
        clock: Clock,
        paces: Paces,
        connections: Connections,
        purse: Purse,
        paid: Paid,
        api_url: str = "",
    ) -> None:
        self._source_id = source_id
        self._rules = tuple(dict.fromkeys(rules))
        self._token = token
        self._fields = dict(fields)
        self._usd_each = usd_each
        self._clock = clock
        self._paces = paces
        self._connections = connections
        self._purse = purse
        self._paid = paid
        self._api_url = api_url

    @property
    def source_id(self) -> str:
        return self._source_id

    @property
    def is_wanted(self) -> bool:
        """Tell whether there is a token."""
        return bool(self._token())

    async def events(self) -> AsyncGenerator[Pushed, None]:
        """Keep our rules at X, connect, and yield posts as they come. See `Stream.events`."""
        token = self._token()
        if (other := self._connections.take(token, self._source_id)) != self._source_id:
            raise SourceRefused(f"X gives an application one stream, and {other} has it; leave stream: true on one of the two.")
        told: asyncio.Queue[_Told] = asyncio.Queue()
        connection: _Connection | None = None
        try:
            self._purse.set_aside(self._usd_each, SET_ASIDE)
            connection = _Connection(self, token, asyncio.get_running_loop(), told)
            connection.start()
            async for pushed in self._read(told):
                yield pushed
        finally:
            self._connections.let_go(token)
            if connection is not None:
                await asyncio.to_thread(connection.close)
            self._purse.give_back()

    async def _read(self, told: asyncio.Queue[_Told]) -> AsyncGenerator[Pushed, None]:
        """Yield what the connection told, what came together at once; raise what ended it."""
        while True:
            some = [await told.get()]
            while not told.empty():
                some.append(told.get_nowait())
            if {} in some:
                yield Connected()
            posts = [one for one in some if isinstance(one, Mapping) and one]
            if posts:
                yield self._arrived(posts)
            if isinstance(some[-1], SourceError):
                raise some[-1]
            if some[-1] is None:
                return

    def _arrived(self, posts: Sequence[Mapping[str, Any]]) -> Arrived:
        ours = [one for one in posts if any(word(rule, "tag") == tag_of(self._source_id) for rule in objects(one, "matching_rules"))]
        found = [each for one in ours for each in found_in(one)]
        return Arrived(
            mentions=tuple(one for one in found if isinstance(one, Mention)),
            removals=tuple(one for one in found if isinstance(one, Removal)),
            skipped=tuple(one for one in found if isinstance(one, Skip)),
            cost_usd=sum(one["cost_usd"] for one in posts),
        )

    def take(self, line: bytes) -> Mapping[str, Any] | SourceError | None:
        """Return the post in a line, paid for; None for what is none. A `SourceError` ends the stream. For the connection's thread."""
        try:
            said = read_json(line)
        except ValueError:
            return None
        if not isinstance(said, Mapping) or not part(said, "data"):
            first = next(iter(objects(said, "errors")), {})
            return SourceUnavailable(f"X ended the stream: {word(first, 'title')[:100]}.") if first else None
        cost = cost_of(said, self._paid, day=self._clock.now().astimezone(UTC).date())
        return {**said, "cost_usd": cost, "goes_on": self._purse.spend_aside(cost)}

    def open(self, token: str) -> Any:
        """Return tweepy's client with our rules kept at X; raises `SourceError`. Blocks."""
        from listener.sources.x_streaming import open_streaming

        client = open_streaming(token, paces=self._paces, purse=self._purse, clock=self._clock, api_url=self._api_url)
        keep_rules(client, self._source_id, self._rules)
        return client

    @property
    def fields(self) -> dict[str, Any]:
        """What is asked for of each post."""
        return self._fields


class _Connection:
    """One connection in a thread of its own, for tweepy blocks; what it reads is handed to the event loop."""

    def __init__(self, stream: XStream, token: str, loop: asyncio.AbstractEventLoop, told: asyncio.Queue[_Told]) -> None:
        self._stream = stream
        self._token = token
        self._loop = loop
        self._told = told
        self._client: Any = None
        self._left = False
        self._thread = threading.Thread(target=self._run, name=f"x-stream-{stream.source_id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Leave X, and wait a moment for the thread. Blocks."""
        self._left = True
        if self._client is not None:
            self._client.leave()
        self._thread.join(JOIN_SECONDS)

    def _run(self) -> None:
        end: SourceError | None = None
        try:
            self._client = client = self._stream.open(self._token)
            if not self._left:
                end = client.listen(self._line, lambda: self._tell({}), self._stream.fields)
        except SourceError as error:
            end = error
        except Exception as error:  # noqa: BLE001 - JSON of another shape surprises tweepy in many ways; all of them mean "try later"
            end = SourceUnavailable(f"X's stream cannot be read: {type(error).__name__}.")
        self._tell(end)

    def _line(self, line: bytes) -> SourceError | None:
        """Take one line; return what ends the stream, None to go on."""
        found = self._stream.take(line)
        if found is None or isinstance(found, SourceError):
            return found
        self._tell(found)
        if not found["goes_on"]:
            return BudgetSpent("what is left of its dollars of today is kept for what X may have sent by now (budget_usd_per_day).")
        return SourceUnavailable("X told more than we could take.") if self._told.qsize() > MOST_WAITING else None

    def _tell(self, one: _Told) -> None:
        with contextlib.suppress(RuntimeError):  # the event loop is gone, and with it whoever listened
            self._loop.call_soon_threadsafe(self._told.put_nowait, one)
