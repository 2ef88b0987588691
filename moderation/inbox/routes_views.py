"""Saved views of the queue: keep, rename, move and delete a choice of filters."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from moderation.inbox.fields import RowId
from moderation.inbox.parts import StaffParts
from moderation.inbox.queue_choice import from_query, query_of


def add_view_routes(app: FastAPI, parts: StaffParts) -> None:
    """Add the forms about saved views. Each answers with the queue as it was."""
    views = parts.queue.views

    def back(request: Request) -> Response:
        query = query_of(from_query(request.state.form.get("query", "")))
        return RedirectResponse(f"/queue?{query}" if query else "/queue", status_code=303)

    @app.post("/me/views")
    def keep(request: Request) -> Response:
        form = request.state.form
        query = query_of(from_query(form.get("query", "")))
        views.keep(request.state.person, form.get("name", ""), query, team=form.get("team", ""))
        return back(request)

    @app.post("/me/views/{view_id}/rename")
    def rename(request: Request, view_id: RowId) -> Response:
        views.rename(request.state.person, view_id, request.state.form.get("name", ""))
        return back(request)

    @app.post("/me/views/{view_id}/move")
    def move(request: Request, view_id: RowId) -> Response:
        views.move(request.state.person, view_id, up=request.state.form.get("to", "") == "up")
        return back(request)

    @app.post("/me/views/{view_id}/delete")
    def delete(request: Request, view_id: RowId) -> Response:
        views.delete(request.state.person, view_id)
        return back(request)
