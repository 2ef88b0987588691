"""Who waits for an answer about what is kept of them, and until when: for administrators of every brand."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import InputError
from moderation.inbox.fields import RowId
from moderation.inbox.pages import Pages
from moderation.inbox.request_parts import RequestParts
from moderation.model.subject_request import Ending
from moderation.workflows.keep_requests import LONGEST_REASON

MOST_ENDED = 50


def add_request_routes(app: FastAPI, room: RequestParts, pages: Pages) -> None:
    """Add the page. Noting a request, and handing over or erasing, is done where the home is: those commands touch files there."""

    def show(request: Request, *, status: int = 200, wrong: bool = False) -> Response:
        found = room.all()
        waiting, ended = [one for one in found if one.open], [one for one in found if not one.open][:MOST_ENDED]
        return pages.show(request, "requests.html.j2", status=status, waiting=waiting, ended=ended, most=LONGEST_REASON, wrong=wrong)

    def done(request: Request, act: Callable[[str, str], object]) -> Response:
        try:
            act(request.state.form.get("why", ""), request.state.person.name)
        except InputError:
            return show(request, status=409, wrong=True)
        return RedirectResponse("/requests", status_code=303)

    @app.get("/requests")
    def requests(request: Request) -> Response:
        return show(request)

    @app.post("/requests/{request_id}/extend")
    def extend(request: Request, request_id: RowId) -> Response:
        return done(request, lambda why, by: room.extend(request_id, why, by))

    @app.post("/requests/{request_id}/end")
    def end(request: Request, request_id: RowId) -> Response:
        how = Ending.REFUSED if request.state.form.get("how") == Ending.REFUSED.value else Ending.DONE
        return done(request, lambda why, by: room.end(request_id, how, why, by))
