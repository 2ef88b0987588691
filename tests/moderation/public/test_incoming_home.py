"""A home whose settings name a source that is called: its address is there on the public pages, and what is posted lands in its ledger."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from listener.clock import ManualClock
from listener.embedding.hashed import HashedEmbedder
from moderation.bootstrap import answering_on
from moderation.page_parts.public import public_parts
from moderation.public.app import build_public_app
from moderation.settings import KlankbordSettings
from tests.fakes.calling import NOW, as_ours, our_mention, raw


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
