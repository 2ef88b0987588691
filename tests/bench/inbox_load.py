"""Agents and dashboards at work against a served inbox: what each page took, and what of it was spent in the stores.

An agent does what agents do, with some seconds of thought before each act (`THINKING`, evenly drawn): looks at the queue (which refreshes
itself when it is told to, as the pages' script does), takes what comes next, has a text kept, looked at and previewed, writes a note,
closes, now and then takes that back, looks for words and for a meaning. A dashboard reloads its four pages every ten seconds. Everybody
listens to the stream that tells what changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx

THINKING = (2.5, 7.5)
DASHBOARD_SECONDS = 10.0
LIVE_SECONDS = 0.6
WAIT_SECONDS = 60.0
COOKIE = "__Host-klankbord"
WORDS = (
    "stroom", "dubbele incasso", "monteur", "terugbelverzoek klantnummer", '"has been waiting"', "verhuizing contract", "meter",
    "app die uitlogt",
)  # fmt: skip
MEANINGS = (
    "de storing duurt te lang", "twee keer betaald", "niemand neemt op", "I cannot log in", "rekening van iemand anders",
    "te lang gewacht op een monteur",
)  # fmt: skip
REPLY = "Hallo, wat vervelend dat je hierop moet wachten. We zoeken het nu voor je uit en laten het vandaag weten."
FILTERS = ("?platform=mail", "?tab=mine", "?page=2", "?order=oldest", "?platform=reddit&page=3", "?tab=answered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: its kind, seconds until its last byte, seconds in the service, in the stores, and questions to them."""

    kind: str
    seconds: float
    served: float
    stores: Mapping[str, float]
    questions: int
    size: int


@dataclass
class Log:
    """Everything that was answered after `since`, what failed, and how often the stream told something."""

    since: float = 0.0
    answers: list[Answer] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    told: int = 0


