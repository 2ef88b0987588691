"""Puts the staff pages together: routes, error pages, and the gate around them all."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from listener.errors import ActionError, StoreError
from moderation.inbox.api.app import add_api_routes
from moderation.inbox.api.problems import is_call, not_done, refusal, status_of, wrong_fields
from moderation.inbox.checks import LOCAL_HOSTS
from moderation.inbox.gate import StaffGate
from moderation.inbox.limits import PersonLimits
from moderation.inbox.one_state import OneStateApp
from moderation.inbox.pages import STATIC_KINDS, Pages
from moderation.inbox.parts import StaffParts
from moderation.inbox.routes_account import add_account_routes
from moderation.inbox.routes_advice import add_advice_routes
from moderation.inbox.routes_answer_all import add_answer_all_routes
from moderation.inbox.routes_bulk import add_bulk_routes
from moderation.inbox.routes_conversation import add_conversation_routes
from moderation.inbox.routes_dashboard import add_dashboard_routes
from moderation.inbox.routes_deliveries import add_delivery_routes
from moderation.inbox.routes_elsewhere import add_elsewhere_routes
from moderation.inbox.routes_exports import add_export_routes
from moderation.inbox.routes_feedback import add_feedback_routes
from moderation.inbox.routes_grid import add_grid_routes
from moderation.inbox.routes_inside import add_inside_routes
from moderation.inbox.routes_invitations import add_invitation_routes
from moderation.inbox.routes_issue_acts import add_issue_act_routes
from moderation.inbox.routes_issues import add_issue_routes, add_report_routes
from moderation.inbox.routes_knowledge import add_knowledge_routes
from moderation.inbox.routes_live import add_live_routes
from moderation.inbox.routes_matrix import add_matrix_routes
from moderation.inbox.routes_me import add_me_routes
from moderation.inbox.routes_metrics import add_metrics_routes
from moderation.inbox.routes_outbox import add_outbox_routes
from moderation.inbox.routes_people import add_people_routes
from moderation.inbox.routes_queue import add_queue_routes
from moderation.inbox.routes_reply import add_reply_routes
from moderation.inbox.routes_report import add_week_report_routes
from moderation.inbox.routes_requests import add_request_routes
from moderation.inbox.routes_search import add_search_routes
from moderation.inbox.routes_second_step import add_second_step_routes
from moderation.inbox.routes_sending import add_sending_routes
from moderation.inbox.routes_shadow import add_shadow_routes
from moderation.inbox.routes_status import add_status_routes
from moderation.inbox.routes_templates import add_template_routes
from moderation.inbox.routes_views import add_view_routes
from moderation.inbox.timing import Timed


def build_staff_app(parts: StaffParts, *, hosts: frozenset[str] = LOCAL_HOSTS) -> FastAPI:
    """Return the staff web app. `hosts` are the host names it answers to; nothing else passes the gate.

    Serve it on 127.0.0.1 without an access log: a sign-in address holds a secret.
    """
    pages = Pages(parts)
    app = OneStateApp(title="Klankbord", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, one_state=parts.one_state)
    _add_coming_in(app, parts, pages)
    _add_finding(app, parts, pages)
    _add_answering(app, parts, pages)
    _add_speaking(app, parts, pages)
    add_live_routes(app, parts)
    _add_plain(app, pages)
    _answer_errors(app, pages)
    app.state.parts = parts
    add_api_routes(app)
    at = urlsplit(parts.base_url)
    app.add_middleware(
        StaffGate,
        sign_in=parts.sign_in,
        error_page=pages.error,
        stale=pages.stale,
        limits=PersonLimits(parts.clock.monotonic),
        objects=parts.objects,
        tokens=parts.tokens,
        noted=parts.noted,
        hosts=hosts | ({at.hostname} if at.hostname else set()),
        origin=f"{at.scheme}://{at.netloc}" if at.hostname else "",
    )
    if parts.metrics is not None:
        app.add_middleware(Timed, times=parts.metrics.times)
    return app


def _add_coming_in(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Who works here, and how they come in."""
    add_account_routes(app, parts, pages)
    if parts.people is not None:
        add_second_step_routes(app, parts, parts.people, pages)
        add_me_routes(app, parts, parts.people, pages)
        add_people_routes(app, parts, parts.people, pages)
        if parts.requests is not None:
            add_request_routes(app, parts.requests, pages)
        if parts.deliveries is not None:
            add_delivery_routes(app, parts.people, parts.deliveries, pages)
        if parts.people.oidc is not None:
            add_elsewhere_routes(app, parts, parts.people, parts.people.oidc, pages)


