"""Replies: word one for a case one holds, look at it, and send one's own, exactly as it was read. Approving a colleague's is pressed on a
page."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from listener.errors import NotAllowed
from moderation.inbox.api.bodies import Body, Id, Text, Words
from moderation.inbox.api.call import ApiCall, Call, found, must_be_case
from moderation.inbox.api.outbox import ShownEntry, entry_of
from moderation.inbox.api.problems import CHANGES, answers
from moderation.inbox.parts import there
from moderation.model.outbox import Draft, DraftState
from moderation.model.post import PostKind
from moderation.model.reply import Look
from moderation.model.reply import Words as TypedWords
from moderation.policy.people import same_person
from moderation.workflows.send_reply import seen_of


class NewReply(Body):
    """The words of a reply to the customer's latest message; our signature is added."""

    text: Text
    language: Literal["nl", "en"] = "nl"


Hash = Annotated[str, Field(strict=True, pattern=r"^[0-9a-f]{64}$", description="The `shown` of the draft that was read.")]

Seen = Annotated[str, Field(strict=True, pattern=r"^[0-9]{1,18}\.[0-9]{1,18}$", description="The `case_seen` of the draft that was read.")]


class Approved(Body):
    """What was read: the draft as it would leave, and how its conversation stood. Another one of either is answered 409."""

    shown: Hash
    case_seen: Seen


class Asked(Body):
    """What was read, that somebody else is to approve."""

    shown: Hash


class GivenBack(Body):
    """What should be different."""

    note: Words


class ShownDraft(BaseModel):
    """A text that waits to be sent. It never changes: another text is another draft. `shown` and `case_seen` are named to send it."""

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
    shown: str = Field(description="Names account, place and words together; empty where no account of ours can speak.")
    case_seen: str = Field(description="Names how the conversation stands: its version and newest message; empty for what answers no case.")


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
    """Add the calls about replies: wording one, and what becomes of it."""
    _add_wording(router)
    _add_sending(router)


def _add_wording(router: APIRouter) -> None:
    @router.post(
        "/cases/{case_id}/drafts",
        summary="Word a reply; 409 says which rule forbids it",
        tags=["replies"],
        responses=answers(404, 409, 413, 415, 429),
        status_code=201,
    )
    def draft(call: Call, case_id: Id, body: NewReply) -> ShownDraft:
        must_be_case(call, case_id)
        return _draft(call, call.api.inbox.draft_reply(case_id, call.who, body.text, language=body.language))

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
        return _draft(call, found(call.api.draft(draft_id)))


def _add_sending(router: APIRouter) -> None:
    @router.post(
        "/drafts/{draft_id}/send",
        summary="Send one's own reply, exactly as it was read: the call is the approval; again gives the same entry",
        tags=["replies"],
        responses=CHANGES,
    )
    def send(call: Call, draft_id: Id, body: Approved) -> ShownEntry:
        draft = found(call.api.draft(draft_id))
        if not same_person(draft.author, call.who):
            raise NotAllowed(f"{draft.author} wrote this; a colleague's text is approved on a page, after a fresh sign-in.")
        if draft.case_id is None:
            raise NotAllowed(f"Draft {draft_id} is no reply to a case.")
        send = there(call.parts.reply).desk.send
        return entry_of(send.send(draft.case_id, draft_id, call.person, shown=body.shown, seen=body.case_seen))

    @router.post(
        "/drafts/{draft_id}/ask", summary="Put one's own reply before somebody who approves it", tags=["replies"], responses=CHANGES
    )
    def ask(call: Call, draft_id: Id, body: Asked) -> ShownDraft:
        draft = found(call.api.draft(draft_id))
        there(call.parts.reply).desk.send.ask(draft.case_id or 0, draft_id, call.person, shown=body.shown)
        return _draft(call, draft)

    @router.post(
        "/drafts/{draft_id}/give-back",
        summary="Give a colleague's reply back unsent, with what should be different",
        tags=["replies"],
        responses=CHANGES,
    )
    def give_back(call: Call, draft_id: Id, body: GivenBack) -> ShownDraft:
        draft = found(call.api.draft(draft_id))
        there(call.parts.reply).desk.send.give_back(draft_id, call.person, body.note)
        return _draft(call, draft)


def _look(look: Look) -> ShownLook:
    return ShownLook(
        counted=look.measured.counted if look.measured else None,
        most=look.measured.limits.most if look.measured else None,
        hits=[ShownHit(start=one.start, end=one.end, found=one.found, why=one.why, instead=list(one.instead)) for one in look.hits],
        forbidden=[ShownRule(rule=one.rule, words=one.words) for one in look.forbidden],
        blanks=list(look.blanks),
    )


def _draft(call: ApiCall, one: Draft) -> ShownDraft:
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
        shown=call.api.outbox.shown(one),
        case_seen="" if one.case_id is None else seen_of(there(call.parts.reply).desk.write.case(one.case_id)),
    )
