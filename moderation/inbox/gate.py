"""The gate in front of every staff page: closed unless a path is named open.

It asks, in order: host, method, origin of a form, its size, session, form token.

Being one ASGI layer around the whole app, it also covers paths that do not exist and pages that somebody adds later.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from moderation.inbox.checks import LOCAL_HOSTS, SAFE_HEADERS, came_from_us, cookie_of, known_host, values
from moderation.inbox.sign_in import COOKIE, Session, SignIn

logger = logging.getLogger(__name__)

OPEN_PATHS = frozenset({"/healthz", "/sign-in", "/signed-in"})
OPEN_FOLDER = "/static/"
MOST_FORM_BYTES = 64 * 1024
MOST_FIELDS = 50
LIVE_HEADER = "x-klankbord-live"

ErrorPage = Callable[[Scope, int, str], Response]
"""Makes a page for (scope, status, reason); the reason is a key of the pages' wording below `error.`."""


class Refused(Exception):
    """Ends a request before any handler runs."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(slots=True)
class _Sending:
    """Wraps `send`: every answer leaves with the safe headers, and we know whether one has begun."""

    send: Send
    begun: bool = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            safe = {name for name, _ in SAFE_HEADERS}
            kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in safe]
            if not any(name.lower() == b"cache-control" for name, _ in kept):
                kept.append((b"cache-control", b"no-store"))
            message = {**message, "headers": [*kept, *SAFE_HEADERS]}
        await self.send(message)


class StaffGate:
    """Lets through what may pass and leaves `session`, `secret` and `form` on the request's state; answers everything else itself."""

    def __init__(self, app: ASGIApp, *, sign_in: SignIn, error_page: ErrorPage, hosts: frozenset[str] = LOCAL_HOSTS) -> None:
        self._app = app
        self._sign_in = sign_in
        self._error_page = error_page
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        sending = _Sending(send)
        scope.setdefault("state", {}).update(session=None, secret="", form={})
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
        if method not in ("GET", "HEAD", "POST"):
            raise Refused(405, "method")
        session = self._session(scope)
        opened = scope["path"] in OPEN_PATHS or scope["path"].startswith(OPEN_FOLDER)
        if method == "POST":
            if not came_from_us(headers, scheme=scope["scheme"], host=host):
                raise Refused(403, "origin")
            scope["state"]["form"] = await read_form(scope, receive)
        if session is None and not opened:
            if method == "POST" or values(headers, LIVE_HEADER):
                raise Refused(401, "session")
            await RedirectResponse("/sign-in", status_code=302)(scope, receive, sending)
            return
        if method == "POST" and not opened and not _token_fits(session, scope["state"]["form"]):
            raise Refused(403, "form")
        await self._app(scope, receive, sending)

    def _session(self, scope: Scope) -> Session | None:
        secret = cookie_of(scope["headers"], COOKIE)
        session = self._sign_in.session(secret, touch=not values(scope["headers"], LIVE_HEADER))
        scope["state"].update(session=session, secret=secret if session else "")
        return session

    async def _failed(self, error: Exception, scope: Scope, receive: Receive, sending: _Sending) -> None:
        """Answer 500 with a number that is also in the log. The error's own words stay out of both: they may hold a text or a secret."""
        number = secrets.token_hex(4)
        where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]
        logger.error("page failed", extra={"number": number, "path": scope["path"], "error": type(error).__name__, "where": where})
        scope["state"]["number"] = number
        if not sending.begun:
            await self._error_page(scope, 500, "failed")(scope, receive, sending)


def _token_fits(session: Session | None, form: dict[str, str]) -> bool:
    given = form.get("csrf", "")
    return session is not None and hmac.compare_digest(given.encode("utf-8", "replace"), session.csrf.encode("ascii"))


async def read_form(scope: Scope, receive: Receive) -> dict[str, str]:
    """Return a form's fields. A field given twice, another content type or a body over 64 kB is refused."""
    kinds = values(scope["headers"], "content-type")
    if len(kinds) != 1 or kinds[0].partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Refused(415, "kind")
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(400, "unread")
        body += message.get("body", b"")
        if len(body) > MOST_FORM_BYTES:
            raise Refused(413, "size")
        if not message.get("more_body", False):
            break
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise Refused(400, "unread") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Refused(400, "unread")
    return form
