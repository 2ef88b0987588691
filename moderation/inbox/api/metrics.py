"""The counts for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from moderation.inbox.api.call import Call
from moderation.inbox.api.problems import answers
from moderation.inbox.metrics import MEDIA, metrics_text
from moderation.inbox.parts import there


def add_metrics_calls(router: APIRouter) -> None:
    """Add the call that a Prometheus server makes, with a token that only reads, of somebody of every brand."""

    @router.get("/metrics", summary="Counts for Prometheus", tags=["metrics"], response_class=PlainTextResponse, responses=answers())
    def metrics(call: Call) -> Response:
        return Response(metrics_text(there(call.parts.metrics).now()), media_type=MEDIA)
