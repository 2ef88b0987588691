"""Advice beside a reply: an article put into it by one press, and the coach's look at what is typed."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import ActionError
from moderation.inbox.case_page import case_page
from moderation.inbox.fields import RowId, number_in, number_of
from moderation.inbox.knowledge_parts import AdviceParts
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.model.languages import LANGUAGES
from moderation.model.reply import HOUSE, Words

FRAGMENT = "fragment"
MOST_TEXT = 100_000


def add_advice_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add what is pressed in the advice panel; nothing without it."""
    if parts.advice is None:
        return
    room = parts.advice

    @app.get("/cases/{case_id}/advice")
    def advice(request: Request, case_id: RowId) -> Response:
        """Show the advice by itself, with the coach's look at what this person is writing."""
        return _page(request, room, pages, case_id)

    @app.post("/cases/{case_id}/advice/insert")
    def insert(request: Request, case_id: RowId) -> Response:
        """Put an article below what is typed, and keep both."""
        form = request.state.form
        article_id = number_in(form, "article")
        try:
            room.insert(case_id, article_id, _words(request), number_of(form.get("version", "")) or 0, request.state.person.name)
        except ActionError:
            return case_page(request, parts, pages, case_id, status=409, notice="changed")
        return RedirectResponse(f"/cases/{case_id}#reply", status_code=303)

    @app.post("/cases/{case_id}/advice/coach")
    def coach(request: Request, case_id: RowId) -> Response:
        """Look at what is typed: a piece of a page for the script; else what is typed is kept, and the advice shown by itself."""
        form, words = request.state.form, _words(request)
        if form.get(FRAGMENT, "") == "1":
            found = room.coach(case_id, words.text, words.language) if len(words.text) <= MOST_TEXT else None
            return pages.show(request, "advice_coach.html.j2", coach=found, case_id=case_id, alone=False)
        room.keep(case_id, words, number_of(form.get("version", "")) or 0, request.state.person.name)
        return RedirectResponse(f"/cases/{case_id}/advice", status_code=303)


def _page(request: Request, room: AdviceParts, pages: Pages, case_id: int) -> Response:
    panel = room.panel(case_id, pages.language(request))
    if panel is None:
        raise HTTPException(404)
    saved = room.saved(case_id, request.state.person.name)
    text = saved.words.text if saved is not None else ""
    coach = room.coach(case_id, text, saved.words.language) if saved is not None and text.strip() else None
    return pages.show(request, "advice.html.j2", advice=panel, coach=coach, case_id=case_id, text=text, alone=True, reply=None)


def _words(request: Request) -> Words:
    form = request.state.form
    language = form.get("language", "")
    return Words(
        text=form.get("text", "").replace("\r\n", "\n"),
        language=language if language in LANGUAGES else LANGUAGES[0],
        signature=form.get("signature", "") or HOUSE,
        template=form.get("template", ""),
    )
