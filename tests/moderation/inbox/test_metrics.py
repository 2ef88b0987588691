"""Counts for Prometheus: read back as its own parser would, right numbers, and nothing of anybody in them."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Iterator

import pytest
from starlette.types import Message, Receive, Scope, Send

from moderation.inbox.metrics import Metrics, metrics_text
from moderation.inbox.timing import BOUNDS_SECONDS, PageTimes, Timed
from moderation.model.house_counts import HouseCounts, SourceNow
from moderation.model.person import Role
from tests.fakes.asking import Asking
from tests.fakes.house import AUTHOR, OURS, WORDS, House, open_house

_LINE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?[0-9.]+|\+Inf|NaN)')


def parsed(text: str) -> dict[str, float]:
    """Read an exposition strictly: every line is a sample or a comment, every name has one help and one type before it."""
    found: dict[str, float] = {}
    typed: dict[str, str] = {}
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in typed
            typed[name] = kind
        elif not line.startswith("# HELP "):
            match = _LINE.fullmatch(line)
            assert match is not None, line
            assert match[1] in typed or re.sub(r"_(bucket|sum|count)$", "", match[1]) in typed, line
            key = f"{match[1]}{{{match[2]}}}" if match[2] else match[1]
            assert key not in found, key
            found[key] = float(match[3])
    return found


def some(**changes: object) -> Metrics:
    """Return metrics of a small house."""
    house = HouseCounts(
        sources=(
            SourceNow(source='mastodon "eigen"\\\nna', lag_seconds=12.5, blind=False),
            SourceNow(source="x", lag_seconds=None, blind=True),
        ),
        quarantined=1,
        cases={"open": 3},
        clocks={"green": 1, "orange": 0, "red": 2},
        outbox={"sent": 9},
        oldest_outbox_seconds=61.0,
        alarms=2,
        digests=4,
        reports=5,
        deliveries={"done": 6},
    )
    fields: dict[str, object] = {"house": house, "stored": 2_000_000, "waiting": 7, "memory_bytes": 10, "cpu_seconds": 1.5}
    fields |= {"charts_drawn": 2, "charts_seconds": 0.1, "pages": PageTimes().now()}
    return Metrics(**(fields | changes))  # type: ignore[arg-type]  # fields by name


def test_every_number_is_read_back() -> None:
    found = parsed(metrics_text(some()))
    assert found["klankbord_mentions"] == 2_000_000
    assert found['klankbord_clocks{colour="red"}'] == 2
    assert found['klankbord_source_lag_seconds{source="mastodon \\"eigen\\"\\\\\\nna"}'] == 12.5
    assert 'klankbord_source_lag_seconds{source="x"}' not in found  # never read: no lag to tell, and no 0 that looks well
    assert found['klankbord_source_blind{source="x"}'] == 1


async def _answer(times: PageTimes, path: str, seconds: float, status: int) -> None:
    clock = iter((0.0, seconds))

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"x"})

    async def send(_message: Message) -> None: ...

    async def receive() -> Message:
        return {"type": "http.request"}

    await Timed(app, times=times, monotonic=lambda: next(clock))({"type": "http", "path": path}, receive, send)


def test_answers_fall_into_their_buckets_and_failures_are_counted() -> None:
    """The promise is 95 % of pages within 0.3 s; a histogram that miscounts would hide that it is broken."""
    times = PageTimes()
    for path, seconds, status in (
        ("/queue", 0.04, 200),
        ("/queue", 0.3, 200),
        ("/issues", 0.31, 404),
        ("/x", 9.0, 500),
        ("/api/v1/me", 0.2, 200),
    ):
        asyncio.run(_answer(times, path, seconds, status))
    asyncio.run(_answer(times, "/events", 900.0, 200))
    found = parsed(metrics_text(some(pages=times.now())))
    assert [found[f'klankbord_answer_seconds_bucket{{kind="page",le="{bound:g}"}}'] for bound in BOUNDS_SECONDS] == [1, 1, 2, 3, 3, 3, 3]
    assert found['klankbord_answer_seconds_bucket{kind="page",le="+Inf"}'] == found['klankbord_answer_seconds_count{kind="page"}'] == 4
    assert found['klankbord_answer_seconds_sum{kind="page"}'] == pytest.approx(9.65)
    assert (found['klankbord_errors_total{kind="page"}'], found['klankbord_errors_total{kind="call"}']) == (1, 0)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("metrics") / "home") as opened:
        opened.add("inkijker", Role.VIEWER)
        opened.add("van een merk", Role.ADMIN, frozenset({OURS}))
        yield opened


@pytest.fixture(scope="module")
def asking(house: House) -> Iterator[Asking]:
    opened = Asking(house.app)
    yield opened
    opened.close()


def test_the_house_is_counted_as_the_ledger_holds_it_and_names_nobody(house: House, asking: Asking) -> None:
    """By token for a program, by session for a person; the numbers are counted here by SQL of its own."""
    answer = asking.call("GET", "/api/v1/metrics", token=house.token("inkijker"))
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = parsed(answer.text)
    with sqlite3.connect(f"file:{house.home / 'ledger.db'}?mode=ro", uri=True) as db:
        for state, number in db.execute("select state, count(*) from support_case group by state"):
            assert found[f'klankbord_cases{{state="{state}"}}'] == number
        for state, number in db.execute("select state, count(*) from outbox group by state"):
            assert found[f'klankbord_outbox{{state="{state}"}}'] == number
        assert found["klankbord_alarms"] == db.execute("select count(*) from alarm where seen_at is null").fetchone()[0]
    assert found["process_resident_memory_bytes"] > 10_000_000
    assert asking.page("GET", "/metrics", cookie=house.cookie("inkijker")).status == 200
    told = answer.text
    assert [one for one in (*WORDS.values(), OURS, AUTHOR, "klankbord_3", house.token("inkijker"), str(house.home)) if one in told] == []


def test_counts_of_everything_are_not_for_somebody_of_one_brand_nor_for_nobody(house: House, asking: Asking) -> None:
    assert asking.page("GET", "/metrics", cookie=house.cookie("van een merk")).status == 403
    assert asking.call("GET", "/api/v1/metrics", token=house.token("van een merk")).status == 403
    assert asking.call("GET", "/api/v1/metrics").status == 401
    assert asking.page("GET", "/metrics").status == 302
