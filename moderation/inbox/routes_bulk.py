"""Many cases at once: what will happen and to how many is shown first, then it is done, and can be taken back."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import ActionError
from moderation.inbox.act_fields import ENDINGS, UNTIL, act_of, cases_of
from moderation.inbox.done import with_notice
from moderation.inbox.page_records import QueueEntry
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.inbox.queue_choice import address, from_query, query_of
from moderation.model.case_act import ActVerb
from moderation.model.person import Person
from moderation.workflows.case_acts import MOST_AT_ONCE


def add_bulk_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the page that says what will happen to the ticked cases, and the form that does it."""
    room = parts.queue

    @app.get("/queue/bulk")
    def look(request: Request) -> Response:
        """Show how many cases there are, which stay as they are, and what is asked of the rest. Changes nothing."""
        person: Person = request.state.person
        verb = _verb(request.query_params.get("act", ""))
        choice = from_query(request.query_params.get("query", ""))
        if request.query_params.get("every", "") == "1":
            entries = room.every(choice, person, MOST_AT_ONCE)
        else:
            ticked = [case_id for case_id, _ in cases_of(" ".join(request.query_params.getlist("case")[:MOST_AT_ONCE]))]
            entries = room.entries(ticked, person)
        left = [entry for entry in entries if not fits(entry, verb, person.name)]
        going = [entry for entry in entries if fits(entry, verb, person.name)]
        known = room.colleagues()
        return pages.show(
            request,
            "queue_bulk.html.j2",
            verb=verb.value,
            going=going,
            left=left,
            cases=" ".join(f"{entry.case_id}.{entry.version}" for entry in going),
            query=query_of(choice),
            back=address(choice),
            names=sorted(known.names),
            teams=sorted(known.teams),
            until=UNTIL,
            endings=[ending.value for ending in ENDINGS],
            most=MOST_AT_ONCE,
        )

    @app.post("/queue/bulk")
    def do(request: Request) -> Response:
        form, person = request.state.form, request.state.person
        new = act_of(_verb(form.get("act", "")), form, now=parts.clock.now(), zone=parts.zone)
        done = room.bulk(new, cases_of(form.get("cases", "")), person)
        if done.act_id is None:
            raise ActionError(done.refused[0].why if done.refused else "No case was chosen.", key="" if done.refused else "bulk_none")
        back = address(from_query(form.get("query", "")))
        return RedirectResponse(with_notice(back, did=done.act_id, left=len(done.refused)), status_code=303)


def fits(entry: QueueEntry, verb: ActVerb, me: str) -> bool:
    """Tell whether an act would be done to a case as it is shown; the ledger decides when it is."""
    if entry.state == "closed" or verb is ActVerb.REOPEN:
        return entry.state == "closed" and verb is ActVerb.REOPEN
    if verb is ActVerb.ASSIGN:
        return True
    if entry.holder not in ("", me):
        return False
    if verb is ActVerb.RELEASE:
        return entry.holder == me
    return verb is not ActVerb.WAKE or entry.snoozed_until is not None or entry.snoozed_issue


def _verb(written: str) -> ActVerb:
    try:
        return ActVerb(written)
    except ValueError as error:
        raise HTTPException(404) from error
