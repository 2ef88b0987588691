"""Who is waiting: the queue a page at a time, what comes next, and what is done to one case."""

from __future__ import annotations

from dataclasses import replace

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import ActionError, AlreadyClaimed
from moderation.inbox.act_fields import BULK_VERBS, act_of
from moderation.inbox.case_page import case_page
from moderation.inbox.fields import RowId, number_of
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.inbox.queue_choice import STATES, TEXTS, address, asked, choice_of, from_query, page_of, query_of
from moderation.inbox.routes_account import own_path
from moderation.model.case_act import ActVerb
from moderation.model.clock import ClockState
from moderation.model.person import Person, Right
from moderation.model.queue import Order, Tab

LONG_WAITS = (1, 4, 8, 24, 72)
"""Hours that the queue can be narrowed to with one choice."""


def add_queue_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the queue and the acts on one case."""
    room = parts.queue

    @app.get("/queue")
    def queue(request: Request) -> Response:
        person: Person = request.state.person
        choice, page = choice_of(request.query_params), page_of(request.query_params)
        shown = room.page(choice, person, page)
        last = max(1, -(-shown.total // room.size))
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

    @app.post("/queue/next")
    def take_next(request: Request) -> Response:
        """Take what comes next within what is shown, and open it."""
        choice = from_query(request.state.form.get("query", ""))
        act = room.take_next(choice, request.state.person)
        if act is None:
            return RedirectResponse(address(choice, none="1"), status_code=303)
        return RedirectResponse(f"/cases/{act.case_id}?did={act.act_id}", status_code=303)

    @app.post("/cases/{case_id}/claim")
    def claim(request: Request, case_id: RowId) -> Response:
        """Take the case as it was shown: the version sent back decides between two people, not who looks first."""
        return _do(request, case_id, ActVerb.CLAIM, f"/cases/{case_id}", "taken")

    @app.post("/cases/{case_id}/release")
    def release(request: Request, case_id: RowId) -> Response:
        return _do(request, case_id, ActVerb.RELEASE, "/queue", "changed")

    @app.post("/cases/{case_id}/assign")
    def assign(request: Request, case_id: RowId) -> Response:
        return _do(request, case_id, ActVerb.ASSIGN, f"/cases/{case_id}", "changed")

    @app.post("/cases/{case_id}/snooze")
    def snooze(request: Request, case_id: RowId) -> Response:
        return _do(request, case_id, ActVerb.SNOOZE, "/queue", "changed")

    @app.post("/cases/{case_id}/wake")
    def wake(request: Request, case_id: RowId) -> Response:
        return _do(request, case_id, ActVerb.WAKE, f"/cases/{case_id}", "changed")

    @app.post("/cases/{case_id}/spam")
    def spam(request: Request, case_id: RowId) -> Response:
        return _do(request, case_id, ActVerb.SPAM, "/queue", "changed")

    @app.post("/cases/{case_id}/not-ours")
    def not_ours(request: Request, case_id: RowId) -> Response:
        return _do(request, case_id, ActVerb.NOT_OURS, "/queue", "changed")

    @app.post("/cases/{case_id}/reopen")
    def reopen(request: Request, case_id: RowId) -> Response:
        return _do(request, case_id, ActVerb.REOPEN, f"/cases/{case_id}", "changed")

    @app.post("/acts/{act_id}/undo")
    def undo(request: Request, act_id: RowId) -> Response:
        """Take an act back, while nothing changed since; a page elsewhere may still show it."""
        undone = room.undo(act_id, request.state.person)
        back = own_path(request.state.form.get("back", "/queue"))
        return RedirectResponse(with_notice(back, undone=len(undone.case_ids), left=len(undone.refused)), status_code=303)

    def _do(request: Request, case_id: int, verb: ActVerb, then: str, notice: str) -> Response:
        new = act_of(verb, request.state.form, now=parts.clock.now(), zone=parts.zone)
        try:
            act = room.act(new, case_id, _version(request), request.state.person.name)
        except AlreadyClaimed:
            return case_page(request, parts, pages, case_id, status=409, notice=notice)
        back = request.state.form.get("back", "")
        return RedirectResponse(with_notice(own_path(back) if back else then, did=act.act_id), status_code=303)


def with_notice(path: str, **numbers: int) -> str:
    """Return a path that makes the page say what was just done; a number that is 0 says nothing."""
    bare = "&".join(
        part for part in path.partition("?")[2].split("&") if part and part.partition("=")[0] not in ("did", "undone", "left", "none")
    )
    said = "&".join([*([bare] if bare else []), *(f"{name}={number}" for name, number in numbers.items() if number)])
    return path.partition("?")[0] + (f"?{said}" if said else "")


def _version(request: Request) -> int:
    version = number_of(request.state.form.get("version", ""))
    if version is None:
        raise ActionError("This form is incomplete; open the case again.")
    return version
