"""A token that ends while many calls need it is renewed once: each renewal makes the one before worthless (RULES F20)."""

from __future__ import annotations

import asyncio
import io
import json
import threading
import time
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from listener.clock import ManualClock
from listener.errors import SourceUnavailable
from listener.sources.bluesky_session import BlueskySession
from listener.sources.http import HttpClient
from listener.sources.own_thread import OwnThread
from listener.sources.pacing import Limit, Pace
from listener.sources.purse import Purse
from listener.sources.reddit import RedditSource
from listener.sources.reddit_access import RedditKey, open_praw
from tests.fakes.site import Reply, Request, Site


async def test_fifty_calls_at_the_end_of_a_token_renew_it_once(http: HttpClient, site: Site) -> None:
    made: list[str] = []

    def answer(request: Request) -> Reply:
        made.append(request.path.rpartition(".")[2])
        tokens = {"accessJwt": f"access-{len(made)}", "refreshJwt": f"refresh-{len(made)}", "did": "did:plc:kim", "handle": "kim.example"}
        return Reply(body=json.dumps(tokens).encode())

    site.answer = answer
    session = BlueskySession(http, site.url(""), account="kim.example", password=lambda: "pass", allow_http=True, allow_private=True)
    old = await session.token()
    renewed = await asyncio.gather(*(session.token(refused=old) for _ in range(50)))
    assert made == ["createSession", "refreshSession"]
    assert set(renewed) == {"access-2"}


class _Reddit(HTTPAdapter):
    """Reddit below praw: it hands out tokens by number, each slowly, and lists nothing. `asked` are the paths in order."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, str]] = []

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]  # what else requests hands over is of no interest here
        path = str(request.path_url).partition("?")[0]
        self.asked.append((path, str(request.headers.get("Authorization", ""))))
        told: dict[str, Any] = {"kind": "Listing", "data": {"children": [], "after": None}}
        if path == "/api/v1/access_token":
            time.sleep(0.05)
            told = {"access_token": f"token-{self.tokens}", "token_type": "bearer", "expires_in": 3600, "scope": "*"}
        response = requests.Response()
        response.status_code, response.url, response.request = 200, str(request.url), request
        response.raw, response.headers["Content-Type"] = io.BytesIO(json.dumps(told).encode()), "application/json"
        return response

    @property
    def tokens(self) -> int:
        return sum(path == "/api/v1/access_token" for path, _ in self.asked)


@pytest.mark.parametrize("refresh_token", ["", "a-refresh-token"])
async def test_fifty_calls_at_the_end_of_a_token_of_reddit_ask_for_one(refresh_token: str, clock: ManualClock) -> None:
    """praw, which would let every thread renew for itself, works in one thread of ours: the first call renews, the others find it done."""
    key = RedditKey(client_id="id", client_secret="s", account="stroomwerk", refresh_token=refresh_token)
    below, opened = _Reddit(), []

    def factory() -> Any:
        opened.append(open_praw(key, pace=Pace("reddit", (Limit(requests=1_000, seconds=60),)), purse=Purse(), clock=clock))
        opened[-1]._core.requestor._http.mount("https://", below)
        return opened[-1]

    source = RedditSource(
        "reddit",
        subreddits=["klussen"],
        queries=[],
        comments=False,
        key=lambda: RedditKey(client_id="id", client_secret="s", account="stroomwerk"),
        approval_reference="R-1",
        clock=clock,
        factory=factory,
    )
    await source.pull(None)
    assert (below.tokens, len(opened)) == (1, 1)
    opened[0]._core._authorizer._expiration_timestamp_ns = time.monotonic_ns() - 1  # the hour is over
    await asyncio.gather(*(source.pull(None) for _ in range(50)))
    await source.aclose()
    assert (below.tokens, len(opened)) == (2, 1)
    assert [token for path, token in below.asked if path.startswith("/r/")] == ["bearer token-1", *["bearer token-2"] * 50]


async def test_whoever_waits_for_a_thread_that_is_let_go_of_is_told_and_not_cancelled() -> None:
    """A token that is rejected in the middle of a pull must not end those who look posts up beside it: they try again."""
    thread, busy = OwnThread("test", who="Reddit"), threading.Event()
    first = asyncio.create_task(thread.run(busy.wait, most_seconds=5))
    await asyncio.sleep(0.05)
    waiting = asyncio.create_task(thread.run(lambda: 7, most_seconds=5))
    stopped = asyncio.create_task(thread.run(lambda: 8, most_seconds=5))
    await asyncio.sleep(0.05)
    stopped.cancel()
    thread.leave()
    busy.set()
    with pytest.raises(SourceUnavailable, match="Reddit was not asked"):
        await waiting
    with pytest.raises(asyncio.CancelledError):
        await stopped
    assert await first
