"""The gate in front of every public page: host, method, origin and size of a form; safe headers on, and cookies off, every answer.

Being one ASGI layer around the whole app, it also covers paths that do not exist and pages that somebody adds later.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from moderation.inbox.checks import SAFE_HEADERS, known_host, values
from moderation.inbox.gate import Refused, read_form

logger = logging.getLogger(__name__)

POST_FOLDER = "/f/"
"""Only pages below this folder take a form: feedback."""
CONTENT_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_REPLACED = {b"content-security-policy": CONTENT_POLICY.encode("ascii")}
_SAFE = tuple((name, _REPLACED.get(name, value)) for name, value in SAFE_HEADERS)

ErrorPage = Callable[[Scope, int, str], Response]
"""Makes a page for (scope, status, reason); the reason is a key of the pages' wording below `error.`."""


@dataclass(slots=True)
class _Sending:
    """Wraps `send`: safe headers on every answer, never a cookie, no body for HEAD; and we know whether an answer has begun."""

    send: Send
    secure: bool
    head: bool = False
    begun: bool = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            dropped = {b"set-cookie", HSTS[0], *(name for name, _ in _SAFE)}
            kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in dropped]
            if not any(name.lower() == b"cache-control" for name, _ in kept):
                kept.append((b"cache-control", b"no-store"))
            message = {**message, "headers": [*kept, *_SAFE, *([HSTS] if self.secure else [])]}
        elif message["type"] == "http.response.body" and self.head:
            message = {**message, "body": b""}
        await self.send(message)


class PublicGate:
    """Lets through what may pass and leaves `form` on the request's state; answers everything else itself."""

    def __init__(self, app: ASGIApp, *, error_page: ErrorPage, hosts: frozenset[str], origin: str = "", secure: bool = False) -> None:
        self._app = app
        self._error_page = error_page
        self._hosts = hosts
        self._origin = origin
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        sending = _Sending(send, self._secure, head=scope["method"] == "HEAD")
        scope.setdefault("state", {}).update(form={})
        try:
            await self._admit(scope, receive, sending)
        except Refused as refused:
            await self._error_page(scope, refused.status, refused.reason)(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 - the outermost edge: whatever went wrong, the reader gets a page and no trace
            await self._failed(error, scope, receive, sending)

    async def _admit(self, scope: Scope, receive: Receive, sending: _Sending) -> None:
        headers, method = scope["headers"], scope["method"]
        host = known_host(headers, self._hosts)
        if host is None:
            raise Refused(400, "host")
        if method == "POST" and scope["path"].startswith(POST_FOLDER):
            if not self._from_our_page(scope, host):
                raise Refused(403, "origin")
            scope["state"]["form"] = await read_form(scope, receive)
        elif method not in ("GET", "HEAD"):
            raise Refused(405, "method")
        asked = {**scope, "method": "GET"} if method == "HEAD" else scope
        await self._app(asked, receive, sending)

    def _from_our_page(self, scope: Scope, host: str) -> bool:
        """Tell whether a form was sent from one of our own pages.

        Under no-referrer a browser says `Origin: null` with `Sec-Fetch-Site: same-origin`, which no other page can forge. A program that
        sends neither is let in: there is no cookie it could ride on, and the address itself holds the secret.
        """
        origins, sites = values(scope["headers"], "origin"), values(scope["headers"], "sec-fetch-site")
        if len(origins) > 1 or len(sites) > 1 or (sites and sites[0] not in ("same-origin", "none")):
            return False
        if not origins or origins[0] == "null":
            return not origins or bool(sites)
        return origins[0] in {self._origin, f"http://{host}", f"https://{host}"} - {""}

    async def _failed(self, error: Exception, scope: Scope, receive: Receive, sending: _Sending) -> None:
        """Answer 500 with a number that is also in the log. The address stays out of the log: it may hold a secret."""
        number = secrets.token_hex(4)
        where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]
        logger.error("public page failed", extra={"number": number, "error": type(error).__name__, "where": where})
        scope["state"]["number"] = number
        if not sending.begun:
            await self._error_page(scope, 500, "failed")(scope, receive, sending)
