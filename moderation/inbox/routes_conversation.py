"""One conversation: its page, its timeline, and what people write and decide on it. Notes and questions have routes of their own."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import ActionError, AlreadyClaimed
from moderation.inbox.case_page import case_page
from moderation.inbox.conversation_parts import ConversationParts
from moderation.inbox.fields import RowId, number_in, number_of
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.model.card import CardWords
from moderation.model.case import Ending
from moderation.model.conversation import EventGroup


def add_conversation_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the page of a conversation, and what is pressed on it; the page alone without its room."""

    @app.get("/cases/{case_id}")
    def case(request: Request, case_id: RowId) -> Response:
        return case_page(request, parts, pages, case_id)

    if parts.conversation is not None:
        _add_timeline(app, parts, parts.conversation, pages)
        _add_joins(app, parts.conversation)
        _add_card(app, parts.conversation)
        _add_leave(app, parts.conversation)
        _add_ending(app, parts, parts.conversation, pages)


def _add_timeline(app: FastAPI, parts: StaffParts, room: ConversationParts, pages: Pages) -> None:
    @app.get("/cases/{case_id}/timeline")
    def timeline(request: Request, case_id: RowId) -> Response:
        """Show everything that happened, newest first or (order=old) in order, of one group or all."""
        found = parts.case(case_id)
        if found is None:
            raise HTTPException(404)
        events = room.talks.show.events(case_id)
        asked = request.query_params.get("group", "")
        group = asked if asked in {one.value for one in EventGroup} else ""
        shown = [one for one in events if not group or one.group.value == group]
        old_first = request.query_params.get("order", "") == "old"
        return pages.show(
            request,
            "case_timeline.html.j2",
            entry=found.entry,
            events=shown[::-1] if old_first else shown,
            groups=[(one.value, sum(event.group is one for event in events)) for one in EventGroup],
            group=group,
            old_first=old_first,
            total=len(events),
        )

    @app.get("/cases/{case_id}/export.json")
    def export(case_id: RowId) -> Response:
        """Hand out all that is kept of a conversation, as a file."""
        headers = {"content-disposition": f'attachment; filename="case-{case_id}.json"'}
        return Response(room.talks.export(case_id), media_type="application/json", headers=headers)


def _add_joins(app: FastAPI, room: ConversationParts) -> None:
    @app.post("/cases/{case_id}/join")
    def join(request: Request, case_id: RowId) -> Response:
        place = room.talks.show.customer(case_id)
        room.talks.joins.join(case_id, place.conversation_id, request.state.form.get("contact", ""), request.state.session.agent)
        return back(case_id, "contacts")

    @app.post("/cases/{case_id}/unjoin")
    def unjoin(request: Request, case_id: RowId) -> Response:
        room.talks.joins.undo(case_id, number_in(request.state.form, "join"), request.state.session.agent)
        return back(case_id, "contacts")

    @app.post("/cases/{case_id}/labels")
    def label(request: Request, case_id: RowId) -> Response:
        """Correct a label where it is read; the field is "sentiment:negative", or "sentiment:" to take one's answer back."""
        mention_id = number_in(request.state.form, "mention")
        name, _, value = request.state.form.get("answer", "").partition(":")
        room.talks.corrections.correct(room.talks.show.conversations(case_id), mention_id, name, value, request.state.session.agent)
        return back(case_id, f"m-{mention_id}")


def _add_card(app: FastAPI, room: ConversationParts) -> None:
    @app.post("/cases/{case_id}/card")
    def card(request: Request, case_id: RowId) -> Response:
        form = request.state.form
        given = CardWords(**{name: form.get(name, "") for name in CardWords.__dataclass_fields__})
        room.talks.cards.keep(case_id, given, request.state.session.agent)
        return back(case_id, "card")

    @app.post("/cases/{case_id}/mark")
    def mark(request: Request, case_id: RowId) -> Response:
        form = request.state.form
        why, by_what = form.get("why", ""), form.get("avoidable_by", "")
        room.talks.cards.mark(case_id, form.get("unnecessary", ""), request.state.session.agent, avoidable_by=by_what, why=why)
        return back(case_id, "card")


def _add_leave(app: FastAPI, room: ConversationParts) -> None:
    @app.post("/cases/{case_id}/consent")
    def consent(request: Request, case_id: RowId) -> Response:
        form, agent = request.state.form, request.state.session.agent
        person_key = room.talks.show.customer(case_id).author_key
        if form.get("act", "") == "withdraw":
            room.talks.leave.withdraw(person_key, form.get("channel", ""), agent)
        else:
            room.talks.leave.consent(person_key, form.get("channel", ""), agent, source=form.get("source", ""))
        room.talks.read_signs.once()
        return back(case_id, "contacts")

    @app.post("/cases/{case_id}/opt-out")
    def opt_out(request: Request, case_id: RowId) -> Response:
        person_key = room.talks.show.customer(case_id).author_key
        room.talks.leave.opt_out(person_key, request.state.session.agent, why=request.state.form.get("why", ""))
        return back(case_id, "contacts")

    @app.post("/cases/{case_id}/opt-out/end")
    def end_opt_out(request: Request, case_id: RowId) -> Response:
        person_key = room.talks.show.customer(case_id).author_key
        room.talks.leave.end_opt_out(person_key, request.state.session.agent, why=request.state.form.get("why", ""))
        return back(case_id, "contacts")


def _add_ending(app: FastAPI, parts: StaffParts, room: ConversationParts, pages: Pages) -> None:
    @app.post("/cases/{case_id}/end")
    def end(request: Request, case_id: RowId) -> Response:
        """End the conversation as it was shown; who changed it first wins, and the other is shown how it stands."""
        form, agent = request.state.form, request.state.session.agent
        asked = form.get("ending", "")
        if asked not in [one.value for one in Ending]:
            raise ActionError("Choose how the conversation ended.", key="talk_choose")
        helper = number_of(form.get("mention", ""))
        try:
            act = room.talks.endings.end(
                case_id, agent, number_in(form, "version"), Ending(asked), helper=helper, about=form.get("about", "")
            )
        except AlreadyClaimed:
            return case_page(request, parts, pages, case_id, status=409, notice="changed")
        return RedirectResponse(f"/cases/{case_id}?did={act.act_id}", status_code=303)

    @app.post("/cases/{case_id}/thanks")
    def thank(request: Request, case_id: RowId) -> Response:
        """Keep the thank-you as a draft; it leaves when somebody presses Send."""
        text = request.state.form.get("text", "").replace("\r\n", "\n")
        room.talks.endings.thank(case_id, text, request.state.session.agent, language=pages.language(request))
        return back(case_id, "ending")

    @app.post("/cases/{case_id}/thanks/send")
    def send(request: Request, case_id: RowId) -> Response:
        room.talks.endings.send_thanks(case_id, number_in(request.state.form, "draft"), request.state.session.agent)
        return back(case_id, "ending")

    if room.make_knowledge is not None:
        make = room.make_knowledge

        @app.post("/cases/{case_id}/knowledge-from-helper")
        def knowledge(request: Request, case_id: RowId) -> Response:
            return RedirectResponse(make(case_id, number_in(request.state.form, "mention"), request.state.session.agent), status_code=303)


def back(case_id: int, part: str) -> Response:
    """Go back to a part of the case's page."""
    return RedirectResponse(f"/cases/{case_id}#{part}", status_code=303)
