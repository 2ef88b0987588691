"""What the listening half needs from the outside world, as small promises. Implementations live in the rooms named beside each."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Page, Skip
from listener.model.push import Pushed
from listener.model.recheck import Wanted


class Clock(Protocol):
    """The time. `listener/clock.py` has the system's and one that tests and the demo move by hand."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back, for waits (RULES F13)."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass; negative means none."""
        ...


class Source(Protocol):
    """One account, feed or query on a platform. `listener/sources/`."""

    @property
    def source_id(self) -> str:
        """The name under which the ledger keeps its cursor and its coverage."""
        ...

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return the page that follows `cursor`, oldest mention first.

        `None` starts at the configured look-back. An empty page that returns the same cursor means caught up.
        Pulling one cursor twice skips nothing: callers may repeat a page after a crash.
        Raises `RateLimited` (wait), `SourceUnavailable` (try again), `SourceRefused` (a person has to act).
        """
        ...

    async def aclose(self) -> None:
        """Let go of connections and threads; harmless when called twice."""
        ...


class Stream(Protocol):
    """What a platform tells by itself about one source that is pulled as well. `listener/sources/`.

    It hurries and never decides: whatever a stream leaves out, doubles or says too late, pulls read it at their interval all the same.
    """

    @property
    def source_id(self) -> str:
        """The source whose next pull it hurries."""
        ...

    @property
    def is_wanted(self) -> bool:
        """Tell whether there is anything to listen to now, such as a key that the platform asks for. Asks nobody."""
        ...

    def events(self) -> AsyncGenerator[Pushed, None]:
        """Connect, and yield what is told: `Connected` first, once per connection. An end without an error is the platform's.

        Raises `RateLimited` (wait), `SourceUnavailable` (try again), `SourceRefused` (a person has to act), `BudgetSpent` (a cap of ours).
        Whoever stops listening closes it (`aclosing`), and with it the connection.
        """
        ...


class LooksUp(Protocol):
    """Tells how single posts that are kept stand now. `listener/sources/looking_up.py` makes one of each source that can be asked."""

    @property
    def most(self) -> int:
        """As many posts as one question may name."""
        ...

    async def look_up(self, wanted: Sequence[Wanted], *, control: Sequence[Wanted] = ()) -> tuple[Mention | Removal | Skip, ...]:
        """Return what each post is now, in the order asked for; fewer when the platform, or a cap, ends it before: the rest was not asked.

        A `Removal` is the platform's own definite word: of this post, or by showing others of the same question and not this one. Anything
        else is a `Skip`: it is kept. `control` are posts that stood lately, to be asked for beside them where one alone proves nothing.
        Raises what `Source.pull` does, and `BudgetSpent`, when not even the first could be asked for. What it cost is in its purse.
        """
        ...

    def rest_seconds(self, requests: int) -> float:
        """Return how long to leave the platform alone after so many requests, so that listening never waits for looking again."""
        ...


class Receiver(Protocol):
    """One source that a platform calls: it says who may, and reads what was sent. `listener/sources/`; stores nothing."""

    @property
    def source_id(self) -> str:
        """The name under which the ledger keeps its coverage; also the end of its address."""
        ...

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """Return what to answer when the platform asks whether we are there; None when it is not the platform, or never asks."""
        ...

    def is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell whether the raw `body` was signed by whoever shares our secret. Headers by lower-case name. Without a secret: False."""
        ...

    def read(self, body: bytes, headers: Mapping[str, str]) -> Page:
        """Return what a signed body holds, oldest mention first; its `next` means nothing. Raises `InputError` for what cannot be read."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors. `listener/embedding/`."""

    @property
    def model_id(self) -> str:
        """Name under which vectors are kept; changes whenever the same text would get another vector."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 `(len(texts), n_dims)`, rows of unit length; `(0, n_dims)` for no texts. Blocks: call it off the event loop."""
        ...

    def close(self) -> None:
        """End the worker process, if there is one; harmless when called twice."""
        ...


class Progress(Protocol):
    """Shows long work to a person. A no-op and a terminal bar live in `listener/progress.py`."""

    def start(self, what: str, total: int | None) -> None: ...
    def advance(self, done: int = 1) -> None: ...
    def finish(self) -> None: ...
