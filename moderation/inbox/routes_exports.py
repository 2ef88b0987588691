"""Taking rows along as a file: what there is to take, and the files."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from moderation.inbox.choices import PERIODS, period_asked
from moderation.inbox.dashboard_parts import DashboardChoice
from moderation.inbox.export_parts import as_file, asked_of, format_of, right_for
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.model.export import ExportFormat, ExportKind
from moderation.model.person import Right
from moderation.workflows.export_rows import ExportRows


def add_export_routes(app: FastAPI, parts: StaffParts, room: ExportRows, pages: Pages) -> None:
    """Add the page about files, and a route for each kind of file. They change nothing but the audit log."""

    @app.get("/exports")
    def exports(request: Request) -> Response:
        person = request.state.person
        query = request.query_params
        return pages.show(
            request,
            "exports.html.j2",
            kinds=[one.value for one in ExportKind if person.may(right_for(one))],
            formats=[one.value for one in ExportFormat],
            choice=DashboardChoice.from_query(query, person.brands),
            days=period_asked(query.get("days", "")) or 0,
            issue=query.get("issue", "")[:20],
            periods=PERIODS,
            may_name=person.may(Right.ADMINISTER),
        )

    for kind in ExportKind:
        app.add_api_route(f"/exports/{kind.value}", _file(kind, parts, room), methods=["POST"])


def _file(kind: ExportKind, parts: StaffParts, room: ExportRows) -> Callable[[Request], Response]:
    def file(request: Request) -> Response:
        form, person, now = request.state.form, request.state.person, parts.clock.now()
        asked = asked_of(kind, form, person, now=now, zone=parts.zone)
        chosen = format_of(form.get("format", ""))
        return as_file(room.file(asked, chosen, person), asked, chosen, now=now)

    return file
