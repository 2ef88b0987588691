"""What people do to an issue from its page: name it, place it, mark it, put it into another, split it, and take that back."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import ActionError
from listener.model.figures import IssueFigures
from listener.workflows.split_issue import Half
from moderation.inbox.fields import RowId, incomplete, number_in, number_of
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts, there
from moderation.model.matrix import Quadrant
from moderation.workflows.edit_issues import EditIssues, mark_of

MOST_OFFERED = 20


def add_issue_act_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the acts; none without their part. Each names the newest act its page knew of, and goes back to the issue."""
    if parts.issue_room is None:
        return
    _add_marks(app, parts)
    _add_merge(app, parts, pages)
    _add_split(app, parts, pages)


def _add_marks(app: FastAPI, parts: StaffParts) -> None:
    @app.post("/issues/{issue_id}/rename")
    def rename(request: Request, issue_id: RowId) -> Response:
        form = request.state.form
        _edits(request, parts).rename(issue_id, form.get("title", ""), by=request.state.person.name, seen=number_in(form, "seen"))
        return _back(issue_id)

    @app.post("/issues/{issue_id}/mark")
    def mark(request: Request, issue_id: RowId) -> Response:
        """Mute until it grows, pin, resolve; or take one of these off."""
        form = request.state.form
        _edits(request, parts).mark(issue_id, form.get("mark", ""), by=request.state.person.name, seen=number_in(form, "seen"))
        return _back(issue_id)

    @app.post("/issues/{issue_id}/undo")
    def undo(request: Request, issue_id: RowId) -> Response:
        _edits(request, parts).undo(issue_id, by=request.state.person.name, seen=number_in(request.state.form, "seen"))
        return _back(issue_id)

    @app.post("/issues/{issue_id}/place")
    def place(request: Request, issue_id: RowId) -> Response:
        """Put it in a quadrant of the matrix, or give the place back to cause and sentiment ("start")."""
        chosen = request.state.form.get("quadrant", "")
        if chosen != "start" and chosen not in {one.value for one in Quadrant}:
            raise incomplete()
        _edits(request, parts).place(issue_id, None if chosen == "start" else Quadrant(chosen), by=request.state.person.name)
        return _back(issue_id)


def _add_merge(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    @app.get("/issues/{issue_id}/merge")
    def offer(request: Request, issue_id: RowId) -> Response:
        """Let somebody look for the issue that this one is part of: by words of its title, first those of the same subject."""
        every = parts.seen_by(request.state.person).issues().issues
        issue = _one_of(every, issue_id)
        asked = request.query_params.get("q", "")[:200]
        return pages.show(
            request,
            "issue_merge.html.j2",
            issue=issue,
            asked=asked,
            offered=_fitting(every, issue, asked)[:MOST_OFFERED],
            newest=_edits(request, parts).newest(issue_id),
        )

    @app.post("/issues/{issue_id}/merge")
    def merge(request: Request, issue_id: RowId) -> Response:
        """Put it into `issue`, which the gate has looked at as it looks at an address."""
        form = request.state.form
        into = number_of(form.get("issue", ""))
        if into is None:
            raise incomplete()
        _edits(request, parts).merge(issue_id, into, by=request.state.person.name, seen=number_in(form, "seen"))
        return _back(into)


def _add_split(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    @app.get("/issues/{issue_id}/split")
    def halves(request: Request, issue_id: RowId) -> Response:
        """Show the two halves that are found in an issue, or say that there are none. Nothing is changed."""
        issue = _one_of(parts.seen_by(request.state.person).issues().issues, issue_id)
        said = ""
        shown: list[tuple[Half, str]] = []
        try:
            shown = [(half, mark_of(half)) for half in _edits(request, parts).halves(issue_id)]
        except ActionError as error:
            said = pages.refusal(request, error)
        return pages.show(
            request, "issue_split.html.j2", issue=issue, halves=shown, said=said, newest=_edits(request, parts).newest(issue_id)
        )

    @app.post("/issues/{issue_id}/split")
    def split(request: Request, issue_id: RowId) -> Response:
        form = request.state.form
        half, title = form.get("half", ""), form.get("title", "")
        made = _edits(request, parts).split(issue_id, half, title, by=request.state.person.name, seen=number_in(form, "seen"))
        return _back(made)


def _edits(request: Request, parts: StaffParts) -> EditIssues:
    """Return what this person may do: nothing to an issue that is another brand's too."""
    return there(parts.seen_by(request.state.person).issue_room).edits


def _one_of(every: tuple[IssueFigures, ...], issue_id: int) -> IssueFigures:
    found = next((one for one in every if one.issue_id == issue_id), None)
    if found is None:
        raise HTTPException(404)
    return found


def _fitting(every: tuple[IssueFigures, ...], issue: IssueFigures, asked: str) -> list[IssueFigures]:
    """Return the issues whose title has all the words asked for, of the same subject first, then the most talked-about."""
    words = asked.casefold().split()
    others = [one for one in every if one.issue_id != issue.issue_id and all(word in one.title.casefold() for word in words)]
    same = issue.theme
    return sorted(others, key=lambda one: (not (same and one.theme == same), -one.period_mentions, -one.mentions, one.issue_id))


def _back(issue_id: int) -> Response:
    return RedirectResponse(f"/issues/{issue_id}", status_code=303)
