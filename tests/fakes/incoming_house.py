"""A ledger behind the public pages with three sources that platforms call, and what each of them sends."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from fastapi.testclient import TestClient
from httpx2 import Response

from listener.clock import ManualClock
from listener.ledger.ledger import Ledger
from listener.model.page import Page
from listener.settings.schema import BrandSettings, HttpSettings, SourceSettings
from listener.sources.context import SourceContext
from listener.sources.http import HttpClient
from listener.sources.incoming import INCOMING
from listener.text.query import compile_brand
from listener.workflows.receive_mentions import ReceiveMentions
from moderation.public.app import build_public_app
from moderation.public.incoming_parts import IncomingParts
from tests.fakes.calling import (
    NOW,
    PAGE,
    SECRETS,
    as_forum,
    as_meta,
    as_ours,
    comment,
    forum_post,
    our_mention,
    raw,
    told_by_page,
)
from tests.fakes.public import public_day

SOURCES = (
    SourceSettings.model_validate({"id": "fb", "kind": "meta", "accounts": [PAGE]}),
    SourceSettings.model_validate({"id": "forum", "kind": "discourse_webhook", "url": "https://forum.zoemvolt.example", "keep": "all"}),
    SourceSettings.model_validate({"id": "crm", "kind": "webhook"}),
)
META, FORUM, OURS = "/in/fb", "/in/forum", "/in/crm"


class House:
    """A ledger behind the public pages, with three sources that platforms call."""

    def __init__(self, ledger: Ledger, file: Path) -> None:
        self.ledger = ledger
        self.file = file
        self.clock = ManualClock(NOW)
        self.secrets = dict(SECRETS)
        self.fails: Exception | None = None
        self.fails_after: Exception | None = None
        context = SourceContext(http=HttpClient(HttpSettings.model_validate({})), clock=self.clock, secrets=self.secrets.get, brands=())
        brand = compile_brand(BrandSettings.model_validate({"name": "Zoemvolt"}))
        self.receive = ReceiveMentions(ledger, [brand], keep={one.id: one.keep for one in SOURCES}, clock=self.clock)
        self.parts = IncomingParts(receivers={one.id: INCOMING[one.kind](one, context) for one in SOURCES}, take=self.take)
        self.client = self.reader(self.parts)

    def reader(self, parts: IncomingParts) -> TestClient:
        app = build_public_app(replace(public_day(), incoming=parts))
        return TestClient(app, base_url="http://localhost", raise_server_exceptions=False, follow_redirects=False)

    def take(self, source_id: str, page: Page) -> object:
        if self.fails is not None:
            raise self.fails
        added = self.receive.take(source_id, page)
        if self.fails_after is not None:
            raise self.fails_after
        return added

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> Response:
        return self.client.post(path, content=body, headers=headers)

    def texts(self) -> list[str]:
        """Return what another process reads in the ledger's file."""
        newest = "select r.text from revision r join mention m on m.mention_id = r.mention_id and m.latest_revision = r.revision"
        with closing(sqlite3.connect(self.file)) as other:
            return sorted(text for (text,) in other.execute(newest))


SENT: tuple[tuple[str, bytes, Callable[[bytes], dict[str, str]], str], ...] = (
    (META, raw(told_by_page(comment())), as_meta, "Al uren geen stroom"),
    (FORUM, raw(forum_post()), as_forum, "De app laat me niet inloggen"),
    (OURS, raw({"mentions": [our_mention()]}), as_ours, "Te lang in de wacht"),
)
