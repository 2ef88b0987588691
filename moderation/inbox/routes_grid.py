"""The channel grid: types of contact against channels, as planned and as it is; and the forms that change the plan."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from listener.errors import ActionError
from moderation.inbox.choices import PERIODS, period_asked
from moderation.inbox.fields import number_in
from moderation.inbox.pages import Pages
from moderation.inbox.plan_parts import PlanParts
from moderation.inbox.refusals import refusal
from moderation.inbox.rights import needed_for
from moderation.model.advice import Way
from moderation.model.grid import Grid, Level, Planned, TypeEdit
from moderation.model.languages import LANGUAGES
from moderation.model.person import Person
from moderation.policy.grid import CRITERIA, SWITCHES
from moderation.policy.grid_edit import edit_of
from moderation.reports.matrix import SHIPPED

USUAL_DAYS = 30
NEW = ""
"""Stands for a type that is not there yet."""


def add_grid_routes(app: FastAPI, plans: PlanParts, pages: Pages) -> None:
    """Add the pages of the grid. Each form carries the state that its page knew of; what was changed since is not overwritten."""

    @app.get("/grid")
    def grid(request: Request) -> Response:
        return _grid_page(request, plans, pages)

    @app.get("/grid.yaml")
    def grid_file(_request: Request) -> Response:
        headers = {"content-disposition": 'attachment; filename="klankbord-grid.yaml"'}
        return PlainTextResponse(plans.grids.text(), media_type="application/yaml; charset=utf-8", headers=headers)

    @app.get("/grid/new")
    def new(request: Request) -> Response:
        return _type_page(request, plans, pages, NEW, _empty(plans.grids.now()))

    @app.get("/grid/types/{name}")
    def one(request: Request, name: str) -> Response:
        row = next((row for row in plans.grids.now().types if row.name == name), None)
        if row is None:
            raise HTTPException(404)
        return _type_page(request, plans, pages, name, edit_of(row))

    _add_changes(app, plans, pages)


def _add_changes(app: FastAPI, plans: PlanParts, pages: Pages) -> None:
    grids = plans.grids

    @app.post("/grid/types")
    def add(request: Request) -> Response:
        edit = _typed(request.state.form, grids.now())
        try:
            grids.add(edit, seen=number_in(request.state.form, "seen"), by=request.state.person.name)
        except ActionError as error:
            return _type_page(request, plans, pages, NEW, edit, error)
        return _back()

    @app.post("/grid/types/{name}")
    def change(request: Request, name: str) -> Response:
        edit = _typed(request.state.form, grids.now())
        try:
            grids.change(name, edit, seen=number_in(request.state.form, "seen"), by=request.state.person.name)
        except ActionError as error:
            return _type_page(request, plans, pages, name, edit, error)
        return _back()

    @app.post("/grid/types/{name}/retire")
    def retire(request: Request, name: str) -> Response:
        grids.retire(name, seen=number_in(request.state.form, "seen"), by=request.state.person.name)
        return _back()

    @app.post("/grid/undo")
    def undo(request: Request) -> Response:
        """Put the state before the newest back, or the one that `to` names."""
        form, by = request.state.form, request.state.person.name
        if "to" in form:
            grids.put_back(number_in(form, "to"), seen=number_in(form, "seen"), by=by)
        else:
            grids.undo(seen=number_in(form, "seen"), by=by)
        return _back()


def _grid_page(request: Request, plans: PlanParts, pages: Pages) -> Response:
    days = period_asked(request.query_params.get("days", "")) or USUAL_DAYS
    held = plans.grids.now()
    figures = plans.figures(request.state.person.brands, days)
    return pages.show(
        request,
        "grid.html.j2",
        held=held,
        kinds=tuple(held.types[0].cells),
        platforms={kind: sorted(one for one, of in held.kinds.items() if of == kind) for kind in held.types[0].cells},
        rows={row.name: row for row in held.types},
        figures=figures,
        drawn=plans.drawn(figures, pages.language(request)),
        days=days,
        periods=PERIODS,
        criteria=CRITERIA,
        versions=plans.grids.versions(),
        seen=plans.grids.version(),
        may=_may(request.state.person),
    )


def _type_page(request: Request, plans: PlanParts, pages: Pages, name: str, edit: TypeEdit, refused: ActionError | None = None) -> Response:
    held = plans.grids.now()
    return pages.show(
        request,
        "grid_type.html.j2",
        status=409 if refused else 200,
        name=name,
        edit=edit,
        last=held.types[-1].name == name,
        kinds=tuple(held.types[0].cells),
        criteria=CRITERIA,
        levels=tuple(Level),
        plans=tuple(Planned),
        ways=tuple(Way),
        causes=tuple(SHIPPED),
        switches=SWITCHES,
        speaks=LANGUAGES,
        seen=plans.grids.version(),
        told=refusal(refused, pages.wording(request)) if refused else "",
        may=_may(request.state.person),
    )


def _typed(form: Mapping[str, str], held: Grid) -> TypeEdit:
    """Read a form; what is missing or wrong is found by whoever changes the grid."""
    kinds = tuple(held.types[0].cells)
    return TypeEdit(
        shown={language: form.get(f"shown.{language}", "") for language in LANGUAGES},
        owner={language: form.get(f"owner.{language}", "") for language in LANGUAGES},
        criteria={one: form.get(f"criteria.{one}", "") for one in CRITERIA},
        planned={kind: form.get(f"planned.{kind}", "") for kind in kinds},
        ways={kind: form.get(f"way.{kind}", "") for kind in kinds},
        reasons={kind: {language: form.get(f"reason.{kind}.{language}", "") for language in LANGUAGES} for kind in kinds},
        causes=tuple(cause for cause in SHIPPED if form.get(f"cause.{cause}")),
        needs={one: form[f"needs.{one}"] == "yes" for one in SWITCHES if form.get(f"needs.{one}") in ("yes", "no")},
    )


def _empty(held: Grid) -> TypeEdit:
    """Return a new type to begin with: answered everywhere, in the channel that the grid takes as usual."""
    kinds = tuple(held.types[0].cells)
    return TypeEdit(
        shown=dict.fromkeys(LANGUAGES, ""),
        owner=dict.fromkeys(LANGUAGES, ""),
        criteria=dict.fromkeys(CRITERIA, Level.MEDIUM.value),
        planned={kind: Planned.PREFERRED.value if kind == held.usual else Planned.SUPPORTING.value for kind in kinds},
        ways=dict.fromkeys(kinds, Way.ANSWER.value),
        reasons={kind: dict.fromkeys(LANGUAGES, "") for kind in kinds},
        needs={},
    )


def _may(person: Person) -> bool:
    needed = needed_for("POST", "/grid/types")
    return needed is not None and needed != "open" and person.may(needed) and person.brands is None


def _back() -> Response:
    return RedirectResponse("/grid", status_code=303)
