"""One answer to everybody hit by an issue: who waits, what each conversation would get, and the plan in which a person chooses on a page.

Nothing leaves by any of these: conversations are ticked and the plan is approved on its page, after a fresh sign-in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from listener.errors import NotAllowed
from moderation.inbox.api.bodies import PLAIN, Body, Id, Number
from moderation.inbox.api.call import ApiCall, Call, Items
from moderation.inbox.api.mentions import ShownMention, mention_of
from moderation.inbox.api.problems import CHANGES, answers
from moderation.inbox.api.replies import Hash
from moderation.inbox.issue_parts import IssueParts
from moderation.inbox.parts import there
from moderation.inbox.routes_answer_all import MOST_CHOSEN
from moderation.model.broadcast import ItemState, NewItem, Plan, PlanItem, PlanKind, PlanState

Said = Annotated[str, Field(strict=True, max_length=10_000, pattern=PLAIN, description="May name {{ customer }}, {{ issue }} and so on.")]


class Worded(Body):
    """The words in each language, and the conversations that they are for, at most 40 at once."""

    case_ids: Annotated[list[Number], Field(min_length=1, max_length=MOST_CHOSEN)]
    nl: Said = ""
    en: Said = ""

    @property
    def texts(self) -> dict[str, str]:
        """Return the words by language."""
        return {"nl": self.nl, "en": self.en}


class LookedAt(Worded):
    """The same words and conversations, with the name of what the look told."""

    shown: Hash


class ShownAffected(BaseModel):
    """A conversation that waits for an answer, with the message that one would stand below."""

    case_id: int
    version: int
    brand: str
    holder: str
    language: str
    message: ShownMention


class ShownItem(BaseModel):
    """What one conversation would get, or why it gets nothing."""

    case_id: int | None
    platform: str
    realm: str
    thread_id: str
    account: str
    language: str
    text: str = Field(description="Exactly what would be posted; empty where nothing is.")
    why: str = Field(description="A key that says why nothing is posted; empty where something is.")
    note: str


class ShownLook(BaseModel):
    """The preview, conversation by conversation. `shown` goes back to plan exactly this."""

    count: int = Field(description="How many conversations would get the answer.")
    items: list[ShownItem]
    shown: str


class ShownPlanItem(ShownItem):
    """An item of a plan that was kept."""

    item_id: int
    state: ItemState
    ticked_by: str = Field(description="Who chose it singly; empty while nobody did.")
    entry_id: int | None


class ShownPlan(BaseModel):
    """A plan. It is ticked and approved on its page, `/status/plans/` and its number."""

    plan_id: int
    kind: PlanKind
    issue_id: int
    state: PlanState
    planned_by: str
    planned_at: datetime
    approved_by: str
    items: list[ShownPlanItem]


def add_answer_all_calls(router: APIRouter) -> None:
    """Add the calls about one answer to many."""

    @router.get("/issues/{issue_id}/affected", summary="Who waits for an answer about an issue", tags=["issues"], responses=answers(404))
    def affected(call: Call, issue_id: Id) -> Items[ShownAffected]:
        brands = call.person.brands
        found = [
            ShownAffected(
                case_id=one.case.case_id,
                version=one.case.version,
                brand=one.case.brand,
                holder=one.case.holder,
                language=one.language,
                message=mention_of(one.asked, brands),
            )
            for one in _room(call, issue_id).affected(issue_id, call.person)
        ]
        return Items[ShownAffected](items=found, next="")

    @router.post(
        "/issues/{issue_id}/answers/look", summary="What each conversation would get; nothing is kept", tags=["issues"], responses=CHANGES
    )
    def look(call: Call, issue_id: Id, body: Worded) -> ShownLook:
        return _look(call, issue_id, body)

    @router.post(
        "/issues/{issue_id}/answers",
        summary="Plan exactly what was looked at; 409 when it would be another answer by now",
        tags=["issues"],
        responses=CHANGES,
        status_code=201,
    )
    def plan(call: Call, issue_id: Id, body: LookedAt) -> ShownPlan:
        if _look(call, issue_id, body).shown != body.shown:
            raise NotAllowed("This is not what you saw: look at it again.", key="not_what_was_shown")
        return _plan(_room(call, issue_id).plan(issue_id, body.case_ids, body.texts, call.who, call.person))

    @router.get("/plans/{plan_id}", summary="One plan, of an answer or of a status update", tags=["issues"], responses=answers(404))
    def kept(call: Call, plan_id: Id) -> ShownPlan:
        return _plan(_kept(call, plan_id))

    @router.post("/plans/{plan_id}/cancel", summary="Take a plan back, with what waits of it", tags=["issues"], responses=CHANGES)
    def cancel(call: Call, plan_id: Id) -> ShownPlan:
        _kept(call, plan_id)
        return _plan(there(call.parts.status).cancel(plan_id, call.who))


def _room(call: ApiCall, issue_id: int) -> IssueParts:
    """Return the room of an issue; 404 for one that was never there."""
    if not call.api.is_issue(issue_id):
        raise HTTPException(404)
    return there(call.parts.issue_room)


def _kept(call: ApiCall, plan_id: int) -> Plan:
    try:
        return there(call.parts.status).shown(plan_id).plan
    except NotAllowed as error:
        raise HTTPException(404) from error


def _look(call: ApiCall, issue_id: int, body: Worded) -> ShownLook:
    items = _room(call, issue_id).items(issue_id, body.case_ids, body.texts, call.who, call.person)
    return ShownLook(
        count=sum(one.posts for one in items), items=[ShownItem(**_item(one)) for one in items], shown=_named(body.texts, items)
    )


def _named(texts: Mapping[str, str], items: Sequence[NewItem]) -> str:
    """Return what names these words and these items: places, messages, accounts, and what would be said."""
    return hashlib.sha256(json.dumps([texts, [asdict(one) for one in items]], default=str, sort_keys=True).encode()).hexdigest()


def _item(one: NewItem | PlanItem) -> dict[str, Any]:
    target = one.target
    place = {"platform": target.platform, "realm": target.realm, "thread_id": target.thread_id}
    return {**place, **{name: getattr(one, name) for name in ("case_id", "account", "language", "text", "why", "note")}}


def _plan(plan: Plan) -> ShownPlan:
    return ShownPlan(
        **{name: getattr(plan, name) for name in ("plan_id", "kind", "issue_id", "state", "planned_by", "planned_at", "approved_by")},
        items=[
            ShownPlanItem(**_item(one), item_id=one.item_id, state=one.state, ticked_by=one.ticked_by, entry_id=one.entry_id)
            for one in plan.items
        ],
    )
