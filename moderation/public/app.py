"""Puts the public pages together: routes, error pages, and the gate around them all."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from listener.errors import ActionError, StoreError
from moderation.inbox.checks import LOCAL_HOSTS
from moderation.public.gate import PublicGate
from moderation.public.pages import PublicPages
from moderation.public.parts import PublicParts
from moderation.public.routes_feedback import add_feedback_pages
from moderation.public.routes_incoming import add_incoming
from moderation.public.routes_status import add_status_pages
from moderation.public.routes_stop import add_stop_pages

STATIC_KIND = "text/css; charset=utf-8"


def build_public_app(parts: PublicParts, *, hosts: frozenset[str] | None = None) -> FastAPI:
    """Return the public web app. It answers to `hosts`: by default to base_url's and to this machine's own names.

    Serve it on 127.0.0.1 behind a proxy with TLS, without an access log: a feedback address holds a secret.
    """
    pages = PublicPages(parts)
    app = FastAPI(title="Klankbord", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    add_status_pages(app, parts, pages)
    if parts.feedback is not None:
        add_feedback_pages(app, parts.feedback, pages)
    if parts.stop is not None:
        add_stop_pages(app, parts.stop, pages)
    if parts.incoming is not None:
        add_incoming(app, parts.incoming)

    @app.get("/healthz")
    def healthz() -> Response:
        """Say that the pages are served; nothing else."""
        return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})

    @app.get("/favicon.ico")
    def icon() -> Response:
        """Say that there is none: browsers ask by themselves, and a page that is not there would be logged as a mistake of ours."""
        return Response(status_code=204, headers={"cache-control": "public, max-age=604800"})

    @app.get("/static/{version}/{name}")
    def static(version: str, name: str) -> Response:  # noqa: ARG001 - the version tells browsers when to ask again
        """Serve our one style sheet."""
        if name != "public.css":
            raise HTTPException(404)
        return Response(pages.style, headers={"cache-control": "public, max-age=31536000, immutable"}, media_type=STATIC_KIND)

    _answer_errors(app, pages)
    address = urlsplit(parts.base_url)
    ours = LOCAL_HOSTS | ({address.hostname} if address.hostname else set())
    app.add_middleware(
        PublicGate, error_page=pages.error, hosts=hosts or frozenset(ours), origin=_origin(parts.base_url), secure=address.scheme == "https"
    )
    return app


def _origin(base_url: str) -> str:
    address = urlsplit(base_url)
    return f"{address.scheme}://{address.netloc}" if address.netloc else ""


def _answer_errors(app: FastAPI, pages: PublicPages) -> None:
    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        return pages.error(request.scope, error.status_code, {404: "missing", 405: "method", 410: "gone"}.get(error.status_code, "unread"))

    @app.exception_handler(RequestValidationError)
    async def unread(request: Request, error: RequestValidationError) -> Response:  # noqa: ARG001 - the address is wrong, its details help nobody
        return pages.error(request.scope, 404, "missing")

    @app.exception_handler(ActionError)
    async def not_now(request: Request, error: ActionError) -> Response:  # noqa: ARG001 - its words are meant for staff
        return pages.error(request.scope, 409, "action")

    @app.exception_handler(StoreError)
    async def store(request: Request, error: StoreError) -> Response:  # noqa: ARG001 - it names files of ours
        return pages.error(request.scope, 503, "store")
