"""The counts for Prometheus, on a page for a person and as a call for a program."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response

from moderation.inbox.metrics import MEDIA, metrics_text
from moderation.inbox.metrics_parts import MetricsParts


def add_metrics_routes(app: FastAPI, room: MetricsParts) -> None:
    """Add the page; the call lies with the others of the API."""

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(metrics_text(room.now()), media_type=MEDIA)
