"""Words between colleagues: notes, planning notes and questions. No route here knows drafts or the outbox (RULES F33)."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import ActionError
from moderation.inbox.conversation_parts import ConversationParts
from moderation.inbox.fields import RowId, number_in, number_of
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.model.person import Right


def add_inside_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add notes and questions; none without the conversation's room."""
    if parts.conversation is None:
        return
    _add_notes(app, parts, parts.conversation)
    _add_questions(app, parts.conversation, pages)


def _add_notes(app: FastAPI, parts: StaffParts, room: ConversationParts) -> None:
    notes = room.talks.notes

    @app.post("/cases/{case_id}/notes")
    def add(request: Request, case_id: RowId) -> Response:
        notes.add(case_id, request.state.form.get("text", ""), request.state.session.agent)
        return _to(f"/cases/{case_id}#inside")

    @app.post("/cases/{case_id}/notes/remove")
    def remove(request: Request, case_id: RowId) -> Response:
        notes.remove(case_id, number_in(request.state.form, "note"), request.state.session.agent)
        return _to(f"/cases/{case_id}#inside")

    @app.post("/issues/{issue_id}/plans")
    def plan(request: Request, issue_id: RowId) -> Response:
        form = request.state.form
        notes.plan(issue_id, form.get("text", ""), request.state.session.agent, until=_moment(form.get("until", ""), parts))
        return _to(_from(request, issue_id))

    @app.post("/issues/{issue_id}/plans/end")
    def end_plan(request: Request, issue_id: RowId) -> Response:
        notes.end_plan(issue_id, number_in(request.state.form, "note"), request.state.session.agent)
        return _to(_from(request, issue_id))


def _add_questions(app: FastAPI, room: ConversationParts, pages: Pages) -> None:
    questions = room.talks.questions

    @app.get("/questions")
    def waiting(request: Request) -> Response:
        """Show what waits for this person's answer, and what they asked themselves."""
        person = request.state.person
        return pages.show(
            request,
            "questions.html.j2",
            waiting=questions.waiting_for(person),
            asked=questions.asked_by(person),
            may_answer=person.may(Right.ANSWER),
        )

    @app.post("/cases/{case_id}/questions")
    def ask(request: Request, case_id: RowId) -> Response:
        form = request.state.form
        questions.ask(case_id, form.get("asked", ""), form.get("text", ""), request.state.session.agent)
        return _to(f"/cases/{case_id}#inside")

    @app.post("/questions/answer")
    def answer(request: Request) -> Response:
        answered = questions.answer(number_in(request.state.form, "question"), request.state.form.get("text", ""), request.state.person)
        return _to(f"/cases/{answered.case_id}#inside" if request.state.form.get("back", "") == "case" else "/questions")

    @app.post("/questions/withdraw")
    def withdraw(request: Request) -> Response:
        withdrawn = questions.withdraw(number_in(request.state.form, "question"), request.state.person)
        return _to(f"/cases/{withdrawn.case_id}#inside" if request.state.form.get("back", "") == "case" else "/questions")


def _to(address: str) -> Response:
    return RedirectResponse(address, status_code=303)


def _from(request: Request, issue_id: int) -> str:
    case_id = number_of(request.state.form.get("case", ""))
    return f"/issues/{issue_id}" if case_id is None else f"/cases/{case_id}#issue"


def _moment(typed: str, parts: StaffParts) -> datetime | None:
    if not typed:
        return None
    try:
        read = datetime.fromisoformat(typed)
        return (read if read.tzinfo else read.replace(tzinfo=parts.zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # a year that is none in UTC any more
        raise ActionError("This moment cannot be read; choose a day and a time.", key="talk_until_past") from error
