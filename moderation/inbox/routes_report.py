"""The weekly report: read in the pages, taken along as a file, and what each of its figures counted. None of it changes anything."""

from __future__ import annotations

from fastapi import FastAPI
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from moderation.inbox.pages import Pages
from moderation.inbox.paging import page_asked, pages_in
from moderation.inbox.parts import StaffParts
from moderation.inbox.report_parts import ReportParts
from moderation.model.document import Document
from moderation.reports.document_links import Links
from moderation.reports.page_one import week_number
from moderation.reports.week_html import week_body, week_html
from moderation.reports.week_markdown import week_markdown

MOST_EARLIER = 26


def add_week_report_routes(app: FastAPI, parts: StaffParts, report: ReportParts, pages: Pages) -> None:
    """Add the report as page and as files, and the pages behind its figures."""
    _add_pages(app, report, pages)
    _add_files(app, parts, report, pages)


def _add_pages(app: FastAPI, report: ReportParts, pages: Pages) -> None:
    @app.get("/report")
    def newest(request: Request) -> Response:
        return _page(request, report, pages, report.latest())

    @app.get("/report/{period}")
    def of_week(request: Request, period: str) -> Response:
        return _page(request, report, pages, period)

    @app.get("/report/{period}/{figure}")
    def which(request: Request, period: str, figure: str) -> Response:
        """Show the mentions behind a figure."""
        page = page_asked(request.query_params.get("page", ""))
        found = report.evidence(period, figure, request.state.person.brands, page)
        if found is None:
            raise HTTPException(404)
        words = report.words(pages.language(request))
        return pages.show(
            request,
            "report_which.html.j2",
            found=found,
            week=week_number(found.week),
            what=words[f"which.{figure.partition('-')[0]}"],
            page=page,
            page_count=pages_in(found.total, report.evidence_page),
        )


def _page(request: Request, report: ReportParts, pages: Pages, period: str) -> Response:
    document = _document(request, report, pages, period)
    body = week_body(document, Links(within=True), report.drawn(document))
    archive = report.archive()
    return pages.show(
        request,
        "report.html.j2",
        body=Markup(body),  # noqa: S704 - every text in it was escaped where it was made
        week=week_number(period),
        period=period,
        earlier=[(name, week_number(name)) for name, _ in archive[:MOST_EARLIER]],
    )


def _add_files(app: FastAPI, parts: StaffParts, report: ReportParts, pages: Pages) -> None:
    def asked(request: Request) -> tuple[str, Document]:
        period = request.query_params.get("week", "") or report.latest()
        return period, _document(request, report, pages, period)

    @app.get("/report.html")
    def as_page(request: Request) -> Response:
        """Hand the report over as a file: it carries its own styles, which our pages' content policy would not let it use."""
        period, document = asked(request)
        return HTMLResponse(week_html(document, Links(parts.base_url), report.drawn(document)), headers=_as_file(period, "html"))

    @app.get("/report.md")
    def as_markdown(request: Request) -> Response:
        period, document = asked(request)
        text = week_markdown(document, Links(parts.base_url))
        return PlainTextResponse(text, media_type="text/markdown; charset=utf-8", headers=_as_file(period, "md"))

    @app.get("/report.pdf")
    def on_paper(request: Request) -> Response:
        period, document = asked(request)
        return Response(report.on_paper(document, parts.base_url), media_type="application/pdf", headers=_as_file(period, "pdf"))


def _document(request: Request, report: ReportParts, pages: Pages, period: str) -> Document:
    found = report.document(period, pages.language(request), request.state.person.brands)
    if found is None:
        raise HTTPException(404)
    return found


def _as_file(period: str, ending: str) -> dict[str, str]:
    """Return the header that makes a file of an answer; `period` is a week's name by now, and nothing else."""
    return {"content-disposition": f'attachment; filename="klankbord-report-{period}.{ending}"'}
