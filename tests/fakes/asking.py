"""Asks an ASGI app without a server, as a browser or a program would, and looks at every answer's headers on the way (RULES S6)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from starlette.types import ASGIApp, Message

from moderation.inbox.sign_in import COOKIE

T = TypeVar("T")
HOST = "127.0.0.1:8642"
OWN_PAGE = {"origin": "null", "sec-fetch-site": "same-origin"}
"""What a browser says beside a form of one of our pages."""
MUST_HAVE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
}


@dataclass(frozen=True)
class Answer:
    """What came back. Of a stream only what came first."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Asking:
    """One event loop for many questions. `close` ends it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def page(self, method: str, path: str, *, cookie: str = "", form: Mapping[str, str] | None = None, **headers: str) -> Answer:
        """Ask for a page as a browser does; a POST sends `form` from one of our own pages unless `headers` say otherwise."""
        given = {"cookie": f"{COOKIE}={cookie}"} if cookie else {}
        body = b""
        if method == "POST":
            given |= {**OWN_PAGE, "content-type": "application/x-www-form-urlencoded"}
            body = urlencode(form or {}).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(method, path, headers={**given, **named}, body=body)

    def call(self, method: str, path: str, *, token: str = "", body: Any = None, raw: bytes | None = None, **headers: str) -> Answer:
        """Call the API with a token; `body` is sent as JSON, `raw` as it is."""
        given = {"authorization": f"Bearer {token}"} if token else {}
        sent = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        if sent:
            given["content-type"] = "application/json"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(method, path, headers={**given, **named}, body=sent)

    def ask(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Ask, and check that the answer carries the safe headers."""
        answer = self._run(_asked(self._app, method, path, {"host": HOST, **(headers or {})}, body))
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy, path
        assert all(f"{part} 'none'" in policy for part in ("object-src", "base-uri", "frame-ancestors")), path
        assert {name: answer.headers.get(name) for name in MUST_HAVE} == MUST_HAVE, path
        return answer

    def _run(self, question: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(question)


async def _asked(app: ASGIApp, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    at = urlsplit(path)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": at.path,
        "raw_path": at.path.encode("utf-8", "replace"),
        "query_string": at.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8642),
    }
    said: list[Message] = []
    begun, sent = asyncio.Event(), False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)
        if message["type"] == "http.response.start":
            begun.set()

    asking = asyncio.ensure_future(app(scope, receive, send))
    started = asyncio.ensure_future(begun.wait())
    await asyncio.wait({asking, started}, return_when=asyncio.FIRST_COMPLETED)
    kinds = [value for name, value in (said[0].get("headers", ()) if said else ()) if name == b"content-type"]
    if kinds and kinds[0].startswith(b"text/event-stream"):
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    else:
        await asking
    started.cancel()
    start = said[0]
    found = {name.decode().lower(): value.decode("latin-1") for name, value in start.get("headers", ())}
    return Answer(
        status=start["status"],
        headers=found,
        body=b"".join(one.get("body", b"") for one in said if one["type"] == "http.response.body"),
    )
