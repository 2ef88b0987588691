"""The service that `scripts/bench_inbox` asks: the product's own, on a filled home, with a watch on how long its stores take.

Every answer tells in a header how long the stores took for it, in total and each: SQLite cursors, DuckDB questions, the search's files.
That is time by the clock, waiting for another thread included. Nothing else differs from `klankbord run`, but for sources: mentions come
from a thread here, through the ledger's own door.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from fastapi import FastAPI
from numpy.typing import NDArray
from sqlalchemy import Engine, event
from starlette.types import ASGIApp, Message, Receive, Scope, Send

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from listener.clock import SystemClock
from listener.embedding.hashed import HashedEmbedder
from listener.embedding.open import open_embedder
from listener.errors import StoreLocked
from listener.insight.brand_scope import BrandInsight
from listener.insight.store import Insight
from listener.ledger.ledger import Ledger
from listener.logs import start_logging
from listener.model.mention import Author, BrandHit, Kept, Mention
from listener.ports import Embedder
from listener.search.store import SearchStore
from listener.settings.load import load_settings
from moderation import running
from moderation.bootstrap import answering_on
from moderation.inbox.app import build_staff_app
from moderation.inbox.sign_in import SignIn
from moderation.ledger.sessions import SessionLedger
from moderation.model.person import Role
from moderation.parts import Answering
from moderation.people_desk import people_desk
from moderation.settings import KlankbordSettings
from tests.bench.inbox_home import BRANDS, DIMS, MODEL, Drawing

STORES = ("ledger", "insight", "search")
DIRECTED_EACH = 20
"""One arriving mention in so many speaks to the brand, and opens a case."""
T = TypeVar("T")


@dataclass
class Spent:
    """Seconds in each store for one answer."""

    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STORES, 0.0))
    questions: int = 0


_SPENT: ContextVar[Spent | None] = ContextVar("spent", default=None)


@contextmanager
def in_store(name: str) -> Iterator[None]:
    """Count what happens inside as time of this store, for the answer under way."""
    spent = _SPENT.get()
    if spent is None:
        yield
        return
    begun = time.perf_counter()
    try:
        yield
    finally:
        spent.seconds[name] += time.perf_counter() - begun
        spent.questions += 1


class _Cursor(sqlite3.Cursor):
    """A cursor that counts its time: SQLite works while rows are fetched, too."""

    def execute(self, *given: Any) -> Any:
        with in_store("ledger"):
            return super().execute(*given)

    def executemany(self, *given: Any) -> Any:
        with in_store("ledger"):
            return super().executemany(*given)

    def fetchone(self) -> Any:
        with in_store("ledger"):
            return super().fetchone()

    def fetchmany(self, *given: Any) -> Any:
        with in_store("ledger"):
            return super().fetchmany(*given)

    def fetchall(self) -> Any:
        with in_store("ledger"):
            return super().fetchall()


class _Connection(sqlite3.Connection):
    def cursor(self, *_given: Any, **_named: Any) -> Any:
        return super().cursor(_Cursor)

    def commit(self) -> None:
        with in_store("ledger"):
            super().commit()


def watch_stores() -> None:
    """Count the time of every store from now on; called once, before anything is opened."""

    def connect(_dialect: Any, _record: Any, _given: Any, named: dict[str, Any]) -> None:
        named["factory"] = _Connection

    event.listen(Engine, "do_connect", connect)
    for owner, method, store in (
        (Insight, "_rows", "insight"),
        (BrandInsight, "_rows", "insight"),
        (SearchStore, "matching", "search"),
        (SearchStore, "nearest", "search"),
        (SearchStore, "names", "search"),
    ):
        setattr(owner, method, _counted(getattr(owner, method), store))


def _counted(method: Callable[..., T], store: str) -> Callable[..., T]:
    def counted(*given: Any, **named: Any) -> T:
        with in_store(store):
            return method(*given, **named)

    return counted


class Measured:
    """Says with each answer what it took: `x-bench: served store ledger insight search` in milliseconds, and how many questions."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        spent, begun = Spent(), time.perf_counter()
        _SPENT.set(spent)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                parts = [time.perf_counter() - begun, sum(spent.seconds.values()), *spent.seconds.values()]
                said = " ".join([*(f"{part * 1000:.1f}" for part in parts), str(spent.questions)])
                message["headers"] = [*message["headers"], (b"x-bench", said.encode())]
            await send(message)

        await self._app(scope, receive, sent)


class DrawnModel:
    """A model under the name of the drawn vectors: what arrives and what is searched for lies beside them, wherever it falls."""

    def __init__(self, model: Embedder) -> None:
        self._model = model

    @property
    def model_id(self) -> str:
        return MODEL

    def encode(self, texts: Sequence[str]) -> NDArray[Any]:
        """Return what the model makes of these texts."""
        return self._model.encode(texts)

    def close(self) -> None:
        """End the model."""
        self._model.close()


def arrive(ledger: Ledger, *, an_hour: int, first: int, stop: threading.Event, came: list[int]) -> None:
    """Add mentions through the ledger's own door, a page a second, until `stop`."""
    clock, number, begun, made = SystemClock(), first, time.monotonic(), 0
    while not stop.wait(1.0):
        due = int((time.monotonic() - begun) * an_hour / 3600) - made
        page = [_arriving(number + place, clock) for place in range(due)]
        try:
            if page:
                ledger.mentions.add_page(page, source="forum", next_cursor=None, at=clock.now())
        except StoreLocked:  # they come again with the next page, as a source's would
            continue
        number, made = number + due, made + due
        came[0] = made


