"""Open pages are told what changed: the right pages, soon, no longer than their session, and never after the service stops."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from listener.clock import SystemClock
from moderation.inbox import routes_live
from moderation.inbox.app import build_staff_app
from moderation.inbox.live import MOST_PER_SESSION, Live, topics_of
from moderation.inbox.sign_in import COOKIE, SignIn
from moderation.ledger.pulse import Pulse, PulseLedger
from moderation.service import pages_served
from tests.fakes.desk import mention, open_desk
from tests.fakes.people import sign_in_on
from tests.fakes.staff import AGENT, StaffDay
from tests.fakes.staff_figures import NOW
from tests.patience import PATIENCE_SECONDS, busy


@dataclass
class ToldPulse:
    """A ledger whose pulse is set by hand."""

    pulse: Pulse = field(default_factory=Pulse)
    subjects: list[str] = field(default_factory=list)
    cases: list[int] = field(default_factory=list)

    def now(self) -> Pulse:
        return self.pulse

    def subjects_since(self, seq: int) -> list[str]:
        return self.subjects

    def cases_since(self, changed_at: datetime | None) -> list[int]:
        return self.cases

    def change(self, *, subjects: list[str] | None = None, cases: list[int] | None = None) -> None:
        self.subjects, self.cases = subjects or [], cases or []
        self.pulse = replace(self.pulse, audit=self.pulse.audit + len(self.subjects), cases=NOW if self.cases else self.pulse.cases)


@pytest.mark.parametrize(
    ("changed", "subjects", "cases", "told"),
    [
        ({"change": 2}, [], [], {"issues"}),
        ({"act": 2}, [], [], {"issues"}),
        ({"signal": 2}, [], [], {"issues"}),
        ({"cases": NOW}, [], [7], {"queue", "case:7"}),
        ({"audit": 2}, ["case:9"], [], {"queue", "case:9"}),
        ({"outbox": NOW}, [], [], {"outbox"}),
        ({"audit": 2}, ["plan:3"], [], {"issues", "outbox"}),
        ({"audit": 2}, ["issue:3"], [], {"issues"}),
        ({"mention": 2}, [], [], set()),  # it is nothing that a page shows until it is read or has a case
    ],
)
def test_what_changed_names_the_pages_it_is_on(changed: dict[str, Any], subjects: list[str], cases: list[int], told: set[str]) -> None:
    before = Pulse(mention=1, change=1, act=1, signal=1, audit=1)
    assert topics_of(before, replace(before, **changed), subjects=subjects, cases=cases) == told


def test_the_pulse_of_a_ledger_moves_with_what_happens(tmp_path: Path) -> None:
    with open_desk(tmp_path / "home") as desk:
        pulse = PulseLedger(desk.ledger.engine)
        empty = pulse.now()
        desk.hear(mention("1"))
        heard = pulse.now()
        assert heard.mention > empty.mention
        (row,) = desk.cases.rows()
        desk.inbox.claim(row.case_id, "anna", row.version)
        claimed = pulse.now()
        assert claimed.audit > heard.audit
        assert pulse.subjects_since(heard.audit) == [f"case:{row.case_id}"]
        assert pulse.now() == claimed, "nothing happened"


@contextmanager
def quick() -> Iterator[None]:
    """Look at sessions often, for tests."""
    kept = routes_live.LOOK_AT_SESSION_SECONDS
    routes_live.LOOK_AT_SESSION_SECONDS = 0.05
    try:
        yield
    finally:
        routes_live.LOOK_AT_SESSION_SECONDS = kept


@dataclass
class Served:
    app: FastAPI
    base: str
    sign_in: SignIn
    live: Live
    source: ToldPulse
    http: httpx.AsyncClient

    async def session(self) -> str:
        token = self.sign_in.new_link(self.base, agent=AGENT).rpartition("token=")[2]
        answer = await self.http.post("/sign-in", data={"token": token}, headers={"origin": self.base})
        return answer.headers["set-cookie"].partition(";")[0].partition("=")[2]

    @asynccontextmanager
    async def listening(self, secret: str, query: str = "watch=queue,issues,outbox") -> AsyncIterator[AsyncIterator[str]]:
        async with self.http.stream("GET", f"/events?{query}", headers={"cookie": f"{COOKIE}={secret}"}) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.aiter_lines()
            assert (await anext(lines)).startswith("retry:")
            yield lines

    async def opened(self, number: int) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while self.live.count != number and time.monotonic() < until:  # noqa: ASYNC110 - a thread of the service moves it
            await asyncio.sleep(0.01)
        assert self.live.count == number


@asynccontextmanager
async def serving() -> AsyncIterator[Served]:
    source = ToldPulse()
    live = Live(source, look_seconds=0.02)
    sign_in = sign_in_on(SystemClock())
    app = build_staff_app(replace(StaffDay().parts(sign_in=sign_in), live=live))
    with quick():
        async with pages_served(app, port=0) as port:
            base = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient(base_url=base, timeout=PATIENCE_SECONDS) as http:
                yield Served(app, base, sign_in, live, source, http)


async def data_of(lines: AsyncIterator[str]) -> str:
    """Return the data of the next event."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in lines:
            if line.startswith("data:"):
                return line.removeprefix("data:").strip()
    raise AssertionError("the stream ended")


