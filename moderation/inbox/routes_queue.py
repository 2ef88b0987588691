"""Who is waiting: the queue, one case, and taking it or giving it back."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import ActionError, AlreadyClaimed
from moderation.inbox.case_page import case_page
from moderation.inbox.fields import RowId, number_of
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts


def add_queue_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the pages about cases."""

    @app.get("/queue")
    def queue(request: Request) -> Response:
        agent = request.state.session.agent
        entries = parts.queue(agent)
        return pages.show(
            request,
            "queue.html.j2",
            mine=[entry for entry in entries if entry.holder == agent],
            free=[entry for entry in entries if not entry.holder],
            others=[entry for entry in entries if entry.holder not in ("", agent)],
        )

    @app.post("/cases/{case_id}/claim")
    def claim(request: Request, case_id: RowId) -> Response:
        """Take the case as it was shown: the version sent back decides between two people, not who looks first."""
        try:
            parts.claim(case_id, request.state.session.agent, _version(request))
        except AlreadyClaimed:
            return case_page(request, parts, pages, case_id, status=409, notice="taken")
        return RedirectResponse(f"/cases/{case_id}", status_code=303)

    @app.post("/cases/{case_id}/release")
    def release(request: Request, case_id: RowId) -> Response:
        try:
            parts.release(case_id, request.state.session.agent, _version(request))
        except AlreadyClaimed:
            return case_page(request, parts, pages, case_id, status=409, notice="changed")
        return RedirectResponse("/queue", status_code=303)


def _version(request: Request) -> int:
    version = number_of(request.state.form.get("version", ""))
    if version is None:
        raise ActionError("This form is incomplete; open the case again.")
    return version
