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
from listener.sources.bluesky_posts import read_post
from tests.replay.exchanges import Exchange, Outcomes, answered_by, exchanges_in, recordings_of, response, things

pytestmark = pytest.mark.recordings

LIVE = "bluesky/bskyr-live"
NOW = datetime(2025, 5, 20, tzinfo=UTC)


def _is_post(one: dict[str, Any]) -> bool:
    record = one.get("record") or one.get("value")
    return "/app.bsky.feed.post/" in str(one.get("uri")) and isinstance(record, dict) and record.get("$type") == "app.bsky.feed.post"


def test_every_post_ever_recorded_is_read_or_told(recordings: Path) -> None:
    """Right ids, times, authors and threads; a recording without posts says so; and the table of what fits."""
    outcomes = Outcomes("bluesky")
    read, told = 0, 0
    for path in recordings_of(recordings / "bluesky", ".yaml", ".yml", ".json"):
        posts = [post for one in exchanges_in(path) for post in things(one.found, _is_post)]
        for post in posts:
            found = read_post(post, signed_in=True)
            if isinstance(found, Mention):
                read += 1
                _agrees(found, post)
            else:
                told += 1
                assert isinstance(found, Removal) or not (post.get("record") or post["value"])["text"].strip(), f"{path.name}: {found}"
        (outcomes.passed if posts else outcomes.skipped)[path.name] = f"{len(posts)} posts" if posts else "it holds no post"
    print("", *outcomes.lines(), sep="\n")
    assert read > 100
    assert told < read / 10


def _agrees(read: Mention, post: dict[str, Any]) -> None:
    record = post.get("record") or post["value"]
    did, rkey = post["uri"].removeprefix("at://").split("/app.bsky.feed.post/")
    assert read.key == ("bluesky", "atproto", post["uri"])
    assert read.text == record["text"].strip()
    made = datetime.fromisoformat(record["createdAt"]).replace(tzinfo=UTC)
    assert read.posted_at == min(made, datetime.fromisoformat(post["indexedAt"]) if "indexedAt" in post else made)
    assert read.author is not None
    assert read.author.key == f"bluesky/atproto/{did}"
    assert read.author.name == (post.get("author", {}).get("displayName", "").strip() or post.get("author", {}).get("handle", ""))
    assert read.url == f"https://bsky.app/profile/{did}/post/{rkey}"
    reply = record.get("reply", {})
    assert (read.parent_id, read.root_id) == (reply.get("parent", {}).get("uri", ""), reply.get("root", {}).get("uri", ""))


def _only(recordings: Path, name: str) -> Exchange:
    (one,) = exchanges_in(recordings / LIVE / f"{name}.yml")
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
