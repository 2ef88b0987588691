"""Our Bluesky source against recordings of the live network: every post that was ever shown, and the answers that it asks for itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from listener.clock import ManualClock
from listener.errors import SourceRefused
from listener.model.mention import Mention, Removal
from listener.model.page import Page
from listener.sources.bluesky import BlueskySource
from tests.replay.cassettes import there
from tests.replay.exchanges import Exchange, answered_by, exchanges_in, response

pytestmark = pytest.mark.recordings

LIVE = "bluesky/bskyr-live"
NOW = datetime(2025, 5, 20, tzinfo=UTC)


def _only(recordings: Path, name: str) -> Exchange:
    (one,) = exchanges_in(there(recordings / LIVE / f"{name}.yml"))
    return one


async def _pulled(listing: Exchange, **what: Any) -> list[Page]:
    """Read until caught up from a network that answers a listing once, signs everybody in, and then has no more."""
    left = [listing]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("createSession"):
            return httpx.Response(200, json={"accessJwt": "a", "refreshJwt": "r", "did": "did:plc:us", "handle": "us.example"})
        if left and left[0].path == request.url.path:
            return response(left.pop())
        return httpx.Response(200, json={"posts": [], "notifications": []})

    clock = ManualClock(NOW)
    async with answered_by(answer, clock) as http:
        source = BlueskySource(
            "bluesky",
            http=http,
            clock=clock,
            account="us.example",
            password=lambda: "abcd",
            look_back=timedelta(days=3_000),
            **what,
        )
        pages = [await source.pull(None)]
        while pages[-1].more:
            pages.append(await source.pull(pages[-1].next))
        return pages


async def test_a_recorded_search_is_read_by_the_source(recordings: Path) -> None:
    """Twenty-five posts of May 2025, with the next page empty."""
    search = _only(recordings, "f_search")
    (page,) = await _pulled(search, queries=["redistricting"], mentions=False)
    expected = [post["uri"] for post in search.found["posts"] if post["record"]["text"].strip()]
    assert len(expected) > 20
    assert sorted(m.native_id for m in page.mentions) == sorted(expected)
    assert [m.posted_at for m in page.mentions] == sorted(m.posted_at for m in page.mentions)
    assert page.gap == ""


async def test_recorded_notifications_are_read_by_the_source(recordings: Path) -> None:
    """What answers, quotes or names the account is read; likes and follows are not."""
    listed = _only(recordings, "n_notifications")
    (page,) = await _pulled(listed, queries=[])
    said = [one["uri"] for one in listed.found["notifications"] if one["reason"] in ("mention", "reply", "quote")]
    assert 0 < len(said) < len(listed.found["notifications"])
    assert {m.native_id for m in page.mentions} == set(said)
    assert page.skipped == ()


async def test_recorded_posts_are_looked_up(recordings: Path) -> None:
    """One that is not among the answers is gone, the others stand."""
    posts = _only(recordings, "f_getposts")
    shown = [post["uri"] for post in posts.found["posts"]]
    clock = ManualClock(NOW)
    async with answered_by(lambda _: response(posts), clock) as http:
        source = BlueskySource("bluesky", queries=["x"], http=http, clock=clock)
        *stand, gone = await source.look_up([*shown, "at://did:plc:gone/app.bsky.feed.post/1"])
    assert [one.native_id for one in stand if isinstance(one, Mention)] == shown
    assert isinstance(gone, Removal)


async def test_a_recorded_refusal_to_sign_in_asks_for_a_person(recordings: Path) -> None:
    refused = _only(recordings, "repo_auth_cache")
    clock = ManualClock(NOW)
    async with answered_by(lambda _: response(refused), clock) as http:
        source = BlueskySource(
            "bluesky", queries=["x"], http=http, clock=clock, account="us.example", password=lambda: "a-password-of-ours"
        )
        with pytest.raises(SourceRefused, match="app password") as told:
            await source.pull(None)
    assert told.value.cause == "token_rejected"
    assert "a-password-of-ours" not in str(told.value)
