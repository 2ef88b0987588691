"""Many cases at once, and the next one: what will happen and to how many is told first, and exactly that is done, or nothing."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from listener.errors import NotAllowed
from moderation.inbox.act_fields import ENDINGS
from moderation.inbox.api.bodies import Moment, Name, Number, Yes
from moderation.inbox.api.call import ApiCall, Call
from moderation.inbox.api.case_acts import ShownAct, act_shown
from moderation.inbox.api.choices import Choice
from moderation.inbox.api.problems import CHANGES
from moderation.inbox.page_records import QueueEntry
from moderation.inbox.routes_bulk import fits
from moderation.model.case import Ending
from moderation.model.case_act import ActVerb, NewAct
from moderation.workflows.case_acts import MOST_AT_ONCE

Shown = Annotated[str, Field(strict=True, pattern=r"^[0-9a-f]{64}$", description="The `shown` of the look; other cases have another.")]


class Bulk(Choice):
    """What is to be done, and to which cases: those named, or with none named the first 500 of the choice.

    `whom` or `for_team` go with assign, `until` or `issue_changes` with snooze, `ending` with close.
    """

    verb: ActVerb
    case_ids: Annotated[list[Number], Field(max_length=MOST_AT_ONCE, default_factory=list)]
    whom: Name = ""
    for_team: Name = ""
    until: Moment | None = None
    issue_changes: Yes = False
    ending: Ending | None = None

    def act(self) -> NewAct:
        """Return the act. Raises `NotAllowed` for one that leaves out what it needs."""
        if self.verb is ActVerb.ASSIGN and bool(self.whom) == bool(self.for_team):
            raise NotAllowed("Name a colleague or a team: one of both.")
        if self.verb is ActVerb.SNOOZE and (self.until is None) is not self.issue_changes:
            raise NotAllowed("Say until when, or until the issue changes: one of both.", key="case_until")
        if self.verb is ActVerb.CLOSE and self.ending not in ENDINGS:
            raise NotAllowed("Say how the conversation ended.", key="case_ending")
        return NewAct(
            verb=self.verb,
            whom=self.whom,
            team=self.for_team,
            until=self.until,
            issue_changes=self.issue_changes,
            ending=self.ending if self.verb is ActVerb.CLOSE else None,
        )


class LookedAt(Bulk):
    """The same once more, with the count and the name of what the look told."""

    count: Annotated[int, Field(strict=True, ge=0, le=MOST_AT_ONCE)]
    shown: Shown


class ShownVersion(BaseModel):
    """A case as it was looked at."""

    case_id: int
    version: int


class ShownLook(BaseModel):
    """What would be done; nothing is changed by looking. `count` and `shown` go back with the act."""

    count: int = Field(description="How many cases it would be done to.")
    going: list[ShownVersion]
    left: list[int] = Field(description="Cases that stay as they are: closed already, or a colleague's.")
    missing: list[int] = Field(description="Numbers that were named and are no case, or not yours to see.")
    shown: str


class ShownBulk(BaseModel):
    """What was done. `act_id` takes all of it back."""

    act_id: int | None
    done: list[ShownAct]
    refused: list[int] = Field(description="Cases that changed in the same moment, and stay as they are.")


class Taken(BaseModel):
    """The case that was taken; null when none is left in this choice."""

    act: ShownAct | None


def add_queue_calls(router: APIRouter) -> None:
    """Add the calls about the queue as a whole."""

    @router.post("/queue/next", summary="Take what comes next within a choice", tags=["cases"], responses=CHANGES)
    def take_next(call: Call, body: Choice) -> Taken:
        act = call.parts.queue.take_next(body.choice(), call.person)
        return Taken(act=act_shown(act) if act else None)

    @router.post("/queue/bulk/look", summary="How many cases an act would be done to, and to which", tags=["cases"], responses=CHANGES)
    def look(call: Call, body: Bulk) -> ShownLook:
        return _look(call, body)

    @router.post(
        "/queue/bulk",
        summary="Do one act to exactly the cases that were looked at; 409 when they are others by now",
        tags=["cases"],
        responses=CHANGES,
    )
    def do(call: Call, body: LookedAt) -> ShownBulk:
        act, now = body.act(), _look(call, body)
        if (now.count, now.shown) != (body.count, body.shown):
            raise NotAllowed(f"This would be done to {now.count} cases, and not the {body.count} that were looked at: look again.")
        if not now.going:
            raise NotAllowed("No case was chosen.", key="bulk_none")
        done = call.parts.queue.bulk(act, [(one.case_id, one.version) for one in now.going], call.person)
        return ShownBulk(act_id=done.act_id, done=[act_shown(one) for one in done.done], refused=[one.case_id for one in done.refused])


def _look(call: ApiCall, body: Bulk) -> ShownLook:
    """Return what would be done now; nothing is changed. Raises `NotAllowed` for an act that leaves out what it needs."""
    act, room = body.act(), call.parts.queue
    asked = sorted(set(body.case_ids))
    entries = room.entries(asked, call.person) if asked else room.every(body.choice(), call.person, MOST_AT_ONCE)
    going = [one for one in entries if fits(one, body.verb, call.who)]
    there = {one.case_id for one in entries}
    return ShownLook(
        count=len(going),
        going=[ShownVersion(case_id=one.case_id, version=one.version) for one in going],
        left=[one.case_id for one in entries if one not in going],
        missing=[one for one in asked if one not in there],
        shown=_named(act, going),
    )


def _named(act: NewAct, going: list[QueueEntry]) -> str:
    """Return what names this act on these cases at these versions, in any order."""
    what = [act.verb.value, act.whom, act.team, act.until.isoformat() if act.until else "", act.issue_changes, str(act.ending or "")]
    return hashlib.sha256(json.dumps([what, sorted((one.case_id, one.version) for one in going)]).encode()).hexdigest()
