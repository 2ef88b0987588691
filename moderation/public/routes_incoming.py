"""The addresses that platforms call (`/in/<source id>`): believed by signature only, acknowledged once the ledger has it (S17, S19, F28).

What comes in is data: it becomes mentions, and can approve, send or change nothing. Nothing is analysed while the platform waits.
"""

from __future__ import annotations

import asyncio
import logging

from fastapi import FastAPI
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from listener.errors import InputError, StoreError
from listener.ports import Receiver
from moderation.public.incoming_parts import IncomingParts
from moderation.public.limiter import client_of

logger = logging.getLogger(__name__)

MOST_BYTES = 3_000_000
READ_SECONDS = 10.0
KEEP_SECONDS = 5.0
"""A ledger that is busy for longer is told as 503: the platform sends it again, and what was kept meanwhile is known by its key."""
WAIT_SECONDS = 2.0
"""How long a body may wait for room before its platform is asked to come back."""
AGAIN_SECONDS = "30"
DONE = "ok\n"


def add_incoming(app: FastAPI, parts: IncomingParts) -> None:
    """Add the addresses. Every refusal is bare: a status, and no word of why."""

    @app.get("/in/{source_id}")
    def asked(request: Request, source_id: str) -> Response:
        """Answer a platform that asks whether we are there; only with our own word for it."""
        receiver = parts.receivers.get(source_id)
        client = client_of(request)
        challenge = None if receiver is None or parts.guesses.full(client) else receiver.challenge(dict(request.query_params))
        if challenge is None:
            parts.guesses.count(client)
            return _bare(403)
        return PlainTextResponse(challenge, headers={"cache-control": "no-store"})

    @app.post("/in/{source_id}")
    async def told(request: Request, source_id: str) -> Response:
        """Take in what a platform sends. What is signed is let in, however much that nobody signed came from the same address before."""
        if not _is_json(request):
            return _bare(415)
        client = client_of(request)
        tried = parts.wrong.full(client)
        room = parts.narrow if tried else parts.room
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await room.acquire()
        except TimeoutError:
            return _bare(503, again="5")
        status = await _take(request, parts, source_id, room)
        if status in (401, 413):
            parts.wrong.count(client)
            return _refused(status, source_id, known=source_id in parts.receivers, tried=tried)
        return PlainTextResponse(DONE, headers={"cache-control": "no-store"}) if status == 200 else _bare(status, again=_again(status))


def _refused(status: int, source_id: str, *, known: bool, tried: bool) -> Response:
    """Refuse what nobody signed. Whoever `tried` too often is told to wait, and fills no log."""
    if tried:
        return _bare(429, again=AGAIN_SECONDS)
    if known:
        logger.warning("delivery refused", extra={"source": source_id})
    return _bare(status)


async def _take(request: Request, parts: IncomingParts, source_id: str, room: asyncio.Semaphore) -> int:
    """Read, check and keep one body; return the status to answer with.

    A body that does not come in time, or of which the rest never comes, counts as nobody's: it held room that others wait for. What has
    to wait longer than its platform does is kept all the same, and until then has its place in `room`: bodies of a ledger that hangs
    would fill memory.
    """
    keeping: asyncio.Future[int] | None = None
    try:
        async with asyncio.timeout(READ_SECONDS):
            body = await _body(request)
        receiver = parts.receivers.get(source_id)
        if body is None or receiver is None:
            return 413 if body is None else 401
        headers = {name.lower(): value for name, value in request.headers.items()}
        keeping = asyncio.get_running_loop().run_in_executor(parts.threads, _keep, parts, receiver, headers, body)
        keeping.add_done_callback(lambda _: room.release())
    except (TimeoutError, ClientDisconnect):
        return 401
    finally:
        if keeping is None:
            room.release()
    await asyncio.wait({keeping}, timeout=KEEP_SECONDS)
    if keeping.done() and not keeping.cancelled():
        return keeping.result()
    logger.warning("delivery not kept in time", extra={"source": source_id})
    return 503


def _keep(parts: IncomingParts, receiver: Receiver, headers: dict[str, str], body: bytes) -> int:
    """Check the signature, and only then read and keep. 200 is said of nothing that a power cut could take back."""
    source = receiver.source_id
    if not receiver.is_signed(headers, body):
        return 401
    try:
        parts.take(source, receiver.read(body, headers))
    except InputError as error:
        logger.warning("delivery not understood", extra={"source": source, "why": str(error)})
        return 400
    except StoreError:
        logger.exception("delivery not kept", extra={"source": source})
        return 503
    return 200


async def _body(request: Request) -> bytes | None:
    """Return the body, None when it is larger than we take; no more than that is ever held."""
    said = request.headers.get("content-length", "")
    if said.isascii() and said.isdigit() and int(said[:20]) > MOST_BYTES:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json"


def _again(status: int) -> str:
    return AGAIN_SECONDS if status == 503 else ""


def _bare(status: int, *, again: str = "") -> Response:
    headers = {"cache-control": "no-store"} | ({"retry-after": again} if again else {})
    return Response(status_code=status, headers=headers)
