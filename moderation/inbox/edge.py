"""What the gates of both web listeners have in common: refusing, reading a form, safe headers, and a page for whatever goes wrong."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from moderation.inbox.checks import SAFE_HEADERS, RawHeaders, values

MOST_FORM_BYTES = 64 * 1024
MOST_FIELDS = 50

ErrorPage = Callable[[Scope, int, str], Response]
"""Makes a page for (scope, status, reason); the reason is a key of the pages' wording below `error.`."""


class Refused(Exception):
    """Ends a request before any handler runs."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(slots=True)
class Sending:
    """Wraps `send`: every answer leaves with the `safe` headers, without `dropped` ones, and we know whether one has begun.

    `head`: the request was HEAD, and the answer has no body.
    """

    send: Send
    safe: RawHeaders = SAFE_HEADERS
    dropped: frozenset[bytes] = frozenset()
    head: bool = False
    begun: bool = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            ours = self.dropped | {name for name, _ in self.safe}
            kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in ours]
            if not any(name.lower() == b"cache-control" for name, _ in kept):
                kept.append((b"cache-control", b"no-store"))
            message = {**message, "headers": [*kept, *self.safe]}
        elif message["type"] == "http.response.body" and self.head:
            message = {**message, "body": b""}
        await self.send(message)


async def pass_or_close(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let the app start and stop; anything else that is no HTTP request is closed."""
    if scope["type"] == "lifespan":
        await app(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1008})


async def answered(
    admit: Callable[[Scope, Receive, Sending], Awaitable[None]],
    scope: Scope,
    receive: Receive,
    sending: Sending,
    *,
    error_page: ErrorPage,
    failed: Callable[[dict[str, object]], None],
) -> None:
    """Let `admit` answer; a refusal or a failure is answered with a page.

    A failure shows a number, which `failed` is given for the log with where it happened. The error's own words stay out of both: they may
    hold a text or a secret.
    """
    try:
        await admit(scope, receive, sending)
    except Refused as refused:
        await error_page(scope, refused.status, refused.reason)(scope, receive, sending)
    except Exception as error:  # noqa: BLE001 - the outermost edge: whatever went wrong, the reader gets a page and no trace
        number = secrets.token_hex(4)
        where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)[-6:]]
        failed({"number": number, "error": type(error).__name__, "where": where})
        scope["state"]["number"] = number
        if not sending.begun:
            await error_page(scope, 500, "failed")(scope, receive, sending)


async def read_form(scope: Scope, receive: Receive) -> dict[str, str]:
    """Return a form's fields. A field given twice, another content type or a body over 64 kB is refused."""
    kinds = values(scope["headers"], "content-type")
    if len(kinds) != 1 or kinds[0].partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Refused(415, "kind")
    body = await read_body(receive)
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise Refused(400, "unread") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Refused(400, "unread")
    return form


async def read_body(receive: Receive) -> bytes:
    """Return a request's body; one over 64 kB is refused."""
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(400, "unread")
        body += message.get("body", b"")
        if len(body) > MOST_FORM_BYTES:
            raise Refused(413, "size")
        if not message.get("more_body", False):
            return body
