"""The stream that open pages listen to: which parts of what they show have changed, as server-sent events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from moderation.inbox.fields import number_of
from moderation.inbox.live import Live
from moderation.inbox.parts import StaffParts

TOPICS = frozenset({"queue", "issues", "outbox"})
HEARTBEAT_SECONDS = 15.0
LOOK_AT_SESSION_SECONDS = 5.0
"""So often is asked whether a listener's session still stands; at every word of every stream it took a tenth of the service's time."""
LONGEST_SECONDS = 1_800.0
RETRY_MS = 3_000


def add_live_routes(app: FastAPI, parts: StaffParts) -> None:
    """Add the stream; none without the part that knows what changed. Whoever stops the service closes `app.state.live` first."""
    live = parts.live
    app.state.live = live
    if live is None:
        return

    @app.get("/events")
    async def events(request: Request) -> Response:
        """Tell what changed of `watch` (queue, issues, outbox, with commas) and of `case`, until the session or the service ends."""
        wanted = TOPICS & frozenset(request.query_params.get("watch", "")[:80].split(","))
        number = number_of(request.query_params.get("case", ""))
        wanted |= {f"case:{number}"} if number is not None else frozenset()
        if not wanted:
            raise HTTPException(404)
        stream = _told(live, parts, request.state.secret, request.state.session.csrf, wanted)
        return StreamingResponse(stream, media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"})


async def _told(live: Live, parts: StaffParts, secret: str, session: str, wanted: frozenset[str]) -> AsyncIterator[str]:
    """Yield events. `session` tells sessions apart; `secret` is asked again and again whether it still opens anything."""
    stream = live.open(session, wanted)
    if stream is None:
        return
    try:
        yield f"retry: {RETRY_MS}\n\n"
        began = beaten = asked = time.monotonic()
        while time.monotonic() - began < LONGEST_SECONDS:
            try:
                topics = await asyncio.wait_for(stream.waiting.get(), timeout=LOOK_AT_SESSION_SECONDS)
            except TimeoutError:
                topics = frozenset()
            if topics is None:
                break
            if time.monotonic() - asked >= LOOK_AT_SESSION_SECONDS:
                if await asyncio.to_thread(parts.sign_in.session, secret, touch=False) is None:
                    break
                asked = time.monotonic()
            if topics:
                yield f"event: changed\ndata: {' '.join(sorted(topics))}\n\n"
            elif time.monotonic() - beaten >= HEARTBEAT_SECONDS:
                yield ": here\n\n"
            else:
                continue
            beaten = time.monotonic()
        yield "event: ended\ndata: \n\n"
    finally:
        live.leave(stream)
