"""The reply to a case: written, looked at, previewed, sent, changed, taken back. Everything below /cases/{case_id}/reply."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from listener.errors import ActionError, AlreadyClaimed
from moderation.inbox.fields import RowId
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.inbox.refusals import refusal
from moderation.inbox.reply_form import PART_HEADER, ReplyForm, given_values, put_in, reply_form
from moderation.inbox.reply_parts import ReplyPanel, ReplyParts
from moderation.inbox.wording import Wording
from moderation.model.person import Person
from moderation.model.reply import Measured


def add_reply_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the reply, when there is one."""
    if parts.reply is None:
        return
    show = ReplyPages(parts.reply, pages)
    _add_writing(app, parts.reply, show)
    _add_looking(app, parts, parts.reply, show)
    _add_words(app, parts.reply, show)
    _add_going_on(app, parts.reply, show)


class ReplyPages:
    """Shows the panel on a page of its own: for whoever has no script, and where something has to be said about it."""

    def __init__(self, room: ReplyParts, pages: Pages) -> None:
        self._room = room
        self.pages = pages

    def panel(self, request: Request, case_id: int) -> ReplyPanel:
        """Return the panel as this person sees it; 404 when there is no such case."""
        found = self._room.panel(case_id, request.state.person)
        if found is None:
            raise HTTPException(404)
        return found

    def whole(self, request: Request, case_id: int, *, status: int = 200, told: str = "", **given: Any) -> Response:
        """Show the panel with what there is to say about it."""
        reply = self.panel(request, case_id)
        return self.pages.show(request, "reply.html.j2", status=status, reply=reply, told=told, **given)

    def refused(self, request: Request, case_id: int, error: ActionError, form: ReplyForm) -> Response:
        """Show what was refused, with what was typed beside what is kept: nothing typed is lost."""
        said = refusal(error, self.pages.wording(request))
        reply = self.panel(request, case_id)
        lost = form.words.text if form.words.text.strip() and form.words.text != reply.words.text else None
        if request.headers.get(PART_HEADER):
            return JSONResponse({"said": said}, status_code=409)
        return self.whole(request, case_id, status=409, told=said, typed=lost)


def _add_writing(app: FastAPI, room: ReplyParts, show: ReplyPages) -> None:
    desk = room.desk

    @app.post("/cases/{case_id}/reply")
    def save(request: Request, case_id: RowId) -> Response:
        """Keep the text. A script gets the new version and the length; a form goes back to the conversation."""
        form, person = reply_form(request), _person(request)
        try:
            kept = desk.write.save(case_id, person.name, form.words, version=form.version)
        except ActionError as error:
            return show.refused(request, case_id, error, form)
        if not request.headers.get(PART_HEADER):
            return back(case_id)
        measured = desk.write.measured(desk.write.case(case_id), form.words, person)
        over = measured.over if measured else 0
        return JSONResponse({"version": kept.version, "over": over, "meter": _meter(measured, show.pages.wording(request))})

    @app.post("/cases/{case_id}/reply/drop")
    def drop(request: Request, case_id: RowId) -> Response:
        desk.write.drop(case_id, _person(request).name)
        return back(case_id)

    @app.post("/cases/{case_id}/reply/withdraw")
    def withdraw(request: Request, case_id: RowId) -> Response:
        desk.send.withdraw(case_id, _person(request))
        return back(case_id)


def _meter(measured: Measured | None, words: Wording) -> str:
    """Return how long a text is, or by how much too long, in words; empty where nothing is known to count it by."""
    if measured is None:
        return ""
    most = words.number(measured.limits.most)
    if measured.over:
        return words.text("reply.too_long", over=words.number(measured.over), most=most)
    return words.text("reply.counted", counted=words.number(measured.counted), most=most)


def _add_looking(app: FastAPI, parts: StaffParts, room: ReplyParts, show: ReplyPages) -> None:
    desk = room.desk

    @app.post("/cases/{case_id}/reply/check")
    def check(request: Request, case_id: RowId) -> Response:
        """Say what there is to say about the text. It is kept as well, where that is possible; nothing here forbids sending."""
        form, person = reply_form(request), _person(request)
        language = show.pages.language(request)
        if request.headers.get(PART_HEADER):
            with parts.one_state():
                look = desk.write.look(case_id, form.words, person, language=language)
                return show.pages.show(request, "reply_look.html.j2", look=look, reply=show.panel(request, case_id))
        try:
            kept = desk.write.save(case_id, person.name, form.words, version=form.version)
        except ActionError as error:
            return show.refused(request, case_id, error, form)
        return show.whole(request, case_id, look=desk.write.look(case_id, form.words, person, language=language, edits=kept.edits))

    @app.post("/cases/{case_id}/reply/preview")
    def preview(request: Request, case_id: RowId) -> Response:
        """Make what was typed a draft, and show it as its platform will."""
        form, person = reply_form(request), _person(request)
        try:
            draft = desk.send.preview(case_id, person, form.words, version=form.version)
        except AlreadyClaimed as error:
            return _keep_and_say(request, case_id, form, error)
        except ActionError as error:
            if error.rules:  # said with what can be done instead
                language = show.pages.language(request)
                return show.whole(request, case_id, status=409, look=desk.write.look(case_id, form.words, person, language=language))
            return show.refused(request, case_id, error, form)
        return RedirectResponse(f"/cases/{case_id}/reply/{draft.draft_id}", status_code=303)

    def _keep_and_say(request: Request, case_id: int, form: ReplyForm, error: ActionError) -> Response:
        """Somebody else took the case meanwhile: the text is kept all the same, and nothing more is done."""
        try:
            desk.write.save(case_id, _person(request).name, form.words, version=form.version)
        except ActionError as other:
            return show.refused(request, case_id, other, form)
        return show.refused(request, case_id, error, form)


