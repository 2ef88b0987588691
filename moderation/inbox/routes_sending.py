"""What leaves after a preview: sent by its author, or put before somebody else who approves it or gives it back."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import ActionError, NotAllowed
from moderation.inbox.fields import RowId
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.inbox.refusals import refusal
from moderation.inbox.reply_parts import ReplyParts
from moderation.inbox.routes_reply import back
from moderation.model.case import Ending
from moderation.model.person import Person, Right
from moderation.model.queue import QueueChoice

SHOWN_AGAIN = frozenset({"case_went_on", "not_what_was_shown", "stale", "second_person"})
"""Refusals after which the preview is shown anew, with what changed; all others are said on the conversation's page."""


def add_sending_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add previews and the page of approvals, when there is a reply."""
    if parts.reply is None:
        return
    _add_preview(app, parts, parts.reply, pages)
    _add_approvals(app, parts.reply, pages)


def _add_preview(app: FastAPI, parts: StaffParts, room: ReplyParts, pages: Pages) -> None:
    desk = room.desk

    def page(request: Request, case_id: int, draft_id: int, *, told: str = "") -> Response:
        found = desk.send.shown(draft_id, language=pages.language(request), case_id=case_id)
        if found.draft.author != request.state.person.name:
            author = found.draft.author
            raise NotAllowed(f"This text is {author}'s; preview your own.", key="draft_of_other", fields={"author": author})
        return pages.show(request, "reply_preview.html.j2", status=409 if told else 200, preview=found, told=told)

    @app.get("/cases/{case_id}/reply/{draft_id}")
    def preview(request: Request, case_id: RowId, draft_id: RowId) -> Response:
        return page(request, case_id, draft_id)

    @app.post("/cases/{case_id}/reply/{draft_id}/send")
    def send(request: Request, case_id: RowId, draft_id: RowId) -> Response:
        """Approve exactly what the preview showed. Then stay, go on to what comes next, or end the conversation as answered."""
        form, person = request.state.form, request.state.person
        try:
            desk.send.send(case_id, draft_id, person, shown=form.get("shown", ""), seen=form.get("seen", ""))
        except ActionError as error:
            if error.key in SHOWN_AGAIN or error.rules:
                return page(request, case_id, draft_id, told=refusal(error, pages.wording(request)))
            raise
        return _then(request, parts, room, case_id, person)

    @app.post("/cases/{case_id}/reply/{draft_id}/ask")
    def ask(request: Request, case_id: RowId, draft_id: RowId) -> Response:
        try:
            desk.send.ask(case_id, draft_id, request.state.person, shown=request.state.form.get("shown", ""))
        except ActionError as error:
            if error.key in SHOWN_AGAIN:
                return page(request, case_id, draft_id, told=refusal(error, pages.wording(request)))
            raise
        return back(case_id)


def _then(request: Request, parts: StaffParts, room: ReplyParts, case_id: int, person: Person) -> Response:
    asked = request.state.form.get("then", "stay")
    if asked == "close" and parts.conversation is not None:
        version = room.desk.write.case(case_id).version
        act = parts.conversation.talks.endings.end(case_id, person.name, version, Ending.ANSWERED)
        return RedirectResponse(f"/cases/{case_id}?did={act.act_id}", status_code=303)
    if asked == "next":
        taken = parts.queue.take_next(QueueChoice(), person)
        return RedirectResponse(f"/cases/{taken.case_id}?did={taken.act_id}" if taken else "/queue?none=1", status_code=303)
    return back(case_id)


def _add_approvals(app: FastAPI, room: ReplyParts, pages: Pages) -> None:
    desk = room.desk

    def page(request: Request, *, told: str = "") -> Response:
        person: Person = request.state.person
        given: dict[str, Any] = {
            "waiting": desk.send.waiting(person, language=pages.language(request)),
            "template_of": desk.words.text_of,
            "may_approve": person.may(Right.APPROVE),
            "me": person.name,
            "told": told,
        }
        return pages.show(request, "approvals.html.j2", status=409 if told else 200, **given)

    @app.get("/approvals")
    def approvals(request: Request) -> Response:
        return page(request)

    @app.post("/approvals/{draft_id}/approve")
    def approve(request: Request, draft_id: RowId) -> Response:
        """Approve exactly what was shown; a fresh sign-in is asked, as for everything that lets others' words leave (RULES S12)."""
        if stale := pages.stale(request):
            return stale
        try:
            desk.send.approve(draft_id, request.state.person, shown=request.state.form.get("shown", ""))
        except ActionError as error:
            return page(request, told=refusal(error, pages.wording(request)))
        return RedirectResponse("/approvals", status_code=303)

    @app.post("/approvals/{draft_id}/give-back")
    def give_back(request: Request, draft_id: RowId) -> Response:
        try:
            desk.send.give_back(draft_id, request.state.person, request.state.form.get("note", ""))
        except ActionError as error:
            return page(request, told=refusal(error, pages.wording(request)))
        return RedirectResponse("/approvals", status_code=303)