def _arriving(number: int, clock: SystemClock) -> Kept:
    directed = number % DIRECTED_EACH == 0
    text = Drawing.text(number).replace("@stroomwerk", "@stroomwerk" if directed else "Stroomwerk")
    author = Author(platform="forum", realm="forum.example", native_id=f"p{number // 3}", name=f"Naam {number // 3}")
    mention = Mention(
        platform="forum",
        realm="forum.example",
        native_id=f"new{number}",
        text=text,
        author=author,
        posted_at=clock.now() - timedelta(seconds=1),
        url=f"https://forum.example/{number}",
    )
    return Kept(mention=mention, hits=(BrandHit(brand=BRANDS[number % 5 == 0], directed=directed, terms=("stroomwerk",)),))


def sessions(parts: Answering, *, agents: int, dashboards: int) -> dict[str, list[str]]:
    """Let people come in by a link from the terminal, those there already too, and return the secrets of their sessions."""
    listening = parts.listening
    brands = tuple(brand.name for brand in listening.settings.brands)
    manage = people_desk(listening.home, listening.ledger, listening.clock, brands=brands).manage
    sign_in, known = SignIn(SessionLedger(listening.ledger.engine), listening.clock), {one.person.name for one in manage.all()}
    found: dict[str, list[str]] = {"agents": [], "dashboards": []}
    for kind, role, count in (("agents", Role.AGENT, agents), ("dashboards", Role.VIEWER, dashboards)):
        for number in range(1, count + 1):
            name = f"{kind[:-1].title()} {number}"
            if name not in known:
                manage.add(name, role, by="bench")
            secret = sign_in.enter(sign_in.new_link("http://localhost", agent=name).partition("token=")[2])
            assert secret, name
            found[kind].append(secret)
    return found


async def serve(parts: Answering, say: Callable[[dict[str, Any]], None], options: argparse.Namespace) -> None:
    """Serve until somebody writes to (or closes) our input; tell once where, and who may come in."""
    stop, halt, came = asyncio.Event(), threading.Event(), [0]
    loop = asyncio.get_running_loop()

    def until_told() -> None:
        sys.stdin.readline()
        loop.call_soon_threadsafe(stop.set)

    def told(line: str) -> None:
        if line.startswith("Sign in at "):
            signed = sessions(parts, agents=options.agents, dashboards=options.dashboards)
            say({"address": line.split()[3].rpartition("/sign-in")[0], **signed})

    sessions(parts, agents=1, dashboards=0)
    ledger = parts.listening.ledger
    given = {"an_hour": options.an_hour, "first": ledger.mentions.count() * 10, "stop": halt, "came": came}
    arriving = threading.Thread(target=arrive, args=(ledger,), kwargs=given, daemon=True)
    threading.Thread(target=until_told, daemon=True).start()
    if options.an_hour:
        arriving.start()
    before = ledger.mentions.unanalysed_count()
    await running.serve(parts, port=0, public_port=0, stop=stop, say=told)
    halt.set()
    say({"arrived": came[0], "waiting": ledger.mentions.unanalysed_count(), "waiting_before": before})


def main() -> None:
    """Open the home, bring it up to date as the product does, and serve it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--agents", type=int, default=25)
    parser.add_argument("--dashboards", type=int, default=10)
    parser.add_argument("--an-hour", type=int, default=10_000)
    parser.add_argument("--analyser", choices=("on", "off"), default="on")
    parser.add_argument("--model", choices=("bundled", "hashed"), default="bundled")
    options = parser.parse_args()
    start_logging(logging.WARNING)
    watch_stores()

    def measured(*given: Any, **named: Any) -> FastAPI:
        app = build_staff_app(*given, **named)
        app.add_middleware(Measured)
        return app

    setattr(running, "build_staff_app", measured)  # noqa: B010 - the service's own way of making its app, measured
    if options.analyser == "off":
        setattr(running, "keep_analysing", _no_analysing)  # noqa: B010 - as above
    settings = load_settings(options.home, KlankbordSettings)
    model: Embedder = HashedEmbedder(DIMS)
    if options.model == "bundled":
        model = open_embedder(settings.model, models_dir=options.home / "models", languages=settings.languages)
    seconds: dict[str, float] = {}

    def say(what: dict[str, Any]) -> None:
        print(json.dumps({**what, "seconds": seconds}), flush=True)

    begun = time.perf_counter()
    with answering_on(options.home, settings, SystemClock(), embedder=DrawnModel(model)) as parts:
        seconds["opening"] = time.perf_counter() - begun
        begun = time.perf_counter()
        parts.desk.follow_cases()
        seconds["following cases"] = time.perf_counter() - begun
        if options.analyser == "on":
            begun = time.perf_counter()
            first = parts.listening.ledger.mentions.count() * 11
            page = [_arriving(first + place, SystemClock()) for place in range(20)]
            parts.listening.ledger.mentions.add_page(page, source="forum", next_cursor=None, at=SystemClock().now())
            parts.listening.analyse.once()
            seconds["filling the analyser"] = time.perf_counter() - begun
        asyncio.run(serve(parts, say, options))


async def _no_analysing(*_given: Any, stop: asyncio.Event, **_named: Any) -> None:
    await stop.wait()


if __name__ == "__main__":
    main()
