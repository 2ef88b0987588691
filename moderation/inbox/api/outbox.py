"""What leaves in our name: entries, taking one back, and stopping everything. Letting sends go on again is pressed on a page."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from moderation.inbox.api.bodies import Asked, Body, Id, Words
from moderation.inbox.api.call import Call, Items, paged
from moderation.inbox.api.problems import CHANGES, answers
from moderation.inbox.parts import there
from moderation.model.alarm import Alarm
from moderation.model.outbox import EntryState, OutboxEntry
from moderation.model.post import PostKind


class ShownEntry(BaseModel):
    """One approved post and what became of it."""

    entry_id: int
    draft_id: int
    state: EntryState
    kind: PostKind
    platform: str
    realm: str
    account: str
    text: str
    language: str
    approved_by: str
    approved_at: datetime
    expires_at: datetime
    changed_at: datetime
    attempt: int
    case_id: int | None
    issue_id: int | None
    url: str
    reason: str = Field(description="A key that says why it did not go out; empty when nothing is wrong.")


class EntryAsked(Asked):
    """What the list is narrowed to."""

    state: EntryState | None = None


class Why(Body):
    """Why a post is taken back; kept with it."""

    why: Words


class LookedUp(Body):
    """What a person found on the platform: where the post stands (its link, or the platform's id), or null when it is not there."""

    there: Words | None


class ShownResolved(BaseModel):
    """What became of an entry that needed a person, and the draft that is offered instead of one that is not there."""

    entry: ShownEntry
    draft_id: int | None


class ShownAlarm(BaseModel):
    """Something that a person should look at now."""

    alarm_id: int
    kind: str
    about: str = Field(description="An entry's number, or an account.")
    note: str
    raised_at: datetime


class Stopped(BaseModel):
    """Whether sends go on."""

    stopped_by: str = Field(description="Who or what stopped them; empty while they go on.")


def entry_of(one: OutboxEntry) -> ShownEntry:
    """Return an entry for an answer; the keys that bind it stay here."""
    post = one.post
    return ShownEntry(
        entry_id=one.entry_id,
        draft_id=one.draft_id,
        state=one.state,
        kind=post.kind,
        platform=post.target.platform,
        realm=post.target.realm,
        account=post.account.name,
        text=post.text,
        language=one.language,
        approved_by=one.approved_by,
        approved_at=one.approved_at,
        expires_at=one.expires_at,
        changed_at=one.changed_at,
        attempt=one.attempt,
        case_id=one.case_id,
        issue_id=one.issue_id,
        url=one.url,
        reason=one.reason,
    )


def add_outbox_calls(router: APIRouter) -> None:
    """Add the calls about the outbox."""

    @router.get("/outbox", summary="The newest approved posts, newest first", tags=["outbox"], responses=answers())
    def entries(call: Call, asked: Annotated[EntryAsked, Query()]) -> Items[ShownEntry]:
        found = there(call.parts.outbox).now([asked.state] if asked.state else []).entries
        return Items[ShownEntry].model_validate(paged(found, at=asked.at, limit=asked.limit, show=entry_of))

    _add_alarms(router)

    @router.get("/outbox/{entry_id}", summary="One approved post", tags=["outbox"], responses=answers(404))
    def entry(call: Call, entry_id: Id) -> ShownEntry:
        found = call.api.entry(entry_id)
        if found is None:
            raise HTTPException(404)
        return entry_of(found)

    @router.post(
        "/outbox/{entry_id}/cancel",
        summary="Take an approval back before it leaves",
        tags=["outbox"],
        responses=CHANGES,
    )
    def cancel(call: Call, entry_id: Id, body: Why) -> ShownEntry:
        if call.api.entry(entry_id) is None:
            raise HTTPException(404)
        return entry_of(call.api.outbox.cancel(entry_id, call.who, body.why))

    @router.post(
        "/outbox/{entry_id}/resolve", summary="Say whether a post is there, that nobody knew of", tags=["outbox"], responses=CHANGES
    )
    def resolve(call: Call, entry_id: Id, body: LookedUp) -> ShownResolved:
        if call.api.entry(entry_id) is None:
            raise HTTPException(404)
        done = call.api.outbox.resolve(entry_id, call.who, body.there)
        return ShownResolved(entry=entry_of(done.entry), draft_id=done.draft.draft_id if done.draft else None)

    @router.post(
        "/outbox/stop", summary="Stop every send, of every brand, now; again changes nothing", tags=["outbox"], responses=answers(413, 415)
    )
    def stop(call: Call) -> Stopped:
        if not call.api.outbox.stopped():
            call.api.outbox.stop(call.who)
        return Stopped(stopped_by=call.api.outbox.stopped())


def _add_alarms(router: APIRouter) -> None:
    @router.get("/outbox/alarms", summary="What somebody should look at, and nobody saw yet", tags=["outbox"], responses=answers())
    def alarms(call: Call) -> Items[ShownAlarm]:
        found = there(call.parts.outbox).now([EntryState.NEEDS_HUMAN]).alarms
        return Items[ShownAlarm](items=[_alarm(one) for one in found], next="")

    @router.post("/outbox/alarms/{alarm_id}/seen", summary="Say that one looked at it", tags=["outbox"], responses=CHANGES)
    def seen(call: Call, alarm_id: Id) -> Items[ShownAlarm]:
        room = there(call.parts.outbox)
        if all(one.alarm_id != alarm_id for one in room.now([EntryState.NEEDS_HUMAN]).alarms):
            raise HTTPException(404)
        room.seen(alarm_id, call.who)
        return alarms(call)


def _alarm(one: Alarm) -> ShownAlarm:
    return ShownAlarm(alarm_id=one.alarm_id, kind=one.kind, about=one.subject, note=one.note, raised_at=one.raised_at)
