"""What is going on: issues, one issue, the digest and the sources."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from listener.model.figures import IssueFigures
from moderation.inbox.choices import FIELDS, PERIODS, SORTS, USUAL_DAYS, IssueChoice, by_place, grouped, offers, on_page
from moderation.inbox.fields import RowId
from moderation.inbox.pages import Pages
from moderation.inbox.paging import page_asked, pages_in
from moderation.inbox.parts import StaffParts, there
from moderation.model.action import ActionState
from moderation.model.matrix import Quadrant
from moderation.model.person import Right

MENTIONS_A_PAGE = 25
ISSUES_A_PAGE = 50
LATEST_SIGNALS = 3
EARLIER_SIGNALS = 5


def add_issue_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the pages about issues. None of them changes anything."""

    @app.get("/")
    def start() -> Response:
        return RedirectResponse("/issues", status_code=302)

    @app.get("/issues")
    def issues(request: Request) -> Response:
        return _list_page(request, parts, pages)

    @app.get("/issues/{issue_id}")
    def issue(request: Request, issue_id: RowId) -> Response:
        return _issue_page(request, parts, pages, issue_id)


def _list_page(request: Request, parts: StaffParts, pages: Pages) -> Response:
    """Return the list of issues as the address narrows and orders it."""
    seen, person = parts.seen_by(request.state.person), request.state.person
    choice = IssueChoice.from_query(request.query_params)
    room = parts.issue_room
    now = seen.issues() if room is None else room.issues(person.brands, choice.days)
    places = {} if room is None else room.places(person.brands, choice.days)
    choice = replace(choice, places=places)
    shown = [issue for issue in now.issues if choice.fits(issue)]
    language, page_count = pages.language(request), pages_in(len(shown), ISSUES_A_PAGE)
    choice = replace(choice, page=min(choice.page, page_count))
    groups = on_page(grouped(shown, sort=choice.sort), choice.page, ISSUES_A_PAGE)
    here = [issue for _, _, members in groups for issue in members]
    signals = [(signal, parts.reason(signal, language)) for signal in seen.signals(LATEST_SIGNALS)]
    return pages.show(
        request,
        "issues.html.j2",
        now_shown=now,
        groups=groups,
        page_count=page_count,
        quadrants=by_place(shown, places),
        shown_count=len(shown),
        choice=choice,
        places=places,
        offers=offers(choice, now.issues),
        periods=PERIODS,
        sorts=tuple(SORTS),
        fields=FIELDS,
        signals=signals,
        reasons={issue.issue_id: parts.reason(issue.signal, language) for issue in here if issue.signal},
        titles={issue.issue_id: issue.title for issue in now.issues},
        coverage=seen.coverage(),
    )


def _issue_page(request: Request, parts: StaffParts, pages: Pages, issue_id: int) -> Response:
    """Return one issue with a page of its texts; 404 where there is none to see."""
    page = page_asked(request.query_params.get("page", ""))
    offset = (page - 1) * MENTIONS_A_PAGE
    found = parts.seen_by(request.state.person).issue(issue_id, offset, MENTIONS_A_PAGE)
    if found is None:
        raise HTTPException(404)
    language = pages.language(request)
    latest = found.figures.signal or (found.signals[0] if found.signals else None)
    return pages.show(
        request,
        "issue.html.j2",
        detail=found,
        issue=found.figures,
        public=parts.status.line(issue_id) if parts.status else None,
        reason=parts.reason(latest, language) if latest else "",
        earlier=[(signal, parts.reason(signal, language)) for signal in found.signals if signal != latest][:EARLIER_SIGNALS],
        days=max(1, round(len(found.figures.trend) * found.bucket_hours / 24)),
        change=_change(found.figures),
        **_improving(request, parts, pages, found.figures.issue_id),
        page=page,
        page_count=pages_in(found.mention_count, MENTIONS_A_PAGE),
        **_beside(request, parts, pages, issue_id, offset),
    )


def _improving(request: Request, parts: StaffParts, pages: Pages, issue_id: int) -> dict[str, Any]:
    """Return the actions on an issue, and whether the taps of the done ones closed; None without their page."""
    feedback = parts.seen_by(request.state.person).feedback
    if feedback is None:
        return {"improving": None, "taps": {}}
    actions = feedback.actions(issue_id)
    return {"improving": actions, "taps": feedback.taps([one for one in actions if one.state is ActionState.DONE], pages.language(request))}


def _beside(request: Request, parts: StaffParts, pages: Pages, issue_id: int, offset: int) -> dict[str, Any]:
    """Return what an issue's page shows of its room: its place, where people speak of it, what happened, who waits; None without one."""
    room, person = parts.issue_room, request.state.person
    if room is None:
        return dict.fromkeys(("place", "sources", "happened", "waiting", "may", "may_answer", "shared", "newest", "quadrants", "worded"))
    language = pages.language(request)
    happened = room.happened(issue_id)
    edits = there(parts.seen_by(person).issue_room).edits
    status_words = parts.status.words(language) if parts.status else {}
    return {
        "place": room.places(person.brands, USUAL_DAYS).get(issue_id),
        "sources": room.sources(person.brands, issue_id, offset, MENTIONS_A_PAGE),
        "happened": happened,
        "waiting": room.affected_count(issue_id, person),
        "may": person.may(Right.ANSWER) and edits.may_change(issue_id),
        "may_answer": person.may(Right.ANSWER),
        "shared": not edits.may_change(issue_id),
        "newest": edits.newest(issue_id),
        "quadrants": tuple(Quadrant),
        "worded": {
            "signal": {one.signal.signal_id: parts.reason(one.signal, language) for one in happened if one.signal is not None},
            "status": {key.removeprefix("state."): text for key, text in status_words.items() if key.startswith("state.")},
        },
    }


def add_report_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the digest as page and file, and the sources. None of them changes anything."""

    @app.get("/digest")
    def digest(request: Request) -> Response:
        figures = parts.seen_by(request.state.person).digest()
        language = pages.language(request)
        told = (*figures.new, *figures.growing, *figures.steady, *figures.fading)
        reasons = {issue.issue_id: parts.reason(issue.signal, language) for issue in told if issue.signal}
        buckets = max((len(issue.trend) for issue in told), default=1)
        hours = (figures.as_of - figures.from_at).total_seconds() / 3600 / max(1, buckets)
        whole = [(signal.about or figures.brand, signal.at, parts.reason(signal, language)) for signal in figures.whole]
        return pages.show(
            request, "digest.html.j2", digest=figures, reasons=reasons, whole=whole, bucket_hours=hours, has_report=parts.report is not None
        )

    @app.get("/digest.md")
    def digest_file(request: Request) -> Response:
        text = parts.seen_by(request.state.person).digest_markdown(pages.language(request))
        return PlainTextResponse(text, media_type="text/markdown; charset=utf-8", headers=_as_file("klankbord-digest.md"))

    @app.get("/sources")
    def sources(request: Request) -> Response:
        return pages.show(request, "sources.html.j2", coverage=sorted(parts.coverage(), key=lambda one: (one.is_well, one.source)))


def _change(issue: IssueFigures) -> int:
    """Return by how many percent the period's mentions differ from those of the period before; 0 when there were none."""
    return round((issue.period_mentions - issue.before_mentions) / issue.before_mentions * 100) if issue.before_mentions else 0


def _as_file(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}