async def test_a_page_hears_what_it_asked_for_and_nothing_else() -> None:
    async with serving() as served:
        secret = await served.session()
        async with served.listening(secret, "watch=queue&case=7") as lines:
            await served.opened(1)
            await asyncio.sleep(0.06)
            served.source.change(subjects=["case:8", "outbox:1"])
            assert await data_of(lines) == "queue"
            served.source.change(cases=[7])
            assert await data_of(lines) == "case:7 queue"


async def test_nobody_listens_without_a_session_and_nobody_longer_than_it() -> None:
    async with serving() as served:
        answer = await served.http.get("/events?watch=queue")
        assert answer.status_code == 302
        secret = await served.session()
        async with served.listening(secret) as lines:
            await served.opened(1)
            served.sign_in.leave(secret)
            async with asyncio.timeout(PATIENCE_SECONDS):
                rest = [line async for line in lines]
        assert "event: ended" in rest
        await served.opened(0)


async def test_what_changes_often_does_not_ask_for_the_session_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty-five listeners and two changes a second asked seventy times a second: a tenth of what the service could do."""
    async with serving() as served:
        secret = await served.session()
        async with served.listening(secret, "watch=queue") as lines:
            await served.opened(1)
            monkeypatch.setattr(routes_live, "LOOK_AT_SESSION_SECONDS", 60.0)
            await asyncio.sleep(0.12)  # the wait that began before ends
            asked: list[str] = []
            monkeypatch.setattr(SignIn, "session", lambda _self, given, *, touch=True: asked.append(given))
            for number in range(3):
                served.source.change(subjects=[f"case:{number}"])
                assert await data_of(lines) == "queue"
            assert asked == []


async def test_a_session_has_a_few_streams_and_the_oldest_makes_room() -> None:
    """A browser keeps six connections to one host: streams must never use them up."""
    async with serving() as served:
        secret, other = await served.session(), await served.session()
        async with served.listening(secret) as first, served.listening(secret), served.listening(secret), served.listening(other):
            await served.opened(MOST_PER_SESSION + 1)
            async with served.listening(secret):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    rest = [line async for line in first]
                assert "event: ended" in rest
                await served.opened(MOST_PER_SESSION + 1)


async def test_an_open_stream_does_not_keep_the_service_from_stopping() -> None:
    """RULES F37: uvicorn waits for every answer to end, and a page that listens goes on for ever."""
    live = Live(ToldPulse(), look_seconds=0.02)
    sign_in = sign_in_on(SystemClock())
    app = build_staff_app(replace(StaffDay().parts(sign_in=sign_in), live=live))
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:
        async with pages_served(app, port=0) as port:
            served = Served(app, f"http://127.0.0.1:{port}", sign_in, live, ToldPulse(), http)
            http.base_url = served.base
            stream = served.listening(await served.session())
            lines = await stream.__aenter__()
            await served.opened(1)
            began = time.monotonic()
        assert time.monotonic() - began < 1.0 * busy()
        assert "event: ended" in [line async for line in lines]
        await stream.__aexit__(None, None, None)
    assert live.count == 0


async def test_what_is_watched_for_nobody_is_not_watched() -> None:
    """One thread while pages look, none while nobody does."""
    async with serving() as served:
        secret = await served.session()
        async with served.listening(secret):
            await served.opened(1)
        await served.opened(0)
        until = time.monotonic() + PATIENCE_SECONDS
        while served.live._watching and time.monotonic() < until:  # noqa: ASYNC110 - a thread of the service ends
            await asyncio.sleep(0.01)
        assert not served.live._watching
