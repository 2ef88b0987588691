"""What customers answered, what the figures say, and what we change because of it."""

from __future__ import annotations

from datetime import date

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import NotAllowed
from moderation.inbox.feedback_parts import FeedbackPageParts, NewActionWords
from moderation.inbox.fields import RowId, number_of
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts, there
from moderation.model.action import ActionState

MOST_RESPONSES = 50
MOST_WORDS = 1_000


def add_feedback_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the pages about feedback and actions; none without their part."""
    if parts.feedback is None:
        return
    _add_answers(app, parts, pages)
    _add_actions(app, parts, parts.feedback, pages)


def _add_answers(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    @app.get("/feedback")
    def answers(request: Request) -> Response:
        issue_id = _issue(request)
        feedback = there(parts.seen_by(request.state.person).feedback)
        responses = feedback.responses(issue_id, MOST_RESPONSES)
        known = feedback.titles(
            sorted({one.issue_id for one in responses if one.issue_id is not None} | ({issue_id} if issue_id else set()))
        )
        return pages.show(
            request, "feedback.html.j2", figures=feedback.figures(issue_id), responses=responses, titles=known, issue_id=issue_id
        )


def _add_actions(app: FastAPI, parts: StaffParts, feedback: FeedbackPageParts, pages: Pages) -> None:
    @app.get("/actions")
    def actions(request: Request) -> Response:
        return _actions(request, pages, parts)

    @app.post("/actions")
    def add(request: Request) -> Response:
        form = request.state.form
        new = NewActionWords(
            issue_id=_number(form.get("issue", "")),
            owner=_typed(request, "owner"),
            due_on=_day(form.get("due", "")),
            change=_typed(request, "change"),
            done_when=_typed(request, "done_when"),
        )
        feedback.add(new, request.state.session.agent)
        return _see(request, new.issue_id)

    @app.post("/actions/{action_id}/done")
    def done(request: Request, action_id: RowId) -> Response:
        """Close an action and prepare its messages: through shadow, and never without approval."""
        if stale := pages.stale(request):
            return stale
        did = {language: _typed(request, f"{language}.did") for language in pages.languages}
        feedback.done(action_id, did, request.state.session.agent)
        return _see(request, 0)

    @app.post("/actions/{action_id}/drop")
    def drop(request: Request, action_id: RowId) -> Response:
        feedback.drop(action_id, _typed(request, "why"), request.state.session.agent)
        return _see(request, 0)

    @app.post("/actions/{action_id}/undo")
    def undo(request: Request, action_id: RowId) -> Response:
        feedback.undo(action_id, request.state.session.agent)
        return _see(request, 0)


def _actions(request: Request, pages: Pages, parts: StaffParts) -> Response:
    feedback = there(parts.seen_by(request.state.person).feedback)
    issue_id = _issue(request)
    found = feedback.actions(issue_id)
    known = feedback.titles(sorted({one.issue_id for one in found} | ({issue_id} if issue_id else set())))
    return pages.show(
        request,
        "actions.html.j2",
        issue_id=issue_id,
        titles=known,
        open_actions=[one for one in found if one.state is ActionState.OPEN],
        closed_actions=[one for one in found if one.state is not ActionState.OPEN],
        told={one.action_id: feedback.tellings(one.action_id) for one in found if one.state is ActionState.DONE},
        rule=lambda reason: feedback.rule(reason, pages.language(request)),
        acts={one.action_id: feedback.acts(one.action_id) for one in found},
        taps=feedback.taps([one for one in found if one.state is ActionState.DONE], pages.language(request)),
        today=parts.clock.now().astimezone(parts.zone).date(),
    )


def _see(request: Request, issue_id: int) -> Response:
    back = request.state.form.get("issue", "")
    chosen = issue_id or number_of(back)
    return RedirectResponse(f"/actions?issue={chosen}" if chosen else "/actions", status_code=303)


def _issue(request: Request) -> int | None:
    """Return the issue that the address names, or None. Raises 404 when it names none."""
    asked = request.query_params.get("issue", "")
    issue_id = number_of(asked)
    if asked and not issue_id:
        raise HTTPException(404)
    return issue_id


def _number(written: str) -> int:
    number = number_of(written)
    if number is None:
        raise NotAllowed("Name the issue by its number.")
    return number


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise NotAllowed("Name the day as year-month-day.") from error


def _typed(request: Request, name: str) -> str:
    return str(request.state.form.get(name, "")).strip()[:MOST_WORDS]
