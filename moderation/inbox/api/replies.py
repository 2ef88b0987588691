"""Replies: word one for a case one holds, look at it, and send one's own. Approving a colleague's is pressed on a page."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from listener.errors import NotAllowed
from moderation.inbox.api.bodies import Body, Id, Text
from moderation.inbox.api.call import Call, must_be_case
from moderation.inbox.api.outbox import ShownEntry, entry_of
from moderation.inbox.api.problems import CHANGES, answers
from moderation.inbox.parts import there
from moderation.model.outbox import Draft, DraftState
from moderation.model.post import PostKind
from moderation.model.reply import Look
from moderation.model.reply import Words as TypedWords
from moderation.policy.people import same_person


class NewReply(Body):
    """The words of a reply to the customer's latest message; our signature is added."""

    text: Text
    language: Literal["nl", "en"] = "nl"


class ShownDraft(BaseModel):
    """A text that waits to be sent. It never changes: another text is another draft."""

    draft_id: int
    state: DraftState
    kind: PostKind
    platform: str
    text: str = Field(description="Exactly what would leave.")
    language: str
    author: str
    made_at: datetime
    case_id: int | None
    issue_id: int | None


class ShownHit(BaseModel):
    """A word that may put people off, from one sign to another, why, and what can be said instead."""

    start: int
    end: int
    found: str
    why: str
    instead: list[str]


class ShownRule(BaseModel):
    """A rule that will not let the text leave."""

    rule: str
    words: str


class ShownLook(BaseModel):
    """What a look at a text finds. Only a text that is too long, has blanks or meets a rule is kept from leaving."""

    counted: int | None = Field(description="How long it is as its platform counts; null when no account answers there.")
    most: int | None
    hits: list[ShownHit]
    forbidden: list[ShownRule]
    blanks: list[str]


def add_reply_calls(router: APIRouter) -> None:
    """Add the calls about replies."""

    @router.post(
        "/cases/{case_id}/drafts",
        summary="Word a reply; 409 says which rule forbids it",
        tags=["replies"],
        responses=answers(404, 409, 413, 415, 429),
        status_code=201,
    )
    def draft(call: Call, case_id: Id, body: NewReply) -> ShownDraft:
        must_be_case(call, case_id)
        return _draft(call.api.inbox.draft_reply(case_id, call.who, body.text, language=body.language))

    @router.post(
        "/cases/{case_id}/drafts/check",
        summary="Look at a text before it is kept: length, words that put people off, rules that forbid it",
        tags=["replies"],
        responses=answers(404, 409, 413, 415, 429),
    )
    def check(call: Call, case_id: Id, body: NewReply) -> ShownLook:
        must_be_case(call, case_id)
        words = TypedWords(text=body.text, language=body.language)
        return _look(there(call.parts.reply).desk.write.look(case_id, words, call.person, language=body.language))

    @router.get("/drafts/{draft_id}", summary="One draft", tags=["replies"], responses=answers(404))
    def one(call: Call, draft_id: Id) -> ShownDraft:
        found = call.api.draft(draft_id)
        if found is None:
            raise HTTPException(404)
        return _draft(found)

    @router.post(
        "/drafts/{draft_id}/send",
        summary="Send one's own reply: the call is the approval; again gives the same entry",
        tags=["replies"],
        responses=CHANGES,
    )
    def send(call: Call, draft_id: Id) -> ShownEntry:
        found = call.api.draft(draft_id)
        if found is None:
            raise HTTPException(404)
        if not same_person(found.author, call.who):
            raise NotAllowed(f"{found.author} wrote this; a colleague's text is approved on a page, after a fresh sign-in.")
        return entry_of(call.api.inbox.send(draft_id, call.who))


def _look(found: Look) -> ShownLook:
    return ShownLook(
        counted=found.measured.counted if found.measured else None,
        most=found.measured.limits.most if found.measured else None,
        hits=[ShownHit(start=one.start, end=one.end, found=one.found, why=one.why, instead=list(one.instead)) for one in found.hits],
        forbidden=[ShownRule(rule=one.rule, words=one.words) for one in found.forbidden],
        blanks=list(found.blanks),
    )


def _draft(one: Draft) -> ShownDraft:
    return ShownDraft(
        draft_id=one.draft_id,
        state=one.state,
        kind=one.kind,
        platform=one.target.platform,
        text=one.text,
        language=one.language,
        author=one.author,
        made_at=one.made_at,
        case_id=one.case_id,
        issue_id=one.issue_id,
    )
