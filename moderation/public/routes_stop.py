"""The page behind the link in our e-mails: it says what is stopped, one POST stops it (RFC 8058), and another takes that back.

Looking changes nothing: mail scanners and previews open links. A mail program posts without a person, so the first POST does it.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from moderation.public.limiter import client_of
from moderation.public.pages import PublicPages
from moderation.public.stop_parts import StopParts
from moderation.workflows.stop_links import Stopping

AGAIN = "again"
"""The value of the form's field `do` that takes up again what was stopped; anything else stops it."""


def add_stop_pages(app: FastAPI, parts: StopParts, pages: PublicPages) -> None:
    """Add the page. The token in the address is what lets one in: no session, no cookie, no script."""

    @app.get("/u/{token}")
    def look(request: Request, token: str) -> Response:
        return _busy(request) or _shown(request, parts.find(token))

    @app.post("/u/{token}")
    def change(request: Request, token: str) -> Response:
        if refusal := _busy(request):
            return refusal
        do = parts.resume if request.state.form.get("do") == AGAIN else parts.stop
        return _shown(request, do(token), done=True, path=f"/u/{token}")

    def _busy(request: Request) -> Response | None:
        if not parts.wrong.full(client_of(request)):
            return None
        return pages.show(request, "feedback_closed.html.j2", status=429, why="busy", reviews="")

    def _shown(request: Request, found: Stopping | None, *, done: bool = False, path: str = "") -> Response:
        if found is None:
            parts.wrong.count(client_of(request))
            return pages.show(request, "feedback_closed.html.j2", status=404, why="unknown", reviews="")
        whats = sorted(one.value for one in found.subscription.wants.whats)
        return pages.show(request, "stop.html.j2", found=found, whats=whats, done=done, action=path or request.url.path)
