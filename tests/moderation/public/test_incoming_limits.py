"""How much is taken, and from whom: sizes, floods, room; and that none of it ever keeps a signed body out."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from moderation.public import routes_incoming
from moderation.public.incoming_parts import MOST_AT_ONCE
from tests.fakes.calling import (
    as_ours,
    our_mention,
    raw,
)
from tests.fakes.incoming_house import META, OURS, SENT, House

BROKEN: tuple[tuple[str, bytes], ...] = (
    ("no JSON", b"{"),
    ("a list", b"[]"),
    ("nothing", b""),
    ("deep", b'{"mentions": ' + b"[" * 40 + b"]" * 40 + b"}"),
    ("deeper than a reader's stack", b'{"mentions": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    ("mentions that are no list", raw({"mentions": {"id": 1}})),
    ("too many at once", raw({"mentions": [our_mention(str(n)) for n in range(1_001)]})),
)


@pytest.mark.parametrize("body", [row[1] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_signed_body_that_cannot_be_read_is_refused_whole(house: House, body: bytes) -> None:
    assert house.post(OURS, body, as_ours(body)).status_code == 400
    assert house.texts() == []


def test_a_thousand_in_one_body_are_a_thousand_mentions(house: House) -> None:
    body = raw({"mentions": [our_mention(str(n), f"melding {n}") for n in range(1_000)]})
    assert house.post(OURS, body, as_ours(body)).status_code == 200
    assert len(house.texts()) == 1_000


@pytest.mark.parametrize("with_length", [True, False])
def test_more_than_three_megabytes_are_not_even_held(house: House, with_length: bool) -> None:
    body = b'{"mentions": [], "x": "' + b"x" * 3_000_000 + b'"}'
    sent: Any = body if with_length else (body[at : at + 65_536] for at in range(0, len(body), 65_536))
    assert house.client.post(OURS, content=sent, headers=as_ours(body)).status_code == 413


def test_another_kind_of_content_is_not_read(house: House) -> None:
    path, body, sign, _ = SENT[2]
    assert house.post(path, body, {**sign(body), "content-type": "text/plain"}).status_code == 415
    assert house.texts() == []


def test_a_page_in_a_browser_cannot_call(house: House) -> None:
    path, body, sign, _ = SENT[2]
    assert house.post(path, body, {**sign(body), "origin": "https://evil.example"}).status_code == 403


def test_a_flood_of_guesses_is_told_to_wait_and_what_is_signed_still_comes_in(house: House) -> None:
    """A proxy may show us one address for everybody, and a new secret may be wrong for an hour: Meta must not be shut out for that."""
    path, body, sign, text = SENT[0]
    tries = [house.post(path, body, {**sign(body), "x-hub-signature-256": "sha256=0"}).status_code for _ in range(1_000)]
    assert tries == [401] * 30 + [429] * 970
    assert house.post(path, body, sign(body)).status_code == 200
    assert house.texts() == [text]


def test_a_flood_fills_no_log_and_names_no_source_that_is_not_there(house: House, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(100):
        house.post(META if number % 2 else "/in/nobody", SENT[0][1], {"content-type": "application/json"})
    refused = [one for one in caplog.records if one.message == "delivery refused"]
    assert (len(refused), {getattr(one, "source", "") for one in refused}) == (15, {"fb"})


def test_questions_without_our_word_shut_out_no_body_and_bodies_no_question(house: House) -> None:
    """Meta asks once, when somebody sets it up; what it posts is proven by more than words."""
    path, body, sign, _ = SENT[0]
    right = {"hub.mode": "subscribe", "hub.verify_token": "words we chose", "hub.challenge": "1"}
    for _ in range(40):
        house.post(path, body, {"content-type": "application/json"})
    assert house.client.get(path, params=right).status_code == 200
    for _ in range(30):
        assert house.client.get(path, params={**right, "hub.verify_token": "guess"}).status_code == 403
    assert house.client.get(path, params=right).status_code == 403, "words that somebody chose can be guessed"
    assert house.post(path, body, sign(body)).status_code == 200


def test_who_sent_much_that_nobody_signed_takes_only_a_few_places(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """However slowly they send: the places of everybody else stay free."""
    path, body, sign, _ = SENT[0]
    for _ in range(30):
        house.post(path, body, {"content-type": "application/json"})
    house.parts.narrow._value = 0
    monkeypatch.setattr(routes_incoming, "WAIT_SECONDS", 0.05)
    assert house.post(path, body, sign(body)).status_code == 503, "it shares these places; its platform comes back"
    assert house.parts.room._value == MOST_AT_ONCE
    elsewhere = TestClient(house.client.app, base_url="http://localhost", client=("203.0.113.9", 1))
    assert elsewhere.post(path, content=body, headers=sign(body)).status_code == 200


@pytest.mark.parametrize("left", ["hung up", "too large"])
def test_holding_room_without_ever_sending_a_body_is_counted_as_guessing(house: House, left: str) -> None:
    """Else one client that begins bodies and hangs up, for ever, would take the room of all platforms."""
    path, body, sign, _ = SENT[0]

    def begin() -> None:
        if left == "too large":
            assert house.post(path, b" " * (routes_incoming.MOST_BYTES + 1), {"content-type": "application/json"}).status_code == 413
        else:
            asyncio.run(_hang_up(house.client.app, path))

    for _ in range(30):
        begin()
    house.parts.room._value = 0
    assert house.post(path, body, {"content-type": "application/json"}).status_code == 429, "it has the few places left to it"
    elsewhere = TestClient(house.client.app, base_url="http://localhost", client=("203.0.113.9", 1))
    house.parts.room._value = MOST_AT_ONCE
    assert elsewhere.post(path, content=body, headers=sign(body)).status_code == 200


async def _hang_up(app: Any, path: str) -> None:
    """Begin a body as the test client does, and go away before its end."""
    told = iter([{"type": "http.request", "body": b"{", "more_body": True}])

    async def receive() -> dict[str, Any]:
        return next(told, {"type": "http.disconnect"})

    async def send(_message: dict[str, Any]) -> None:
        """Nobody listens any more."""

    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers}
    server = {"http_version": "1.1", "scheme": "http", "client": ("testclient", 50_000), "server": ("localhost", 80), "root_path": ""}
    await app({**scope, **server}, receive, send)


def test_when_all_room_is_taken_the_platform_is_asked_to_come_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bodies wait in memory: no more than so many at once, whoever sends them."""
    monkeypatch.setattr(routes_incoming, "WAIT_SECONDS", 0.05)
    room = house.parts.room
    room._value = 0
    path, body, sign, _ = SENT[0]
    refused = house.post(path, body, sign(body))
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert house.texts() == []


