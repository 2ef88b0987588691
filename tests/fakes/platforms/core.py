"""A fake platform over real loopback HTTP, with its own book of what it accepted; one small file per platform sits on top.

A platform's file gives routes and turns `Why` into its own refusals. Its handlers call `take` for what is posted and `shown` for what is
read. The server runs in a thread with a loop of its own, so that blocking clients can be tried, and takes a free port of 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from listener.ports import Clock
from tests.fakes.platforms.faults import Ending, Fault, Why
from tests.fakes.platforms.record import Post, Record

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
TOKEN = "kb-secret-token-5f1d"
"""The one good token of the one account; no error text may carry it."""
ACCOUNT = "stroomloket"
"""The name of that account on every fake."""
_LATE: ContextVar[bool] = ContextVar("late", default=False)


class Refused(Exception):
    """The platform says no and accepts nothing."""

    def __init__(self, why: Why, fault: Fault | None = None) -> None:
        super().__init__(why.value)
        self.why = why
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came in. `write`: it asked for something to be posted or changed."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    write: bool


@dataclass
class Place:
    """What tests did to a thread: locked, gone, or a ban of our account there."""

    why: dict[str, Why] = field(default_factory=dict)

    def close(self, target: str, why: Why) -> None:
        """Refuse every later post there for this reason."""
        self.why[target] = why


class FakePlatform:
    """The server. `with FakeX(folder / "x.jsonl", clock) as fake:` then `fake.url`.

    Tests queue faults for writes (`fault`) and reads (`read_fault`): each request takes one. `asked` lists all requests, `writes` those
    that would post. `places.close(target, why)` locks or deletes a thread. `native_key`: a repeated key gets the first post back.
    """

    name = "fake"
    native_key = False
    refuses_repeats = False
    """Whether the same text by the same account at the same place is refused as a duplicate."""
    late_seconds = 45.0

    def __init__(self, record: Path, clock: Clock) -> None:
        self.record = Record(record)
        self.clock = clock
        self.places = Place()
        self.asked: list[Asked] = []
        self.url = ""
        self._faults: list[Fault] = []
        self._read_faults: list[Fault] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"fake {self.name}", daemon=True)

    # What a platform's file fills in ------------------------------------------------------------------------------------------------

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the platform's addresses; none for what is not asked over HTTP."""
        return ()

    def refusal(self, why: Why, fields: dict[str, object]) -> web.Response:
        """Return the platform's own answer for a refusal. `fields` belong into a 429's body; its headers are added by the core."""
        raise TypeError(f"{self.name} has no refusal over HTTP for {why.value}")

    def is_write(self, request: web.Request) -> bool:
        """Say whether a request posts or changes something; signing in does not."""
        return request.method != "GET"

    def post_id(self, number: int) -> str:
        """Return the id of the n-th post, counted from 1, as the platform makes them."""
        return str(number)

    # What its handlers use ----------------------------------------------------------------------------------------------------------

    def take(self, account: str, target: str, text: str, key: str = "", *, parent: str = "", **more: Any) -> Post:
        """Accept a post, or raise `Refused`. It is on disk when this returns."""
        if (why := self.places.why.get(target)) is not None:
            raise Refused(why)
        late = timedelta(seconds=self.late_seconds if _LATE.get() else 0)
        now = self.clock.now()

        def make(earlier: list[Post]) -> Post:
            mine = [one for one in earlier if one.account == account]
            if self.native_key and key and (first := next((one for one in mine if one.key == key), None)):
                return first
            if self.refuses_repeats and any((one.target, one.text) == (target, text) for one in mine):
                raise Refused(Why.DUPLICATE)
            number = len(earlier) + 1
            return Post(
                number=number,
                post_id=self.post_id(number),
                account=account,
                target=target,
                text=text,
                key=key,
                parent=parent,
                accepted_at=now,
                visible_at=now + late,
                more=more,
            )

        return self.record.add(make)

    def change(self, account: str, post_id: str, text: str) -> Post:
        """Accept an edit of an own post, or raise `Refused`."""
        found = self._own(account, post_id)
        if (why := self.places.why.get(found.target)) is not None:
            raise Refused(why)
        return self.record.edit(post_id, text)

    def remove(self, account: str, post_id: str) -> Post:
        """Take an own post away, or raise `Refused`; a closed place does not keep anybody from it."""
        return self.record.remove(self._own(account, post_id).post_id)

    def _own(self, account: str, post_id: str) -> Post:
        mine = (one for one in self.record.posts() if one.post_id == post_id and one.account == account and not one.removed)
        found = next(mine, None)
        if found is None:
            raise Refused(Why.GONE)
        return found

    def shown(self, account: str = "", target: str = "") -> list[Post]:
        """Return what the platform shows by now, oldest first; empty arguments mean any."""
        now = self.clock.now()
        there = [one for one in self.record.posts() if one.visible_at <= now and not one.removed]
        return [one for one in there if account in ("", one.account) and target in ("", one.target)]

    def check_token(self, request: web.Request, scheme: str = "Bearer") -> str:
        """Return the account of a request's token, or raise `Refused`."""
        if request.headers.get("Authorization", "").lower() != f"{scheme} {TOKEN}".lower():
            raise Refused(Why.UNAUTHORISED)
        return ACCOUNT

    # What tests use -----------------------------------------------------------------------------------------------------------------

    def fault(self, *faults: Fault) -> None:
        """Let these happen to the next writes, one each."""
        self._faults.extend(faults)

    def read_fault(self, *faults: Fault) -> None:
        """Let these happen to the next reads, one each."""
        self._read_faults.extend(faults)

    def clear(self) -> None:
        """Forget the faults that nobody met."""
        self._faults.clear()
        self._read_faults.clear()

    def go_away(self) -> None:
        """Stop listening: from now on no connection is made."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)

    def posts(self) -> list[Post]:
        """Return everything ever accepted, shown or not."""
        return self.record.posts()

    @property
    def writes(self) -> list[Asked]:
        return [one for one in self.asked if one.write]

    def __enter__(self) -> Self:
        self._thread.start()
        self.url = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    # The server ---------------------------------------------------------------------------------------------------------------------

    async def _start(self) -> str:
        self._ended = asyncio.Event()
        app = web.Application(middlewares=[self._serve], client_max_size=32 * 2**20)
        app.add_routes(list(self.routes()))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        listening = socket.create_server(("127.0.0.1", 0))
        await web.SockSite(self._runner, listening).start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    async def _stop(self) -> None:
        self._ended.set()
        await self._runner.cleanup()

    @web.middleware
    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        body, write = await request.read(), self.is_write(request)
        self.asked.append(
            Asked(
                method=request.method,
                path=request.path,
                query=request.query_string,
                headers=dict(request.headers),
                body=body,
                write=write,
            )
        )
        queue = self._faults if write else self._read_faults
        return await self._answer(request, handler, queue.pop(0) if queue else None)

    async def _answer(self, request: web.Request, handler: Handler, fault: Fault | None) -> web.StreamResponse:
        if fault is None:
            return await self._handle(request, handler, late=False)
        answer = await self._handle(request, handler, late=fault.late) if fault.accepts else None
        if fault.ending is Ending.HANG:
            await self._ended.wait()
        if fault.ending is Ending.RESET:
            _reset(request)
        if fault.ending is not Ending.ANSWER:
            return web.Response(status=500)  # nobody hears it
        if fault.slow_seconds:
            await asyncio.sleep(fault.slow_seconds)
        if fault.why is not None:
            return self._refuse(fault.why, fault)
        if fault.cut and isinstance(answer, web.Response) and isinstance(answer.body, bytes):
            return web.Response(status=answer.status, body=answer.body[: len(answer.body) // 2], content_type=answer.content_type)
        if fault.status:
            return web.Response(status=fault.status, headers=fault.headers, body=fault.body)
        assert answer is not None, f"{fault.name} says nothing"
        return answer

    async def _handle(self, request: web.Request, handler: Handler, *, late: bool) -> web.StreamResponse:
        marked = _LATE.set(late)
        try:
            return await handler(request)
        except Refused as refused:
            return self._refuse(refused.why, refused.fault)
        finally:
            _LATE.reset(marked)

    def _refuse(self, why: Why, fault: Fault | None) -> web.Response:
        wait = fault.wait if fault else None
        answer = self.refusal(why, wait.fields if wait else {})
        if wait:
            answer.headers.update(wait.headers)
        return answer


def answer_json(value: object, status: int = 200, **headers: str) -> web.Response:
    """Return JSON with the exact content type that all clients take."""
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return web.Response(status=status, body=body, headers={"Content-Type": "application/json", **headers})


def _reset(request: web.Request) -> None:
    """End the connection with RST, as a firewall or a dying proxy does."""
    assert request.transport is not None
    plain = request.transport.get_extra_info("socket")
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
