"""What people do to issues. An act names the newest act that was known: two people cannot undo each other's work unseen."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from listener.errors import ActionError
from listener.model.issue import IssueAct
from listener.workflows.split_issue import Half
from moderation.inbox.api.bodies import Body, Id, Name, Number, Words
from moderation.inbox.api.call import ApiCall, Call, Items
from moderation.inbox.api.problems import CHANGES, answers
from moderation.inbox.parts import there
from moderation.model.matrix import Quadrant
from moderation.workflows.edit_issues import EditIssues, mark_of, shared

MATRIX_DAYS = 14


class Seen(Body):
    """The number of the newest act on the issue that was known; 0 when there was none."""

    seen: Annotated[int, Field(strict=True, ge=0, le=2**63 - 1)]


class Renamed(Seen):
    """A title by a person, for good."""

    title: Words


class Marked(Seen):
    """What is put on the issue, or taken off."""

    mark: Literal["mute", "unmute", "pin", "unpin", "resolve", "reopen"]


class Merged(Seen):
    """The issue that this one goes into, with all its messages."""

    issue_id: Number


class Split(Seen):
    """Which half goes into an issue of its own, as `halves` names it, and its title; empty takes words of its own."""

    half: Annotated[str, Field(strict=True, pattern=r"^[0-9a-f]{16}$", description="The `half` that was read; other messages change it.")]
    title: Name = ""


class ShownHalf(BaseModel):
    """One half that is found in an issue."""

    half: str = Field(description="Names exactly these messages.")
    title: str
    mentions: int
    examples: list[str]


class Halves(BaseModel):
    """The two halves of an issue, the larger first."""

    items: list[ShownHalf]
    why: str = Field(description="Why there are none; empty when there are.")


class Placed(Body):
    """The quadrant that a person puts an issue in; null gives the place back to cause and sentiment."""

    quadrant: Quadrant | None


class ShownPlace(BaseModel):
    """Where an issue sits in the matrix of value and irritation."""

    issue_id: int
    quadrant: Quadrant | None = Field(description="Null while nothing says where it sits.")
    by: str = Field(description="Who put it there; empty while cause and sentiment say so.")


class ShownIssueAct(BaseModel):
    """One thing that a person did to an issue."""

    act_id: int
    verb: str
    detail: str
    by: str
    at: datetime
    other_issue_id: int | None
    undone: bool


def add_issue_act_calls(router: APIRouter) -> None:
    """Add the calls that change an issue."""

    @router.get("/issues/{issue_id}/acts", summary="What people did to an issue, newest first", tags=["issues"], responses=answers(404))
    def acts(call: Call, issue_id: Id) -> Items[ShownIssueAct]:
        _must_be(call, issue_id)
        return _acts(call, issue_id)

    @router.post("/issues/{issue_id}/rename", summary="Give an issue a title", tags=["issues"], responses=CHANGES)
    def rename(call: Call, issue_id: Id, body: Renamed) -> Items[ShownIssueAct]:
        _edits(call, issue_id).rename(issue_id, body.title, by=call.who, seen=body.seen)
        return _acts(call, issue_id)

    @router.post("/issues/{issue_id}/mark", summary="Mute, pin or resolve an issue, or take that off", tags=["issues"], responses=CHANGES)
    def mark(call: Call, issue_id: Id, body: Marked) -> Items[ShownIssueAct]:
        _edits(call, issue_id).mark(issue_id, body.mark, by=call.who, seen=body.seen)
        return _acts(call, issue_id)

    @router.post("/issues/{issue_id}/merge", summary="Put an issue into another", tags=["issues"], responses=CHANGES)
    def merge(call: Call, issue_id: Id, body: Merged) -> Items[ShownIssueAct]:
        edits = _edits(call, issue_id)
        _must_be(call, body.issue_id)
        edits.merge(issue_id, body.issue_id, by=call.who, seen=body.seen)
        return _acts(call, issue_id)

    _add_split(router)

    @router.post("/issues/{issue_id}/place", summary="Put an issue in a quadrant of the matrix", tags=["issues"], responses=CHANGES)
    def place(call: Call, issue_id: Id, body: Placed) -> ShownPlace:
        _edits(call, issue_id).place(issue_id, body.quadrant, by=call.who)
        found = there(call.parts.issue_room).places(call.person.brands, MATRIX_DAYS).get(issue_id)
        return ShownPlace(issue_id=issue_id, quadrant=found.quadrant if found else None, by=found.by if found else "")

    @router.post("/issues/{issue_id}/undo", summary="Take back the last act that stands", tags=["issues"], responses=CHANGES)
    def undo(call: Call, issue_id: Id, body: Seen) -> Items[ShownIssueAct]:
        _edits(call, issue_id).undo(issue_id, by=call.who, seen=body.seen)
        return _acts(call, issue_id)


def _add_split(router: APIRouter) -> None:
    @router.get("/issues/{issue_id}/halves", summary="The two halves that an issue falls into, if", tags=["issues"], responses=answers(404))
    def halves(call: Call, issue_id: Id) -> Halves:
        edits = _edits(call, issue_id)
        if not edits.may_change(issue_id):
            raise shared()
        try:
            return Halves(items=[_half(one) for one in edits.halves(issue_id)], why="")
        except ActionError as error:
            return Halves(items=[], why=str(error))

    @router.post("/issues/{issue_id}/split", summary="Split a half off, as an issue of its own", tags=["issues"], responses=CHANGES)
    def split(call: Call, issue_id: Id, body: Split) -> Items[ShownIssueAct]:
        """The newest act names the new issue."""
        _edits(call, issue_id).split(issue_id, body.half, body.title, by=call.who, seen=body.seen)
        return _acts(call, issue_id)


def _must_be(call: ApiCall, issue_id: int) -> None:
    """Answer 404 for an issue that was never there; one that was merged still has its acts."""
    if not call.api.is_issue(issue_id):
        raise HTTPException(404)


def _edits(call: ApiCall, issue_id: int) -> EditIssues:
    _must_be(call, issue_id)
    return there(call.parts.issue_room).edits


def _half(one: Half) -> ShownHalf:
    return ShownHalf(half=mark_of(one), title=one.title, mentions=len(one.mention_ids), examples=list(one.examples))


def _acts(call: ApiCall, issue_id: int) -> Items[ShownIssueAct]:
    found = call.api.issue_acts(issue_id)
    return Items[ShownIssueAct](items=[_shown(one) for one in reversed(found)], next="")


def _shown(one: IssueAct) -> ShownIssueAct:
    return ShownIssueAct(
        act_id=one.act_id,
        verb=one.verb,
        detail=one.detail,
        by=one.by,
        at=one.at,
        other_issue_id=one.other_issue_id,
        undone=one.undone,
    )
