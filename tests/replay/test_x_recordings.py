"""Our X source against recordings of the live service: tweepy and our session run for real, only the network is played back."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from listener.clock import ManualClock
from listener.model.mention import Mention
from listener.model.page import Skip
from listener.sources.x import XSource
from listener.sources.x_items import removals_of
from tests.replay.cassettes import there
from tests.replay.exchanges import Exchange, exchanges_in, recordings_of, things

pytestmark = pytest.mark.recordings

NOW = datetime(2022, 10, 8, 1, 0, tzinfo=UTC)


def _is_post(one: dict[str, Any]) -> bool:
    return {"id", "text"} <= one.keys() and "event_type" not in one and isinstance(one["id"], str)


def test_what_a_recorded_answer_shows_is_not_told_as_gone(recordings: Path) -> None:
    """What an answer holds beside posts, such as errors about others, removes nothing by mistake."""
    for path in recordings_of(there(recordings / "x"), ".yaml", ".json"):
        for body in (one.found for one in exchanges_in(path) if isinstance(one.found, dict)):
            assert not removals_of(body).keys() & {post["id"] for post in things(body, _is_post)}


class _Played(HTTPAdapter):
    """Answers requests of a session from recorded bodies, by path."""

    def __init__(self, exchanges: list[Exchange]) -> None:
        super().__init__()
        self._bodies = {one.path: one.body for one in exchanges if one.method == "GET"}
        self.asked: list[str] = []

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]  # what else requests hands over is of no interest here
        self.asked.append(request.url or "")
        response = requests.Response()
        response.status_code, response.url, response.request = 200, request.url or "", request
        response.raw = io.BytesIO(self._bodies[request.path_url.partition("?")[0]])
        return response


def _source(recording: Path, **what: Any) -> tuple[XSource, _Played]:
    chosen: dict[str, Any] = {"queries": [], "account": "", "token": lambda: "a-token", "expansions": (), **what}
    source = XSource("x", clock=ManualClock(NOW), **chosen)
    there(recording)
    client = source._open("a-token")
    played = _Played(exchanges_in(recording))
    client.session.mount("https://api.twitter.com", played)
    source._client = ("a-token", client)
    return source, played


async def test_a_recorded_search_is_read_by_the_source(recordings: Path) -> None:
    """Ten posts about tweepy on 7 October 2022, newest first as they came, and a token for the page after them."""
    recording = recordings / "x/tweepy-v2/test_asyncclient_search_recent_tweets.yaml"
    source, played = _source(recording, queries=["Tweepy"], reposts=True)
    page = await source.pull(None)
    await source.aclose()
    (answer,) = [one.found for one in exchanges_in(recording)]
    assert [m.native_id for m in reversed(page.mentions)] == [one["id"] for one in answer["data"]]
    assert all(m.posted_at.date().isoformat() in ("2022-10-07", "2022-10-08") for m in page.mentions)
    assert page.more == ("next_token" in answer["meta"])
    assert page.cost_usd == pytest.approx(0.005 * len(page.mentions))
    assert len(played.asked) == 1


async def test_recorded_mentions_are_read_by_the_source(recordings: Path) -> None:
    """What people said to @Twitter, asked for by the account's number."""
    recording = recordings / "x/tweepy-v2/test_client_get_users_mentions.yaml"
    source, _ = _source(recording, account="783214")
    page = await source.pull(None)
    await source.aclose()
    assert len(page.mentions) == len(exchanges_in(recording)[0].found["data"])
    assert all("@twitter" in m.text.lower() for m in page.mentions)


async def test_recorded_look_ups_are_read_by_the_source(recordings: Path) -> None:
    """Two posts by their ids; one that X did not speak of is kept until it is known to be gone."""
    source, _ = _source(recordings / "x/tweepy-v2/test_asyncclient_get_tweets.yaml", queries=["x"])
    found = await source.look_up(["1293593516040269825", "1293595870563381249", "1"])
    await source.aclose()
    assert [type(one) for one in found] == [Mention, Mention, Skip]
    first = found[0]
    assert isinstance(first, Mention)
    assert abs(first.posted_at - datetime(2020, 8, 12, 17, 1, tzinfo=UTC)) < timedelta(minutes=2)