async def test_bodies_that_a_hanging_ledger_still_holds_keep_their_room(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their platforms were told to come back and do, again and again: memory would fill with what nobody could write."""
    monkeypatch.setattr(routes_incoming, "KEEP_SECONDS", 0.05)
    monkeypatch.setattr(routes_incoming, "WAIT_SECONDS", 0.05)
    free_again = threading.Event()
    parts = replace(house.parts, take=lambda *_: free_again.wait(30), room=asyncio.Semaphore(2), threads=ThreadPoolExecutor(1))
    path, body, sign, _ = SENT[0]
    transport = httpx.ASGITransport(app=house.reader(parts).app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        told = [await client.post(path, content=body, headers=sign(body)) for _ in range(4)]
        assert [(one.status_code, one.headers["retry-after"]) for one in told] == [(503, "30")] * 2 + [(503, "5")] * 2
        free_again.set()
        async with asyncio.timeout(20):
            for _ in range(2):
                await parts.room.acquire()
        parts.room.release()
        monkeypatch.setattr(routes_incoming, "KEEP_SECONDS", 20.0)
        assert (await client.post(path, content=body, headers=sign(body))).status_code == 200
    parts.close()


def test_every_answer_is_safe_sets_no_cookie_and_leads_nowhere(house: House) -> None:
    path, body, sign, _ = SENT[0]
    answers = [
        house.post(path, body, sign(body)),
        house.post(path, body, {}),
        house.client.get(path),
        house.post(f"{path}/", body, sign(body)),
    ]
    assert [one.status_code for one in answers] == [200, 415, 403, 404]
    for answer in answers:
        assert "set-cookie" not in answer.headers
        assert "location" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_who_closes_waits_for_what_is_being_kept(house: House) -> None:
    """The ledger is closed after the pages: what was read by then is in it, or was not acknowledged."""
    path, body, sign, text = SENT[0]
    kept = threading.Event()

    def keep() -> None:
        time.sleep(0.2)
        kept.set()

    house.parts.threads.submit(keep)
    assert house.post(path, body, sign(body)).status_code == 200
    house.parts.close()
    assert kept.is_set()
    assert house.texts() == [text]
    assert not [one for one in threading.enumerate() if one.name.startswith("incoming") and one in house.parts.threads._threads]


async def test_who_closes_waits_for_no_body_that_was_not_begun(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its platform hears that it has to come back: a ledger that hangs must not hold up the end for ten seconds a body (RULES F37)."""
    monkeypatch.setattr(routes_incoming, "KEEP_SECONDS", 20.0)
    free_again = threading.Event()
    parts = replace(house.parts, take=lambda *_: free_again.wait(30), threads=ThreadPoolExecutor(1))
    path, body, sign, _ = SENT[0]
    transport = httpx.ASGITransport(app=house.reader(parts).app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client, asyncio.timeout(20):
        first, *others = [asyncio.create_task(client.post(path, content=body, headers=sign(body))) for _ in range(3)]
        while parts.threads._work_queue.qsize() < 2:  # noqa: ASYNC110 - a queue of threads tells no task
            await asyncio.sleep(0.01)
        closing = asyncio.create_task(asyncio.to_thread(parts.close))
        try:
            assert [(await one).status_code for one in others] == [503] * 2
            assert not closing.done(), "what is being kept is waited for"
        finally:
            free_again.set()
        assert (await first).status_code == 200
        await closing
