"""The rules by which issues start in the value-irritant matrix: a table of cause and mood, tried before it holds."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import ActionError, NotAllowed
from moderation.inbox.choices import USUAL_DAYS
from moderation.inbox.fields import number_in
from moderation.inbox.pages import Pages
from moderation.inbox.plan_parts import PlanParts
from moderation.inbox.refusals import refusal
from moderation.model.matrix import Mood, Quadrant
from moderation.model.person import Right
from moderation.reports.matrix import SHIPPED, Rules, moved, read_rules

MOST_MOVED = 30


def add_matrix_routes(app: FastAPI, plans: PlanParts, pages: Pages) -> None:
    """Add the page of the rules. Trying is asking (the address holds the rules to try); only an administrator lets them hold."""

    @app.get("/matrix")
    def matrix(request: Request) -> Response:
        asked = _written(request.query_params)
        try:
            tried = read_rules(asked) if asked else None
        except NotAllowed as error:
            return _page(request, plans, pages, told=refusal(error, pages.wording(request)))
        return _page(request, plans, pages, tried=tried)

    @app.post("/matrix")
    def change(request: Request) -> Response:
        form = request.state.form
        try:
            written = {} if form.get("do") == "shipped" else _written(form)
            if form.get("do") != "shipped" and not written:
                raise NotAllowed("Every cause and mood needs one of the four fields.", key="matrix_rules")
            plans.matrix.change(written, seen=number_in(form, "seen"), by=request.state.person.name)
        except ActionError as error:
            return _page(request, plans, pages, told=refusal(error, pages.wording(request)))
        return RedirectResponse("/matrix", status_code=303)

    @app.post("/matrix/undo")
    def undo(request: Request) -> Response:
        plans.matrix.undo(seen=number_in(request.state.form, "seen"), by=request.state.person.name)
        return RedirectResponse("/matrix", status_code=303)


def _page(request: Request, plans: PlanParts, pages: Pages, *, tried: Rules | None = None, told: str = "") -> Response:
    person = request.state.person
    held, (version, by, at) = plans.matrix.rules(), plans.matrix.version()
    moves = moved(plans.signs(person.brands, USUAL_DAYS), plans.by_hand(), old=held, new=tried) if tried is not None else []
    shown = moves[:MOST_MOVED]
    return pages.show(
        request,
        "matrix.html.j2",
        status=409 if told else 200,
        rules=tried or held,
        tried=tried is not None and tried != held,
        told=told,
        moves=moves,
        shown_moves=shown,
        titles=plans.titles([one.issue_id for one in shown]),
        moods=tuple(Mood),
        quadrants=tuple(Quadrant),
        shipped=held == SHIPPED,
        version=version,
        by=by,
        at=at,
        may=person.may(Right.ADMINISTER) and person.brands is None,
    )


def _written(fields: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the rules that fields of an address or a form name; nothing when they name none, and gaps stay gaps."""
    found = {
        cause: {mood.value: fields[f"{cause}.{mood.value}"] for mood in Mood if f"{cause}.{mood.value}" in fields} for cause in SHIPPED
    }
    return found if any(found.values()) else {}
