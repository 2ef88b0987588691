"""The fake platform does what it is told, one fault per request, and its book says what it accepted: else tests on it prove nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from listener.clock import ManualClock
from tests.fakes.desk import MORNING
from tests.fakes.platforms import faults
from tests.fakes.platforms.core import ACCOUNT, TOKEN, FakePlatform, answer_json
from tests.fakes.platforms.faults import Fault, Why
from tests.fakes.platforms.record import Record

SIGNED = {"Authorization": f"Bearer {TOKEN}"}


class Toy(FakePlatform):
    """The smallest platform there can be."""

    name = "toy"
    native_key = True

    def routes(self) -> Iterable[web.RouteDef]:
        return [web.post("/posts", self.post), web.get("/posts", self.list)]

    def refusal(self, why: Why, fields: dict[str, object]) -> web.Response:
        return answer_json({"why": why, **fields}, 429 if why is Why.RATE_LIMITED else 403)

    async def post(self, request: web.Request) -> web.Response:
        said = await request.json()
        made = self.take(self.check_token(request), said["thread"], said["text"], said.get("key", ""))
        return answer_json({"id": made.post_id})

    async def list(self, request: web.Request) -> web.Response:
        return answer_json([one.post_id for one in self.shown(self.check_token(request))])


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MORNING)


@pytest.fixture
def toy(tmp_path: Path, clock: ManualClock) -> Iterator[Toy]:
    with Toy(tmp_path / "toy.jsonl", clock) as fake:
        yield fake


def say(toy: Toy, text: str = "hallo", *, thread: str = "1", key: str = "", token: str = TOKEN) -> httpx.Response:
    body = {"thread": thread, "text": text, "key": key}
    return httpx.post(f"{toy.url}/posts", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=0.5)


def test_what_is_accepted_is_on_disk_and_shown(toy: Toy) -> None:
    assert say(toy, "één 🎉").json() == {"id": "1"}
    (post,) = Record(toy.record.path).posts()
    assert (post.text, post.account, post.target, post.accepted_at) == ("één 🎉", ACCOUNT, "1", MORNING)
    assert httpx.get(f"{toy.url}/posts", headers=SIGNED).json() == ["1"]


@pytest.mark.parametrize("fault", [*faults.UNCLEAR, *faults.RATE_LIMITS, faults.SLOW, faults.UNAUTHORISED], ids=lambda fault: fault.name)
def test_a_fault_happens_once_and_accepts_only_if_it_says_so(toy: Toy, fault: Fault) -> None:
    toy.fault(fault)
    try:
        answer: httpx.Response | None = say(toy)
    except httpx.TransportError:
        answer = None
    assert (answer is None) == (fault.ending is not faults.Ending.ANSWER)
    assert len(toy.posts()) == fault.accepts
    assert say(toy, "nog een").json()["id"] == str(1 + fault.accepts)
    assert len(toy.writes) == 2


def test_a_wait_is_said_in_the_platforms_own_words(toy: Toy) -> None:
    toy.fault(faults.too_many(30, Retry_After="30", fields={"retry_after": 0.3}))
    answer = say(toy)
    assert (answer.status_code, answer.headers["Retry-After"], answer.json()["retry_after"]) == (429, "30", 0.3)


def test_a_late_post_is_in_the_book_at_once_and_shown_later(toy: Toy, clock: ManualClock) -> None:
    toy.fault(faults.ACCEPT_LATE)
    assert say(toy).status_code == 502
    assert len(toy.posts()) == 1
    assert toy.shown() == []
    clock.advance(timedelta(seconds=46))
    assert len(toy.shown(ACCOUNT, "1")) == 1


def test_a_repeated_key_gets_the_first_post(toy: Toy) -> None:
    assert [say(toy, key="k").json()["id"], say(toy, key="k").json()["id"], say(toy).json()["id"]] == ["1", "1", "2"]


def test_a_closed_thread_and_a_bad_token_are_refused(toy: Toy) -> None:
    toy.places.close("1", Why.LOCKED)
    assert say(toy).json() == {"why": "locked"}
    assert say(toy, thread="2", token="x").json() == {"why": "unauthorised"}
    assert toy.posts() == []


def test_two_processes_write_one_book_and_a_torn_line_never_counted(toy: Toy) -> None:
    say(toy, "a")
    with toy.record.path.open("ab") as book:
        book.write(json.dumps({"post_id": "2"}).encode())  # the power went before the line was whole
    say(toy, "b")
    assert [post.text for post in Record(toy.record.path).posts()] == ["a", "b"]
    assert toy.record.edit("2", "c").edits == 1
    assert [post.text for post in Record(toy.record.path).posts()] == ["a", "c"]
