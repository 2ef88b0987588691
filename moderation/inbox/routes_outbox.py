"""What leaves in our name: approved, on its way, posted or in need of a person; alarms; and the kill switch."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import ActionError
from moderation.inbox.fields import RowId
from moderation.inbox.outbox_parts import OutboxParts
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts, there
from moderation.model.outbox import EntryState

SHOWN = {
    "waiting": (EntryState.APPROVED, EntryState.STARTED, EntryState.UNKNOWN, EntryState.PROVEN_ABSENT),
    "needs_human": (EntryState.NEEDS_HUMAN,),
    "posted": (EntryState.SENT, EntryState.FOUND),
    "not_posted": (EntryState.REFUSED, EntryState.CANCELLED, EntryState.EXPIRED),
}
"""The filters of the page, and the states they show; none chosen shows all."""
MOST_WORDS = 500


def add_outbox_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the outbox, when there is one. Stopping is for everybody who is signed in; what sends asks for a fresh sign-in (RULES S12)."""
    outbox = parts.outbox
    if outbox is None:
        return

    @app.get("/outbox")
    def show(request: Request) -> Response:
        chosen = request.query_params.get("state", "")
        if chosen and chosen not in SHOWN:
            raise HTTPException(404)
        room = there(parts.seen_by(request.state.person).outbox)
        return pages.show(request, "outbox.html.j2", **_shown(room, chosen, pages.language(request)))

    @app.post("/outbox/stop")
    def stop(request: Request) -> Response:
        outbox.stop(request.state.session.agent)
        return _back()

    @app.post("/outbox/resume")
    def resume(request: Request) -> Response:
        if stale := pages.stale(request):
            return stale
        outbox.resume(request.state.session.agent)
        return _back()

    @app.post("/outbox/drafts/{draft_id}/approve")
    def approve(request: Request, draft_id: RowId) -> Response:
        """Approve exactly what the page showed, for the account that it would have left from (RULES S13)."""
        if stale := pages.stale(request):
            return stale
        outbox.approve(draft_id, request.state.session.agent, request.state.form.get("shown", ""))
        return _back()

    @app.post("/outbox/{entry_id}/cancel")
    def cancel(request: Request, entry_id: RowId) -> Response:
        outbox.cancel(entry_id, request.state.session.agent, _typed(request, "why"))
        return _back()

    @app.post("/outbox/{entry_id}/resolve")
    def resolve(request: Request, entry_id: RowId) -> Response:
        """Two buttons in one form: there (with a link), or not there."""
        there = None if request.state.form.get("found") == "no" else _typed(request, "there")
        outbox.resolve(entry_id, request.state.session.agent, there)
        return _back()

    @app.post("/outbox/alarms/{alarm_id}/seen")
    def seen(request: Request, alarm_id: RowId) -> Response:
        outbox.seen(alarm_id, request.state.session.agent)
        return _back()


def _shown(outbox: OutboxParts, chosen: str, language: str) -> dict[str, Any]:
    now = outbox.now(SHOWN.get(chosen, ()))
    return {
        "now_out": now,
        "chosen": chosen,
        "filters": tuple(SHOWN),
        "sentence": lambda entry: outbox.sentence(entry, language),
        "note_of": lambda entry: outbox.note(entry, language),
        "alarm_says": lambda alarm: outbox.alarm(alarm, language),
        "may_be_there": outbox.may_be_there,
        "cost_of": outbox.cost,
        "shown_of": outbox.shown,
        "held_of": lambda entry: outbox.held(entry, language),
    }


def _typed(request: Request, field: str) -> str:
    typed = str(request.state.form.get(field, "")).strip()
    if not typed or len(typed) > MOST_WORDS:
        raise ActionError(f"Fill in the field; at most {MOST_WORDS} characters.")
    return typed


def _back() -> Response:
    return RedirectResponse("/outbox", status_code=303)
