"""Who is waiting: the queue a page at a time, what comes next, and what is done to one case."""

from __future__ import annotations

from dataclasses import replace

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import AlreadyClaimed
from moderation.inbox.act_fields import BULK_VERBS, act_of
from moderation.inbox.case_page import case_page
from moderation.inbox.done import with_notice
from moderation.inbox.fields import RowId, number_in, own_path
from moderation.inbox.pages import Pages
from moderation.inbox.paging import page_asked, pages_in
from moderation.inbox.parts import StaffParts
from moderation.inbox.queue_choice import STATES, TEXTS, address, asked, choice_of, from_query, query_of
from moderation.model.case_act import ActVerb
from moderation.model.clock import ClockState
from moderation.model.person import Person, Right
from moderation.model.queue import Order, Tab

LONG_WAITS = (1, 4, 8, 24, 72)
"""Hours that the queue can be narrowed to with one choice."""
ONE_BY_ONE = tuple(verb for verb in BULK_VERBS if verb is not ActVerb.CLOSE)
"""What a form does to one case, at an address of that name. Ending one has a form of its own on the case's page."""
GOES_ON = frozenset({ActVerb.CLAIM, ActVerb.ASSIGN, ActVerb.WAKE, ActVerb.REOPEN})
"""After these the case stays open before whoever did it; after the others they are back at the queue."""


def add_queue_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the queue and the acts on one case."""
    room = parts.queue

    @app.get("/queue")
    def queue(request: Request) -> Response:
        return _queue_page(request, parts, pages)

    @app.post("/queue/next")
    def take_next(request: Request) -> Response:
        """Take what comes next within what is shown, and open it."""
        choice = from_query(request.state.form.get("query", ""))
        act = room.take_next(choice, request.state.person)
        if act is None:
            return RedirectResponse(address(choice, none="1"), status_code=303)
        return RedirectResponse(f"/cases/{act.case_id}?did={act.act_id}", status_code=303)

    for verb in ONE_BY_ONE:
        _add_act(app, parts, pages, verb)

    @app.post("/acts/{act_id}/undo")
    def undo(request: Request, act_id: RowId) -> Response:
        """Take an act back, while nothing changed since; a page elsewhere may still show it."""
        undone = room.undo(act_id, request.state.person)
        back = own_path(request.state.form.get("back", "/queue"))
        return RedirectResponse(with_notice(back, undone=len(undone.case_ids), left=len(undone.refused)), status_code=303)


def _queue_page(request: Request, parts: StaffParts, pages: Pages) -> Response:
    """Return the page of the queue that the address asks for; past the last one it leads to the last."""
    room = parts.queue
    person: Person = request.state.person
    choice, page = choice_of(request.query_params), page_asked(request.query_params.get("page", ""))
    shown = room.page(choice, person, page)
    last = pages_in(shown.total, room.size)
    if page > last:
        return RedirectResponse(address(choice, page=str(last) if last > 1 else ""), status_code=303)
    fields = asked(choice)
    return pages.show(
        request,
        "queue.html.j2",
        shown=shown,
        questions=parts.conversation.talks.questions.count_for(person) if parts.conversation else 0,
        choice=choice,
        query=query_of(choice),
        fields=fields,
        narrowed=[(name, value) for name, value in fields.items() if name not in ("tab", "order")],
        address=lambda **changed: address(choice, **changed),
        tab_address=lambda tab: address(replace(choice, tab=Tab(tab))),
        page=page,
        last=last,
        size=room.size,
        tabs=list(Tab),
        texts=TEXTS,
        states=STATES,
        clocks=list(ClockState),
        orders=list(Order),
        long_waits=LONG_WAITS,
        bulk_verbs=[verb.value for verb in BULK_VERBS],
        views=room.views.of(person),
        person=person,
        may_answer=person.may(Right.ANSWER),
        none_left=request.query_params.get("none", "") == "1",
    )


def _add_act(app: FastAPI, parts: StaffParts, pages: Pages, verb: ActVerb) -> None:
    @app.post(f"/cases/{{case_id}}/{verb.value.replace('_', '-')}")
    def act(request: Request, case_id: RowId) -> Response:
        """Do it to the case as it was shown: the version sent back decides between two people, not who looks first."""
        form = request.state.form
        new = act_of(verb, form, now=parts.clock.now(), zone=parts.zone)
        try:
            done = parts.queue.act(new, case_id, number_in(form, "version"), request.state.person.name)
        except AlreadyClaimed:
            return case_page(request, parts, pages, case_id, status=409, notice="taken" if verb is ActVerb.CLAIM else "changed")
        back = form.get("back", "")
        then = f"/cases/{case_id}" if verb in GOES_ON else "/queue"
        return RedirectResponse(with_notice(own_path(back) if back else then, did=done.act_id), status_code=303)
