"""One answer to everybody hit by an issue: who waits, the words, and the plan in which each conversation is chosen singly."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import ActionError
from moderation.inbox.fields import RowId, number_of
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.inbox.shown import named, shown_mention
from moderation.model.languages import LANGUAGES
from moderation.workflows.plan_answers import NAMES

CASE = "case."
"""A field "case.12" chooses case 12: a form's fields have one value each."""
MOST_CHOSEN = 40
"""Conversations that one form can choose: a plan beyond this is read by nobody."""


def add_answer_all_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the pages of one answer to many; none without their part."""
    room = parts.issue_room
    if room is None:
        return

    @app.get("/issues/{issue_id}/answer")
    def offer(request: Request, issue_id: RowId) -> Response:
        return show(request, issue_id)

    @app.post("/issues/{issue_id}/answer")
    def plan(request: Request, issue_id: RowId) -> Response:
        """Plan it: nothing leaves. What is wrong with the words is said above them, and they stay."""
        form, person = request.state.form, request.state.person
        try:
            made = room.plan(issue_id, _chosen(form), _texts(form), person.name, person)
        except ActionError as error:
            return show(request, issue_id, error=error)
        return RedirectResponse(f"/status/plans/{made.plan_id}", status_code=303)

    def show(request: Request, issue_id: int, *, error: ActionError | None = None) -> Response:
        person, form, query = request.state.person, request.state.form, request.query_params
        found = next((one for one in parts.seen_by(person).issues().issues if one.issue_id == issue_id), None)
        if found is None:
            raise HTTPException(404)
        offered = {language: room.templates(language) for language in LANGUAGES}
        begun = {language: dict(offered[language]).get(query.get(f"use.{language}", ""), "") for language in LANGUAGES}
        affected = room.affected(issue_id, person)
        return pages.show(
            request,
            "issue_answer.html.j2",
            status=200 if error is None else 409,
            issue=found,
            affected=[(one, shown_mention(one.asked, author=named(one.asked))) for one in affected[:MOST_CHOSEN]],
            left_out=max(0, len(affected) - MOST_CHOSEN),
            chosen=set(_chosen(form)) if error is not None else {one.case.case_id for one in affected if not one.case.holder},
            texts=_texts(form) if error is not None else begun,
            spoken=LANGUAGES,
            templates=offered,
            names=NAMES,
            plans=room.plans(issue_id),
            said=pages.refusal(request, error) if error is not None else "",
        )


def _chosen(form: Mapping[str, str]) -> list[int]:
    numbers = [number_of(name.removeprefix(CASE)) for name in form if name.startswith(CASE)]
    return [number for number in numbers if number is not None]


def _texts(form: Mapping[str, str]) -> dict[str, str]:
    return {language: form.get(f"text.{language}", "").replace("\r\n", "\n") for language in LANGUAGES}