def _add_finding(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """What there is to answer: issues, the queue, search."""
    add_issue_routes(app, parts, pages)
    add_issue_act_routes(app, parts, pages)
    add_answer_all_routes(app, parts, pages)
    add_report_routes(app, parts, pages)
    if parts.report is not None:
        add_week_report_routes(app, parts, parts.report, pages)
    if parts.dashboard is not None:
        add_dashboard_routes(app, parts, parts.dashboard, pages)
    if parts.exports is not None:
        add_export_routes(app, parts, parts.exports, pages)
    if parts.metrics is not None:
        add_metrics_routes(app, parts.metrics)
    add_queue_routes(app, parts, pages)
    add_search_routes(app, parts, pages)
    add_bulk_routes(app, parts, pages)
    add_view_routes(app, parts)


def _add_answering(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """A conversation, the reply to it, and what is known for it."""
    add_conversation_routes(app, parts, pages)
    add_inside_routes(app, parts, pages)
    add_reply_routes(app, parts, pages)
    add_sending_routes(app, parts, pages)
    add_template_routes(app, parts, pages)
    add_knowledge_routes(app, parts, pages)
    add_advice_routes(app, parts, pages)


def _add_speaking(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """What we say of ourselves, what leaves in our name, and what came of it."""
    add_invitation_routes(app, parts, pages)
    add_outbox_routes(app, parts, pages)
    add_shadow_routes(app, parts, pages)
    add_status_routes(app, parts, pages)
    add_feedback_routes(app, parts, pages)
    if parts.plans is not None:
        add_grid_routes(app, parts.plans, pages)
        add_matrix_routes(app, parts.plans, pages)


def _add_plain(app: FastAPI, pages: Pages) -> None:
    """What is open to everybody: that we are there, and the pages' own files."""

    @app.get("/healthz")
    def healthz() -> Response:
        """Say that the pages are served; nothing else, so that it can stay open."""
        return PlainTextResponse("ok\n")

    @app.get("/static/{version}/{name}")
    def static(version: str, name: str) -> Response:  # noqa: ARG001 - the version is there for browsers: it tells them when to ask again
        """Serve one of our own few files."""
        if name not in pages.static:
            raise HTTPException(404)
        headers = {"cache-control": "public, max-age=31536000, immutable"}
        return Response(pages.static[name], headers=headers, media_type=STATIC_KINDS[name])


def _answer_errors(app: FastAPI, pages: Pages) -> None:
    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        reason = {404: "missing", 405: "method"}.get(error.status_code, "unread")
        return (refusal if is_call(request.scope) else pages.error)(request.scope, error.status_code, reason)

    @app.exception_handler(RequestValidationError)
    async def unread(request: Request, error: RequestValidationError) -> Response:
        """Say which fields of a call are wrong; on a page the address is, and its details help nobody."""
        return wrong_fields(error) if is_call(request.scope) else pages.error(request.scope, 404, "missing")

    @app.exception_handler(ActionError)
    async def not_now(request: Request, error: ActionError) -> Response:
        if is_call(request.scope):
            return not_done(error)
        said = pages.refusal(request, error)
        in_english = said == str(error)
        status, given = status_of(error), {"reason": "action", "said": said, "in_english": in_english, "number_of_error": ""}
        return pages.show(request, "error.html.j2", status=status, status_code=status, **given)

    @app.exception_handler(StoreError)
    async def store(request: Request, error: StoreError) -> Response:
        if is_call(request.scope):
            return refusal(request.scope, 503, "store")
        return pages.show(request, "error.html.j2", status=503, status_code=503, reason="store", said=str(error), number_of_error="")
