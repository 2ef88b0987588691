"""A home whose settings name a source that is called: its address is there on the public pages, and what is posted lands in its ledger."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from listener.clock import ManualClock
from listener.embedding.hashed import HashedEmbedder
from moderation.bootstrap import answering_on
from moderation.page_parts.public import public_parts
from moderation.public.app import build_public_app
from moderation.settings import KlankbordSettings
from tests.fakes.calling import NOW, SECRETS, as_forum, as_ours, forum_post, our_mention, raw
from tests.fakes.site import Reply, open_site


def test_what_is_posted_to_a_home_lands_in_its_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret is read where secrets are, at each call: a new one needs no restart."""
    sources = [{"id": "crm", "kind": "webhook"}]
    settings = KlankbordSettings.model_validate({"brands": [{"name": "Zoemvolt"}], "sources": sources})
    body = raw({"mentions": [our_mention()]})
    with answering_on(tmp_path, settings, ManualClock(NOW), embedder=HashedEmbedder()) as parts:
        client = TestClient(build_public_app(public_parts(parts)), base_url="http://localhost")
        assert client.post("/in/crm", content=body, headers=as_ours(body)).status_code == 401
        monkeypatch.setenv("KLANKBORD_WEBHOOK_CRM_INCOMING", "secret-of-our-system")
        assert client.post("/in/crm", content=body, headers=as_ours(body)).status_code == 200
        (found,) = parts.listening.ledger.mentions.latest()
        assert (found.mention.key, found.mention.text) == (("webhook", "crm", "t-1"), "Te lang in de wacht")


async def test_a_forum_is_asked_whether_a_post_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the head that nobody signed to the forum's own word, over a home as it runs."""
    monkeypatch.setenv("KLANKBORD_DISCOURSE_WEBHOOK_SECRET", SECRETS["KLANKBORD_DISCOURSE_WEBHOOK_SECRET"])
    async with open_site() as forum, AsyncExitStack() as closing:
        shown = {"/posts/13.json": Reply(body=raw(forum_post(13)["post"])), "/posts.json": Reply(body=b'{"latest_posts": []}')}
        forum.answer = lambda request: shown.get(request.path.partition("?")[0], Reply(status=404))
        of_forum = {"id": "forum", "kind": "discourse_webhook", "url": forum.url(""), "keep": "all"}
        sources = [{**of_forum, "allow_http": True, "allow_private": True}]
        settings = KlankbordSettings.model_validate({"brands": [{"name": "Zoemvolt"}], "sources": sources})
        home = answering_on(tmp_path, settings, ManualClock(NOW), embedder=HashedEmbedder())
        parts = await asyncio.to_thread(home.__enter__)  # it runs a loop of its own for a moment
        closing.callback(home.__exit__, None, None, None)
        client = TestClient(build_public_app(public_parts(parts)), base_url="http://localhost")
        for event in ("post_created", "post_destroyed"):
            for number in (12, 13):
                body = raw(forum_post(number))
                headers = {**as_forum(body), "x-discourse-event": event}
                assert (await asyncio.to_thread(client.post, "/in/forum", content=body, headers=headers)).status_code == 200
        latest = parts.listening.ledger.mentions.latest
        assert {one.mention.native_id for one in latest()} == {"12", "13"}
        assert await parts.listening.open_confirming(closing).once() == 1
        assert {one.mention.native_id for one in latest()} == {"13"}
