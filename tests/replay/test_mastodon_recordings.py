"""Our Mastodon source against recordings of real servers: every status that was ever shown, and the listings that it reads itself."""

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
from listener.sources.mastodon import MastodonSource
from listener.sources.mastodon_statuses import read_status
from tests.replay.cassettes import there
from tests.replay.exchanges import Exchange, answered_by, exchanges_in, response

pytestmark = pytest.mark.recordings

LIVE = "mastodon/mastodonpy-live-mastodon.social"
LOCAL = "mastodon/mastodonpy-devserver-4.x"
NOW = datetime(2026, 9, 1, tzinfo=UTC)


def _of(recordings: Path, name: str) -> list[Exchange]:
    return exchanges_in(there(recordings / name))


async def _pulled(exchanges: list[Exchange], *, server: str, **what: Any) -> list[Page]:
    """Read until caught up from a server that answers what was recorded for a path, once, and then that there is nothing more."""
    left = [one for one in exchanges if one.method == "GET"]

    def answer(request: httpx.Request) -> httpx.Response:
        for one in left:
            if one.path == request.url.path:
                left.remove(one)
                return response(one)
        if request.url.path.startswith("/api/v1/statuses/"):
            return httpx.Response(404, json={"error": "Record not found"})
        return httpx.Response(200, json={"statuses": []} if request.url.path.endswith("/search") else [])

    clock = ManualClock(NOW)
    async with answered_by(answer, clock) as http:
        source = MastodonSource(
            "mastodon",
            server,
            token=lambda: "a-token",
            http=http,
            clock=clock,
            look_back=timedelta(days=20_000),
            allow_private=True,
            **{"mentions": False, **what},
        )
        pages = [await source.pull(None)]
        while pages[-1].more:
            pages.append(await source.pull(pages[-1].next))
        return pages


async def test_a_recorded_search_is_read_by_the_source(recordings: Path) -> None:
    """mastodon.social found two posts for "halcy", of two other servers: they are what those servers call them."""
    exchanges = _of(recordings, f"{LIVE}/test_entity_searchv2.yaml")
    (search,) = [one for one in exchanges if one.path == "/api/v2/search"]
    (page, *rest) = await _pulled([search], server="https://mastodon.social", queries=["halcy"])
    assert {f"https://{m.native_id}" for m in page.mentions} == {status["uri"] for status in search.found["statuses"]}
    assert all(m.author is not None and m.author.native_id.partition("@")[2] == m.native_id.partition("/")[0] for m in page.mentions)
    assert not any(one.mentions for one in rest)


@pytest.mark.parametrize(
    "name",
    ["test_notifications_mentions_only", "test_notifications_types", "test_notifications_dismiss", "test_notification_requests_accept"],
)
async def test_recorded_notifications_are_read_by_the_source(recordings: Path, name: str) -> None:
    """What mentions the account is read; favourites, follows and what was not for everybody are not."""
    exchanges = _of(recordings, f"{LOCAL}/{name}.yaml")
    listed = [one for one in exchanges if one.path == "/api/v1/notifications"]
    expected = {
        status["uri"]
        for one in listed[:1]
        for row in one.found
        if (status := row.get("status")) and status["visibility"] in ("public", "unlisted") and not status["reblog"]
    }
    pages = await _pulled(listed[:1], server="https://localhost:3000", mentions=True)
    read = {m.native_id for page in pages for m in page.mentions}
    assert read == {uri.partition("://")[2] for uri in expected}


async def test_a_recorded_timeline_is_read_as_a_hashtags(recordings: Path) -> None:
    """Timelines of all kinds hold the same rows; the public one is played as that of a hashtag."""
    (timeline, *_) = [one for one in _of(recordings, f"{LOCAL}/test_public_tl.yaml") if one.path == "/api/v1/timelines/public"]
    played = Exchange(method="GET", url="http://localhost:3000/api/v1/timelines/tag/x", status=200, body=timeline.body)
    pages = await _pulled([played], server="https://localhost:3000", hashtags=["x"])
    public = [one for one in timeline.found if one["visibility"] in ("public", "unlisted") and not one["reblog"]]
    assert len(public) > 0
    assert {m.native_id for page in pages for m in page.mentions} == {one["uri"].partition("://")[2] for one in public}


async def test_an_edit_and_a_deletion_follow(recordings: Path) -> None:
    """A server's own answers to a look-up: the same status before and after its edit, and none once it was deleted."""
    exchanges = _of(recordings, f"{LOCAL}/test_status_edit.yaml")
    made = exchanges[0].found
    (shown,) = [one for one in exchanges if one.path == f"/api/v1/statuses/{made['id']}" and one.method == "GET"]
    native_id = f"localhost:3000/{made['uri'].partition('://')[2].partition('/')[2]}"
    answers = [shown]

    def answer(_: httpx.Request) -> httpx.Response:
        return response(answers.pop()) if answers else httpx.Response(404, json={"error": "Record not found"})

    clock = ManualClock(NOW)
    async with answered_by(answer, clock) as http:
        source = MastodonSource("m", "https://localhost:3000", token=str, http=http, clock=clock, hashtags=["x"], allow_private=True)
        (edited,) = await source.look_up([native_id])
        (gone,) = await source.look_up([native_id])
    before = read_status(made, host="localhost:3000")
    assert isinstance(before, Mention)
    assert isinstance(edited, Mention)
    assert before.key == edited.key
    assert before.text != edited.text
    assert edited.edited_at is not None
    assert before.edited_at is None
    assert isinstance(gone, Removal)
    assert gone.key == edited.key


async def test_a_recorded_refusal_asks_for_a_token(recordings: Path) -> None:
    (refused,) = [one for one in _of(recordings, f"{LOCAL}/test_unauthed_home_tl_throws.yaml") if one.status == 401]
    clock = ManualClock(NOW)
    async with answered_by(lambda _: response(refused), clock) as http:
        source = MastodonSource("m", "https://localhost:3000", token=str, http=http, clock=clock, hashtags=["x"], allow_private=True)
        with pytest.raises(SourceRefused, match="READ_TOKEN") as told:
            await source.pull(None)
    assert told.value.cause == "token_missing"