class Visitor:
    """Somebody with a session and a connection of their own."""

    def __init__(self, base: str, secret: str, log: Log, rng: random.Random) -> None:
        self._base = base
        self._headers = {"cookie": f"{COOKIE}={secret}", "origin": base, "accept-language": "nl"}
        self._client = httpx.AsyncClient(base_url=base, timeout=WAIT_SECONDS, trust_env=False)
        self.log = log
        self.rng = rng
        self.told = asyncio.Event()
        self._csrf = ""

    async def get(self, kind: str, path: str, **headers: str) -> str:
        """Ask for a page and return it."""
        return (await self._ask(kind, "GET", path, None, headers))[0]

    async def post(self, kind: str, path: str, fields: Mapping[str, str], then: str = "", **headers: str) -> tuple[str, str]:
        """Send a form; follow where it leads as a page of kind `then`. Return the address and the page (or answer)."""
        body, leads = await self._ask(kind, "POST", path, {**fields, "csrf": self._csrf}, headers)
        if leads and then:
            return leads, await self.get(then, leads.partition("#")[0])
        return leads, body

    async def _ask(
        self, kind: str, method: str, path: str, fields: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> tuple[str, str]:
        begun = time.perf_counter()
        try:
            answer = await self._client.request(method, path, data=fields, headers={**self._headers, **headers})
        except httpx.HTTPError as error:
            self.log.errors.append(f"{kind}: {method} {path}: {type(error).__name__}")
            raise Failed from error
        seconds = time.perf_counter() - begun
        if answer.status_code == 409:
            self.log.refused[kind] = self.log.refused.get(kind, 0) + 1
        elif answer.status_code not in (200, 303):
            self.log.errors.append(f"{kind}: {method} {path}: {answer.status_code}")
            raise Failed
        if begun >= self.log.since:
            self.log.answers.append(_read(kind, seconds, answer))
        if found := re.search(r'name="csrf" value="([^"]+)"', answer.text):
            self._csrf = found[1]
        return answer.text, answer.headers.get("location", "").removeprefix(self._base)

    async def listen(self) -> None:
        """Listen to the stream for as long as it lasts, and again."""
        while True:
            with contextlib.suppress(httpx.HTTPError):
                async with self._client.stream("GET", "/events?watch=queue,issues,outbox", headers=self._headers, timeout=None) as stream:
                    async for line in stream.aiter_lines():
                        if line.startswith("data:"):
                            self.log.told += 1
                            if "queue" in line:
                                self.told.set()
            await asyncio.sleep(3.0)

    async def close(self) -> None:
        await self._client.aclose()


class Failed(Exception):
    """What was asked failed, which is written down; go on with something else."""


def _read(kind: str, seconds: float, answer: httpx.Response) -> Answer:
    said = [float(part) for part in answer.headers.get("x-bench", "0 0 0 0 0 0").split()]
    stores = dict(zip(("all", "ledger", "insight", "search"), (part / 1000 for part in said[1:5]), strict=True))
    return Answer(kind=kind, seconds=seconds, served=said[0] / 1000, stores=stores, questions=int(said[5]), size=len(answer.content))


async def agent(one: Visitor, thinking: tuple[float, float]) -> None:
    """Work until cancelled."""

    async def think() -> None:
        await asyncio.sleep(one.rng.uniform(*thinking))

    await asyncio.sleep(one.rng.uniform(0, thinking[1]))
    while True:
        with contextlib.suppress(Failed):
            await _look_at_queue(one, one.rng.uniform(*thinking))
            leads, page = await one.post("take next", "/queue/next", {"query": ""}, "conversation")
            found = re.match(r"/cases/(\d+)", leads)
            if found is None:
                await think()
                continue
            await think()
            await _answer(one, int(found[1]), page, think)
            await think()
            await one.get("search by words", f"/search?how=words&q={_typed(one, WORDS)}")
            await think()
            await one.get("search by meaning", f"/search?how=meaning&q={_typed(one, MEANINGS)}")
            await think()
            await one.get("queue, narrowed", f"/queue{one.rng.choice(FILTERS)}")
        await think()


async def _look_at_queue(one: Visitor, seconds: float) -> None:
    """Have the queue open for a while: it is asked for again when something is told, at most every `LIVE_SECONDS`."""
    await one.get("queue", "/queue")
    until = time.monotonic() + seconds
    one.told.clear()
    while (left := until - time.monotonic()) > 0:
        try:
            await asyncio.wait_for(one.told.wait(), timeout=left)
        except TimeoutError:
            return
        one.told.clear()
        await one.get("queue, refreshing", "/queue", **{"x-klankbord-live": "1"})
        await asyncio.sleep(LIVE_SECONDS)


async def _answer(one: Visitor, case_id: int, page: str, think: Callable[[], Awaitable[None]]) -> None:
    at = f"/cases/{case_id}"
    text = f"{REPLY} ({one.rng.randrange(10**6)})"
    version = _field(_form(page, f"{at}/reply"), "version") or "0"
    fields = {"text": text, "version": version, "language": "nl", "signature": "house"}
    _, kept = await one.post("text kept", f"{at}/reply", fields, **{"x-klankbord-part": "1"})
    version = (re.search(r'"version":\s*(\d+)', kept) or ["", version])[1]
    await think()
    await one.post("tone checked", f"{at}/reply/check", {**fields, "version": version}, **{"x-klankbord-part": "1"})
    await one.get("advice", f"{at}/advice")
    await think()
    _, kept = await one.post("previewed", f"{at}/reply/preview", {**fields, "version": version}, "preview")
    await think()
    _, page = await one.post("noted", f"{at}/notes", {"text": "Klant belt morgen terug."}, "conversation")
    await think()
    ending = {"version": _field(_form(page, f"{at}/end"), "version") or "0", "ending": "no_answer_needed"}
    leads, page = await one.post("closed", f"{at}/end", ending, "conversation")
    act = re.search(r"did=(\d+)", leads)
    if act and one.rng.random() < 0.3:
        _, page = await one.post("taken back", f"/acts/{act[1]}/undo", {"back": at}, "conversation")
        version = _field(_form(page, f"{at}/release"), "version") or "0"
        await one.post("released", f"{at}/release", {"version": version})


def _typed(one: Visitor, some: Sequence[str]) -> str:
    chosen = one.rng.choice(some)
    return f"{chosen} {one.rng.randrange(1000)}" if "klantnummer" in chosen else chosen


def _form(page: str, action: str) -> str:
    """Return the form of a page that goes to `action`; empty when there is none."""
    found = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    return found[0] if found else ""


def _field(form: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', form)
    return found[1] if found else ""


async def dashboard(one: Visitor) -> None:
    """Reload four pages every so many seconds, until cancelled."""
    await asyncio.sleep(one.rng.uniform(0, DASHBOARD_SECONDS))
    issues: list[str] = []
    while True:
        begun = time.monotonic()
        with contextlib.suppress(Failed):
            page = await one.get("issues", "/issues")
            issues = list(dict.fromkeys(re.findall(r'href="(/issues/\d+)"', page))) or issues
            if issues:
                await one.get("issue", one.rng.choice(issues[:10]))
            await one.get("digest", "/digest")
            await one.get("status", "/status")
        await asyncio.sleep(max(0.5, DASHBOARD_SECONDS - (time.monotonic() - begun)))


async def load(
    base: str, agents: Sequence[str], dashboards: Sequence[str], *, seconds: float, warm_up: float, thinking: tuple[float, float] = THINKING
) -> Log:
    """Let them all work for `warm_up` seconds that do not count and `seconds` that do."""
    log = Log(since=float("inf"))
    async with _visitors(base, [*agents, *dashboards], log) as visitors:
        work = [agent(one, thinking) for one in visitors[: len(agents)]] + [dashboard(one) for one in visitors[len(agents) :]]
        tasks = [asyncio.create_task(each) for each in (*work, *(one.listen() for one in visitors))]
        await asyncio.sleep(warm_up)
        log.since, log.told = time.perf_counter(), 0
        await asyncio.sleep(seconds)
        broken = [repr(task.exception()) for task in tasks if task.done() and not task.cancelled() and task.exception()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    log.errors += broken
    return log


@contextlib.asynccontextmanager
async def _visitors(base: str, secrets: Sequence[str], log: Log) -> AsyncIterator[list[Visitor]]:
    visitors = [Visitor(base, secret, log, random.Random(place)) for place, secret in enumerate(secrets)]
    try:
        yield visitors
    finally:
        await asyncio.gather(*(one.close() for one in visitors))
