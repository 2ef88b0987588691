"""Puts the API together: its routes, and the description that is made from the same models."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse, Response

from moderation.inbox.api.answer_all import add_answer_all_calls
from moderation.inbox.api.cases import add_case_calls
from moderation.inbox.api.exports import add_export_calls
from moderation.inbox.api.figures import add_figure_calls
from moderation.inbox.api.issue_acts import add_issue_act_calls
from moderation.inbox.api.issues import add_issue_calls
from moderation.inbox.api.knowledge import add_knowledge_calls
from moderation.inbox.api.knowledge_acts import add_knowledge_act_calls, add_suggest_call
from moderation.inbox.api.me import add_me_calls
from moderation.inbox.api.mentions import add_mention_calls
from moderation.inbox.api.metrics import add_metrics_calls
from moderation.inbox.api.outbox import add_outbox_calls
from moderation.inbox.api.problems import PREFIX, answers
from moderation.inbox.api.queue import add_queue_calls
from moderation.inbox.api.replies import add_reply_calls
from moderation.inbox.api.status import add_status_calls
from moderation.inbox.api.views import add_view_calls

ROOMS: tuple[Callable[[APIRouter], None], ...] = (
    add_me_calls,
    add_case_calls,
    add_queue_calls,
    add_view_calls,
    add_reply_calls,
    add_issue_calls,
    add_issue_act_calls,
    add_answer_all_calls,
    add_mention_calls,
    add_status_calls,
    add_outbox_calls,
    add_suggest_call,
    add_knowledge_calls,
    add_knowledge_act_calls,
    add_figure_calls,
    add_export_calls,
    add_metrics_calls,
)
VERSION = "1"
ABOUT = (
    "What the staff pages do, for programs. Send a person's token with every call, as `Authorization: Bearer klankbord_…`; cookies are not "
    "read. "
    "A token holds some of its person's rights and never more, and sees what its person's brands let them see: anything else answers 404. "
    "What asks a person for a fresh sign-in (approving a colleague's text, publishing a status, broadcasting, letting sends go on) is not "
    "here: it is pressed on a page. What is done to many is looked at first, and what the look told (`count`, `shown`) is named to do "
    "exactly that. Errors are problem+json. Lists give `next`, which is the `cursor` of the page after."
)


@cache
def api_router() -> APIRouter:
    """Return every route of the API, made once for all apps of a process: none needs anything until it is called."""
    router = APIRouter(prefix=PREFIX)

    @router.get("/openapi.json", summary="This description", tags=["me"], responses=answers())
    def openapi() -> Response:
        return JSONResponse(description())

    for add in ROOMS:
        add(router)
    return router


def add_api_routes(app: FastAPI) -> None:
    """Add the API's routes to the staff app, whose state carries the parts."""
    app.router.routes.extend(api_router().routes)


def description() -> dict[str, Any]:
    """Return the OpenAPI description of every call."""
    said = get_openapi(title="Klankbord", version=VERSION, description=ABOUT, routes=api_router().routes)
    said.setdefault("components", {})["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "klankbord_…"}}
    said["security"] = [{"token": []}]
    return said
