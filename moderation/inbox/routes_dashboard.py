"""The dashboard: the figures of the weekly report, of now, narrowed as the address says. Changes nothing."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from moderation.inbox.choices import PERIODS
from moderation.inbox.dashboard_parts import FIELDS, FIGURES, DashboardChoice, DashboardParts, until_asked
from moderation.inbox.feedback_parts import FeedbackPageParts, TapShown
from moderation.inbox.pages import Pages
from moderation.inbox.paging import page_asked, pages_in
from moderation.inbox.parts import StaffParts
from moderation.model.action import Action, ActionState

MOST_ISSUES = 12
MOST_TAPS, MOST_LOOKED_AT = 3, 12
"""So many actions that were done last are shown, of as many that may have been looked at."""
GROUP_OF = {"brand": "brand_name", "channel": "platform", "language": "lang"}
"""Under which group of words the values of a field stand."""


def add_dashboard_routes(app: FastAPI, parts: StaffParts, room: DashboardParts, pages: Pages) -> None:
    """Add the dashboard, and the mentions behind its figures."""

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
            taps=_taps(parts.seen_by(person).feedback, pages.language(request)),
            fields=FIELDS,
            group_of=GROUP_OF,
            periods=PERIODS,
        )

    @app.get("/dashboard/{figure}")
    def which(request: Request, figure: str) -> Response:
        """Show the mentions that a figure counted, in the period that it was of."""
        if figure not in FIGURES:
            raise HTTPException(404)
        person, query = request.state.person, request.query_params
        choice, page = DashboardChoice.from_query(query, person.brands), page_asked(query.get("page", ""))
        found, (from_at, as_of) = room.which(choice.question(person.brands), figure, until_asked(query.get("until", "")), page)
        return pages.show(
            request,
            "dashboard_which.html.j2",
            choice=choice,
            found=found,
            from_at=from_at,
            as_of=as_of,
            page=page,
            page_count=pages_in(found.total, room.evidence_page),
            fields=FIELDS,
            group_of=GROUP_OF,
        )


def _taps(feedback: FeedbackPageParts | None, language: str) -> list[tuple[Action, TapShown]]:
    """Return the actions that were done last and were looked at since, with what "did the tap close?" says of them."""
    if feedback is None:
        return []
    done = [one for one in feedback.actions(None) if one.state is ActionState.DONE]
    last = sorted(done, key=lambda one: (one.closed_at is not None, one.closed_at, one.action_id), reverse=True)[:MOST_LOOKED_AT]
    shown = feedback.taps(last, language)
    return [(one, shown[one.action_id]) for one in last if one.action_id in shown][:MOST_TAPS]