def _add_words(app: FastAPI, room: ReplyParts, show: ReplyPages) -> None:
    desk = room.desk

    @app.post("/cases/{case_id}/reply/insert")
    def insert(request: Request, case_id: RowId) -> Response:
        """Put a template into the text; what is not known for it is asked first."""
        form, person = reply_form(request), _person(request)
        try:
            kept = desk.write.save(case_id, person.name, form.words, version=form.version)
            key = request.state.form.get("key", "")
            if not key:
                return back(case_id)
            filled = desk.words.fill(desk.write.case(case_id), key, form.words.language, given_values(request))
            if filled.missing:
                return show.whole(request, case_id, fill=filled)
            desk.write.save(case_id, person.name, form.with_text(filled.text, template=filled.version), version=kept.version)
        except ActionError as error:
            return show.refused(request, case_id, error, form)
        return back(case_id)

    @app.post("/cases/{case_id}/reply/put")
    def put(request: Request, case_id: RowId) -> Response:
        """Put the wording that was pressed in the place of what puts people off, if that still stands there."""
        form, person = reply_form(request), _person(request)
        try:
            kept = desk.write.save(case_id, person.name, form.words, version=form.version)
            hits = desk.write.tone_of(desk.write.case(case_id), form.words.text, form.words.language)
            text = put_in(form.words.text, hits, request.state.form.get("put", ""))
            desk.write.save(case_id, person.name, form.with_whole(text), version=kept.version)
        except ActionError as error:
            return show.refused(request, case_id, error, form)
        look = desk.write.look(case_id, form.with_whole(text), person, language=show.pages.language(request), edits=kept.edits)
        return show.whole(request, case_id, look=look)


def _add_going_on(app: FastAPI, room: ReplyParts, show: ReplyPages) -> None:
    desk = room.desk

    @app.post("/cases/{case_id}/reply/take-over")
    def take_over(request: Request, case_id: RowId) -> Response:
        desk.write.take_over(case_id, _person(request).name, request.state.form.get("person", ""))
        return back(case_id)

    @app.post("/cases/{case_id}/reply/{entry_id}/again")
    def again(request: Request, case_id: RowId, entry_id: RowId) -> Response:
        desk.write.again(case_id, entry_id, _person(request).name)
        return back(case_id)

    @app.post("/cases/{case_id}/reply/{entry_id}/edit")
    def edit(request: Request, case_id: RowId, entry_id: RowId) -> Response:
        desk.write.again(case_id, entry_id, _person(request).name, change=True)
        return back(case_id)

    @app.get("/cases/{case_id}/reply/{entry_id}/take-back")
    def ask_back(request: Request, case_id: RowId, entry_id: RowId) -> Response:
        """Show what would be taken away, before the second press."""
        return _take_back_page(request, case_id, entry_id)

    @app.post("/cases/{case_id}/reply/{entry_id}/take-back")
    def take_back(request: Request, case_id: RowId, entry_id: RowId) -> Response:
        if stale := show.pages.stale(request):
            return stale
        try:
            desk.take_back.of_case(case_id, entry_id, _person(request).name, shown=request.state.form.get("shown", ""))
        except ActionError as error:
            if error.key == "not_what_was_shown":
                return _take_back_page(request, case_id, entry_id, told=refusal(error, show.pages.wording(request)))
            raise
        return back(case_id)

    def _take_back_page(request: Request, case_id: int, entry_id: int, *, told: str = "") -> Response:
        removal = desk.take_back.look(entry_id)
        if removal.entry.case_id != case_id:
            raise HTTPException(404)
        status = 409 if told else 200
        return show.pages.show(request, "reply_take_back.html.j2", status=status, case_id=case_id, removal=removal, told=told)


def back(case_id: int) -> Response:
    """Go back to the reply on the conversation's page."""
    return RedirectResponse(f"/cases/{case_id}#reply", status_code=303)


def _person(request: Request) -> Person:
    found: Person = request.state.person
    return found
