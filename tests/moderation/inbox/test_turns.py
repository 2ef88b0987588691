"""Two pages are made at a time, in the order in which they were asked for; nobody is kept waiting by what is long, slow or broken."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from moderation.inbox.turns import AT_ONCE, Turns
from tests.patience import PATIENCE_SECONDS

START: Message = {"type": "http.response.start", "status": 200, "headers": []}
END: Message = {"type": "http.response.body", "body": b""}


class Making:
    """An app whose pages are made when the test says so; knows how many were begun and which."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.may_answer: dict[str, asyncio.Event] = {}
        self.may_end: dict[str, asyncio.Event] = {}
        self.broken: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"]
        self.begun.append(name)
        await self.may_answer.setdefault(name, asyncio.Event()).wait()
        if name in self.broken:
            raise RuntimeError(name)
        await send(START)
        await self.may_end.setdefault(name, asyncio.Event()).wait()
        await send(END)

    def let(self, name: str, *, end: bool = True) -> None:
        self.may_answer.setdefault(name, asyncio.Event()).set()
        if end:
            self.may_end.setdefault(name, asyncio.Event()).set()


async def _receive() -> Message:
    return {"type": "http.request"}


async def _send(_message: Message) -> None:
    return None


def asked(turns: Turns, app: Making, names: str) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(turns.take(app, {"type": "http", "path": name}, _receive, _send)) for name in names]


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_two_are_made_at_a_time_in_the_order_asked() -> None:
    """Twenty at once would all be there when the twentieth is: the first to ask should not wait for the last."""
    turns, app = Turns(), Making()
    tasks = asked(turns, app, "abcde")
    await settled()
    assert app.begun == ["a", "b"] == list("ab")[:AT_ONCE]
    app.let("b")
    await settled()
    assert app.begun == ["a", "b", "c"]
    for name in "acde":
        app.let(name)
    await asyncio.gather(*tasks)
    assert app.begun == list("abcde")


async def test_who_reads_slowly_keeps_nobody_waiting() -> None:
    """A turn ends when the answer begins: two browsers that never read on would otherwise end everybody's day."""
    turns, app = Turns(), Making()
    tasks = asked(turns, app, "abcd")
    await settled()
    app.let("a", end=False)
    app.let("b", end=False)
    await settled()
    assert app.begun == list("abcd")
    for name in "abcd":
        app.let(name)
    await asyncio.gather(*tasks)


async def test_a_long_one_goes_on_but_no_longer_counts() -> None:
    turns, app = Turns(longest_seconds=0.01), Making()
    tasks = asked(turns, app, "abcd")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(app.begun) < 4:  # noqa: ASYNC110 - a timer of the loop moves it
            await asyncio.sleep(0.005)
    assert app.begun == list("abcd")
    for name in "abcd":
        app.let(name)
    await asyncio.gather(*tasks)
    turns._longest_seconds = 60.0  # a machine that is busy just now must not end these turns
    again = asked(turns, app, "efgh")
    await settled()
    assert app.begun == list("abcdef"), "a turn that ended twice would let three in"
    for name in "efgh":
        app.let(name)
    await asyncio.gather(*again)


async def test_a_page_that_fails_or_is_no_longer_wanted_gives_its_turn_back() -> None:
    turns, app = Turns(), Making()
    app.broken.add("a")
    tasks = asked(turns, app, "abcd")
    await settled()
    app.let("a")
    tasks[1].cancel()
    await settled()
    assert app.begun == list("abcd")
    with pytest.raises(RuntimeError):
        await tasks[0]
    for name in "cd":
        app.let(name)
    await asyncio.gather(*tasks[2:])


def test_each_event_loop_has_turns_of_its_own() -> None:
    """A lock that waits in one loop cannot wake anybody in another."""
    turns = Turns()

    async def everybody() -> None:
        app = Making()
        tasks = asked(turns, app, "abc")
        await settled()
        for name in "abc":
            app.let(name)
        await asyncio.gather(*tasks)

    asyncio.run(everybody())
    asyncio.run(everybody())


class Somebody:
    """Whose a page is."""

    def __init__(self, name: str) -> None:
        self.name = name


async def test_whoever_asks_for_hundreds_waits_behind_himself_alone() -> None:
    """One program with a token, or one browser that reloads without end, must not make all colleagues wait for its pages."""
    turns, app = Turns(), Making()

    def ask(path: str, whose: str) -> asyncio.Task[None]:
        scope = {"type": "http", "path": path, "state": {"person": Somebody(whose)}}
        return asyncio.create_task(turns.take(app, scope, _receive, _send))

    many = [ask(f"many-{number}", "bas") for number in range(300)]
    await settled()
    one = ask("one", "anna")
    await settled()
    assert app.begun == ["many-0", "many-1"]
    app.let("many-0")
    await settled()
    assert "one" in app.begun[: AT_ONCE + 1]
    for number in range(300):
        app.let(f"many-{number}")
    app.let("one")
    await asyncio.gather(*many, one)
    assert app.begun[2:] == ["one", *(f"many-{number}" for number in range(2, 300))]


async def test_whoever_goes_away_while_waiting_leaves_the_row() -> None:
    """A browser that closes the page takes no turn, neither of its own nor of the house."""
    turns, app = Turns(), Making()
    tasks = asked(turns, app, "abcd")
    await settled()
    for waiting in tasks[2:]:
        waiting.cancel()
    await asyncio.gather(*tasks[2:], return_exceptions=True)
    later = asked(turns, app, "ef")
    for name in "abef":
        app.let(name)
    await asyncio.gather(*tasks[:2], *later)
    assert app.begun == list("abef")
