"""A secret that every kind of source was given stands in nothing that it says or keeps, however its platform quotes it (RULES S29, S31)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest

from listener.clock import ManualClock
from listener.errors import SourceError, SourceUnavailable
from listener.ledger.ledger import open_ledger
from listener.logs import JsonLines
from listener.ports import Receiver, Source
from listener.settings.schema import BrandSettings, HttpSettings, SourceSettings
from listener.settings.secrets import Secret
from listener.sources.context import SourceContext
from listener.sources.http import HttpClient
from listener.sources.imap import ImapSource, MailServer
from listener.sources.imap_mailbox import Mailbox
from listener.sources.incoming import INCOMING
from listener.sources.registry import build_source
from listener.workflows.collect_mentions import CollectMentions
from tests.listener.sources.test_every_kind import ASKING

CANARY = "c4n4ry+/QwErTy=0123456789&%zzz"
PROOF = hmac.new(CANARY.encode(), CANARY.encode(), hashlib.sha256).hexdigest()
FORMS = (
    CANARY,
    quote(CANARY, safe=""),
    quote_plus(CANARY),
    base64.b64encode(CANARY.encode()).decode(),
    base64.urlsafe_b64encode(CANARY.encode()).decode(),
    PROOF,
)
STATUSES = (200, 301, 302, 400, 401, 403, 404, 410, 418, 429, 500, 503)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CALLED: dict[str, dict[str, Any]] = {"meta": {}, "discourse_webhook": {"url": "https://forum.example"}, "webhook": {}}


async def _anywhere(host: str, port: int) -> tuple[str, ...]:
    del host, port
    return ("93.184.215.14",)


def _quoting(status: int) -> Callable[[httpx.Request], httpx.Response]:
    """Answer as a site that shows the whole request in its page, as debugging pages and proxies do."""

    def answer(request: httpx.Request) -> httpx.Response:
        told = {"url": str(request.url), "headers": dict(request.headers), "body": request.content.decode(errors="replace")}
        said = {"error": {"message": f"Malformed access token {CANARY}", "code": 190}, "request": told, "message": CANARY}
        where = {"location": f"https://elsewhere.example/?access_token={quote(CANARY, safe='')}"} if status in (301, 302) else {}
        headers = {"content-type": "application/json", "www-authenticate": f'Bearer error="{quote(CANARY)}"', **where}
        return httpx.Response(status, stream=httpx.ByteStream(json.dumps(said).encode()), headers=headers)

    return answer


def _context(answer: Callable[[httpx.Request], httpx.Response]) -> SourceContext:
    clock = ManualClock(NOW)
    http = HttpClient(HttpSettings.model_validate({}), clock=clock, resolve=_anywhere, transport=httpx.MockTransport(answer))
    brands = (BrandSettings.model_validate({"name": "Stroomwerk"}),)
    return SourceContext(http=http, clock=clock, secrets=lambda _: Secret(CANARY), brands=brands)


def _is_clean(text: str) -> bool:
    return not any(form in text or json.dumps(form)[1:-1] in text for form in FORMS)


def _files_are_clean(folder: Path) -> bool:
    kept = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
    return bool(kept) and not any(form.encode() in kept for form in FORMS)


@contextmanager
def _told(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Look through every log line, as it leaves, at the most talkative level."""
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    yield
    for record in caplog.records:
        if not record.name.startswith(("httpcore", "httpx")):  # kept at warnings by `start_logging`
            assert _is_clean(JsonLines().format(record)), record.name


def _source(kind: str, context: SourceContext) -> Source:
    return build_source(SourceSettings.model_validate({"id": kind.replace("_", "-"), "kind": kind, **ASKING[kind]}), context=context)


@pytest.mark.parametrize("kind", ASKING)
async def test_errors_and_pages_quote_no_secret(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    with _told(caplog):
        for status in STATUSES:
            async with aclosing(_source(kind, _context(_quoting(status)))) as source:
                try:
                    page = await source.pull(None)
                    said = repr((page.gap, page.skipped, page.removals, page.next))
                except SourceError as error:
                    logging.getLogger("klankbord.test").exception("a pull failed")
                    said = f"{error!s} {error!r} {error.__cause__!s} {error.__context__!s}"
                assert _is_clean(said), (status, said)
                assert _is_clean(repr(source)), "nothing shows itself"


@pytest.mark.parametrize("kind", ASKING)
async def test_what_a_round_keeps_holds_no_secret(kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The ledger is backed up and exported: neither a cursor, a gap, a skip nor a note of trouble may quote one."""
    with _told(caplog), open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        for status in STATUSES[1:]:
            context = _context(_quoting(status))
            async with aclosing(_source(kind, context)) as source:
                await CollectMentions(ledger, [], clock=context.clock).round(source, keep="all")
    assert _files_are_clean(tmp_path)


@pytest.mark.parametrize("kind", INCOMING)
def test_what_is_posted_to_us_makes_nothing_say_it(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """Signing right or wrong, in a head that quotes it: neither an error nor a source that shows itself tells."""
    source: Receiver = INCOMING[kind](SourceSettings.model_validate({"id": "one", "kind": kind, **CALLED[kind]}), _context(_quoting(200)))
    with _told(caplog):
        for header in ("x-hub-signature-256", "x-discourse-event-signature", "klankbord-signature"):
            assert not source.is_signed({header: f"sha256={CANARY}", "klankbord-timestamp": str(int(NOW.timestamp()))}, b"{}")
        assert source.challenge({"hub.mode": "subscribe", "hub.verify_token": f"{CANARY}x", "hub.challenge": "1"}) is None
    assert _is_clean(repr(source))


async def test_a_mailbox_that_quotes_the_sign_in_is_not_quoted(caplog: pytest.LogCaptureFixture) -> None:
    """Some servers repeat the whole command in their refusal."""

    @contextmanager
    def refusing(box: Mailbox) -> Iterator[Any]:
        raise SourceUnavailable(f"{box.host} could not be reached.") from OSError(f"LOGIN loket {box.password} failed")
        yield

    server = MailServer(host="127.0.0.1", port=993, tls="at once")
    box = ImapSource(
        "mail", server, username="loket", password=lambda: CANARY, clock=ManualClock(NOW), allow_private=True, open_mailbox=refusing
    )
    with _told(caplog):
        async with aclosing(box):
            with pytest.raises(SourceUnavailable) as told:
                await box.pull(None)
            logging.getLogger("klankbord.test").error("a pull failed", exc_info=told.value)
    assert _is_clean(f"{told.value!s} {told.value!r}")
    assert _is_clean(repr(Mailbox(host="h", ip="127.0.0.1", port=993, tls="none", username="loket", password=CANARY, folder="INBOX")))
