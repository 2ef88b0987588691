"""What is done to a case. Each act can be taken back while nothing changed since, by its number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from listener.errors import AlreadyClaimed, NotAllowed
from moderation.inbox.api.bodies import Body, Id, Moment, Name, Number, Version, Words, Yes
from moderation.inbox.api.call import ApiCall, Call, must_be_case
from moderation.inbox.api.problems import CHANGES
from moderation.model.case import Ending
from moderation.model.case_act import ActVerb, CaseAct, Undone

SIMPLE: tuple[tuple[str, ActVerb, str], ...] = (
    ("claim", ActVerb.CLAIM, "Take a case; 409 names who has it"),
    ("release", ActVerb.RELEASE, "Give a case back"),
    ("wake", ActVerb.WAKE, "Put a snoozed case back among those that wait"),
    ("spam", ActVerb.SPAM, "Close a case as spam"),
    ("not-ours", ActVerb.NOT_OURS, "Close a case that is about somebody else"),
    ("reopen", ActVerb.REOPEN, "Take a closed case up again"),
)


class Versioned(Body):
    """The version of the case that the act was decided on."""

    version: Version


class Assigned(Versioned):
    """To whom: a colleague, who then holds it, or a team."""

    whom: Name = ""
    team: Name = ""


class Snoozed(Versioned):
    """Until when: a moment within a year, or until the issue changes."""

    until: Moment | None = None
    issue_changes: Yes = False


class Closed(Versioned):
    """How it ended. `helper_mention_id`: the message of somebody else that answered it. `about`: which action or status solved it."""

    ending: Ending
    helper_mention_id: Number | None = None
    about: Annotated[Words | None, Field()] = None


class ShownAct(BaseModel):
    """An act that was done. The case has `version` by it."""

    act_id: int
    case_id: int
    verb: ActVerb
    made_by: str
    at: datetime
    version: int


class ShownUndone(BaseModel):
    """What taking an act back did."""

    case_ids: list[int] = Field(description="Cases that are as they were.")
    refused: list[int] = Field(description="Cases that changed since, and stay as they are.")


def add_act_calls(router: APIRouter) -> None:
    """Add the calls that change a case."""
    for path, verb, summary in SIMPLE:
        _add_simple(router, path, verb, summary)

    @router.post("/cases/{case_id}/assign", summary="Give a case to a colleague or a team", tags=["cases"], responses=CHANGES)
    def assign(call: Call, case_id: Id, body: Assigned) -> ShownAct:
        if bool(body.whom) == bool(body.team):
            raise NotAllowed("Name a colleague or a team: one of both.")
        acts = call.api.acts
        return _done(call, case_id, lambda: acts.assign(case_id, call.who, body.version, whom=body.whom, team=body.team))

    @router.post(
        "/cases/{case_id}/snooze", summary="Put a case away until a moment, or until its issue changes", tags=["cases"], responses=CHANGES
    )
    def snooze(call: Call, case_id: Id, body: Snoozed) -> ShownAct:
        acts = call.api.acts
        return _done(
            call, case_id, lambda: acts.snooze(case_id, call.who, body.version, until=body.until, issue_changes=body.issue_changes)
        )

    @router.post("/cases/{case_id}/close", summary="End the work on a case", tags=["cases"], responses=CHANGES)
    def close(call: Call, case_id: Id, body: Closed) -> ShownAct:
        end, about = call.api.endings.end, body.about or ""
        return _done(call, case_id, lambda: end(case_id, call.who, body.version, body.ending, helper=body.helper_mention_id, about=about))

    @router.post(
        "/acts/{act_id}/undo", summary="Take an act back, with all that were done together with it", tags=["cases"], responses=CHANGES
    )
    def undo(call: Call, act_id: Id) -> ShownUndone:
        return _undone(call.api.acts.undo(act_id, call.who, brands=call.person.brands))


def _add_simple(router: APIRouter, path: str, verb: ActVerb, summary: str) -> None:
    @router.post(
        f"/cases/{{case_id}}/{path}", summary=summary, tags=["cases"], responses=CHANGES, operation_id=f"{verb.value}_case", name=path
    )
    def act(call: Call, case_id: Id, body: Versioned) -> ShownAct:
        acts = call.api.acts
        do = {
            ActVerb.CLAIM: acts.claim,
            ActVerb.RELEASE: acts.release,
            ActVerb.WAKE: acts.wake,
            ActVerb.SPAM: acts.spam,
            ActVerb.NOT_OURS: acts.not_ours,
            ActVerb.REOPEN: acts.reopen,
        }[verb]
        return _done(call, case_id, lambda: do(case_id, call.who, body.version))


def _done(call: ApiCall, case_id: int, do: Callable[[], CaseAct]) -> ShownAct:
    """Do an act; when somebody was first, say who holds the case now."""
    must_be_case(call, case_id)
    try:
        return act_shown(do())
    except AlreadyClaimed as error:
        found = call.api.inbox.show(case_id)
        raise AlreadyClaimed(str(error), fields={"holder": found.summary.holder if found else ""}) from error


def act_shown(one: CaseAct) -> ShownAct:
    """Return an act for an answer."""
    return ShownAct(act_id=one.act_id, case_id=one.case_id, verb=one.verb, made_by=one.made_by, at=one.at, version=one.version)


def _undone(one: Undone) -> ShownUndone:
    return ShownUndone(case_ids=list(one.case_ids), refused=[refusal.case_id for refusal in one.refused])
