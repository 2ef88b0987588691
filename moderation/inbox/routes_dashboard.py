"""The dashboard: the figures of the weekly report, of now, narrowed as the address says. Changes nothing."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from moderation.inbox.choices import PERIODS
from moderation.inbox.dashboard_parts import FIELDS, DashboardChoice, DashboardParts
from moderation.inbox.pages import Pages

MOST_ISSUES = 12


def add_dashboard_routes(app: FastAPI, room: DashboardParts, pages: Pages) -> None:
    """Add the dashboard."""

    @app.get("/dashboard")
    def dashboard(request: Request) -> Response:
        person = request.state.person
        choice = DashboardChoice.from_query(request.query_params, person.brands)
        shown = room.look(choice.question(person.brands), pages.language(request))
        figures = shown.figures
        offers = {name: dict(figures.offers.get(name, {})) for name in FIELDS}
        if person.brands is not None:  # a message may name brands that are not theirs to hear of
            offers["brand"] = {name: n for name, n in offers["brand"].items() if name in person.brands}
        for name in FIELDS:
            if chosen := getattr(choice, name):
                offers[name].setdefault(chosen, 0)
        return pages.show(
            request,
            "dashboard.html.j2",
            choice=choice,
            figures=figures,
            charts={one.section: one for one in shown.charts},
            sections=[one.section for one in shown.charts],
            issues=[one for one in figures.issues if one.mentions or one.before][:MOST_ISSUES],
            offers={name: some for name, some in offers.items() if len(some) > 1 or getattr(choice, name)},
            fields=FIELDS,
            periods=PERIODS,
        )
