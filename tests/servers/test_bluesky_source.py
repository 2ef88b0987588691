"""Listening on a real Bluesky network: what people post there is in our ledger, with its thread, and leaves it when they delete it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from listener.clock import SystemClock
from listener.errors import SourceRefused
from listener.sources.bluesky import BlueskySource
from listener.sources.http import HttpClient
from tests.servers.bluesky import Actor, Bluesky
from tests.servers.listening import listening


def _source(network: Bluesky, actor: Actor, http: HttpClient, *, queries: list[str], password: str = "") -> BlueskySource:
    return BlueskySource(
        "bluesky",
        queries=queries,
        http=http,
        clock=SystemClock(),
        account=actor.handle,
        password=lambda: password or actor.app_password,
        look_back=timedelta(hours=1),
        base=network.url,
        allow_http=True,
        allow_private=True,
    )


async def test_what_is_posted_is_heard_and_what_is_deleted_is_gone(bluesky: Bluesky, tmp_path: Path) -> None:
    """By search, by name and as an answer; an account's posts are its own whatever it calls itself."""
    brand, kim = bluesky.actor("stroomloket"), bluesky.actor("kim")
    ours = bluesky.post(brand, "Er is een storing in de Vogelbuurt")
    found = bluesky.post(kim, "zwaluwstroom valt weer uit")
    gone = bluesky.post(kim, "zwaluwstroom: laat maar")
    name = f"@{brand.handle}"
    facet = {
        "index": {"byteStart": 4, "byteEnd": 4 + len(name)},
        "features": [{"$type": "app.bsky.richtext.facet#mention", "did": brand.did}],
    }
    named = bluesky.post(kim, f"Dag {name}, wat nu?", facets=[facet])
    answer = bluesky.post(kim, "Hier ook", reply={"root": ours, "parent": ours})
    async with listening(tmp_path) as (ear, http):
        source = _source(bluesky, brand, http, queries=["zwaluwstroom"])
        bluesky.until(lambda: len(bluesky.ask("GET", "app.bsky.notification.listNotifications", token=brand.token)["notifications"]) == 2)
        done = await ear.round(source)
        assert (done.new, done.gap) == (4, "")
        heard = ear.heard()
        assert heard.keys() == {one["uri"] for one in (found, gone, named, answer)}
        said = heard[answer["uri"]].mention
        assert (said.text, said.parent_id, said.root_id) == ("Hier ook", ours["uri"], ours["uri"])
        assert said.author is not None
        assert (said.author.native_id, said.author.name) == (kim.did, "kim")
        bluesky.delete(kim, gone["uri"])
        again = await ear.round(source)
        assert (again.new, again.edited, again.removed) == (0, 0, 1)
        assert ear.heard().keys() == heard.keys() - {gone["uri"]}


async def test_a_burst_is_heard_whole_and_a_wrong_password_asks_a_person(bluesky: Bluesky, tmp_path: Path) -> None:
    """A hundred and twenty posts are two pages of a search."""
    brand, kim = bluesky.actor("stroomloket"), bluesky.actor("kim")
    record = {"$type": "app.bsky.feed.post", "createdAt": SystemClock().now().isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    create = {"$type": "com.atproto.repo.applyWrites#create", "collection": "app.bsky.feed.post"}
    made = [create | {"value": record | {"text": f"merelstroom {number}"}} for number in range(120)]
    bluesky.ask("POST", "com.atproto.repo.applyWrites", {"repo": kim.did, "writes": made}, token=kim.token)
    async with listening(tmp_path) as (ear, http):
        with pytest.raises(SourceRefused, match="app password"):
            await _source(bluesky, brand, http, queries=["merelstroom"], password="no").pull(None)
        query = {"actor": kim.did, "limit": "100"}
        bluesky.until(lambda: len(bluesky.ask("GET", "app.bsky.feed.getAuthorFeed", query=query, token=kim.token)["feed"]) == 100)
        source = _source(bluesky, brand, http, queries=["merelstroom"])
        for _ in range(20):
            await ear.round(source)
            if len(ear.heard()) == 120:
                break
        assert len(ear.heard()) == 120
