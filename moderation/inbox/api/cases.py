"""Cases: the queue a page at a time, one case whole, and every act on it. An act names the version it was decided on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from moderation.inbox.api.bodies import Asked, Digits, Id, Name
from moderation.inbox.api.call import Call, Items
from moderation.inbox.api.case_acts import add_act_calls
from moderation.inbox.api.mentions import ShownMention, mention_of
from moderation.inbox.api.outbox import ShownEntry, entry_of
from moderation.inbox.api.problems import answers
from moderation.inbox.api.talk import add_talk_calls
from moderation.model.case import CaseState, CaseSummary
from moderation.model.clock import ClockState
from moderation.model.queue import Order, QueueChoice, Tab


class ShownClock(BaseModel):
    """The clock that is due first."""

    kind: str
    state: ClockState
    due_at: datetime


class ShownCase(BaseModel):
    """A case as the queue has it. Send `version` back with every act on it."""

    case_id: int
    version: int
    brand: str
    platform: str
    realm: str
    state: CaseState
    holder: str = Field(description="Who has it; empty while nobody has.")
    team: str
    urgency: int = Field(description="0 to 100.")
    why: list[str] = Field(description="Keys of the reasons for its place, weightiest first.")
    waiting_since: datetime
    unanswered: int
    language: str
    issue_id: int | None
    snoozed_until: datetime | None
    ending: str
    clock: ShownClock | None
    private: bool = Field(description="Only the customer and we read it; its words are for tokens that may answer.")


class WholeCase(BaseModel):
    """A case with its messages, oldest first, and what was posted or is about to be."""

    case: ShownCase
    mentions: list[ShownMention]
    entries: list[ShownEntry]


class CaseAsked(Asked):
    """What the queue is narrowed to; empty means everything."""

    tab: Tab = Tab.WAITING
    brand: Name = ""
    platform: Name = ""
    language: Name = ""
    issue_id: Annotated[int, Digits, Field(ge=1, le=2**63 - 1)] | None = None
    cause: Name = ""
    sentiment: Name = ""
    holder: Name = ""
    team: Name = ""
    clock: ClockState | None = None
    directed: bool | None = None
    private: bool | None = None
    waiting_hours: Annotated[float, Field(ge=0, le=10_000)] | None = None
    order: Order = Order.URGENCY

    def choice(self) -> QueueChoice:
        """Return it as the queue understands it."""
        given = self.model_dump(exclude={"limit", "cursor"})
        return QueueChoice(**given)


def case_of(one: CaseSummary) -> ShownCase:
    """Return a case for an answer."""
    clock = ShownClock(kind=one.clock.kind.value, state=one.clock.state, due_at=one.clock.due_at) if one.clock else None
    return ShownCase(
        case_id=one.case_id,
        version=one.version,
        brand=one.brand,
        platform=one.platform,
        realm=one.realm,
        state=one.state,
        holder=one.holder,
        team=one.team,
        urgency=one.urgency,
        why=[reason.key for reason in one.why],
        waiting_since=one.waiting_since,
        unanswered=one.unanswered,
        language=one.language,
        issue_id=one.issue_id,
        snoozed_until=one.snoozed_until,
        ending=one.ending,
        clock=clock,
        private=one.private,
    )


def add_case_calls(router: APIRouter) -> None:
    """Add the calls about cases."""

    @router.get("/cases", summary="The queue, what comes next first", tags=["cases"], responses=answers(404))
    def cases(call: Call, asked: Annotated[CaseAsked, Query()]) -> Items[ShownCase]:
        page = asked.at // asked.limit + 1  # whoever asks for another size on the way reads some again, and misses none
        found = call.api.queue.page(asked.choice(), call.person, page=page, size=asked.limit)
        after = page * asked.limit
        return Items[ShownCase](items=[case_of(one) for one in found.rows], next=str(after) if after < found.total else "")

    @router.get("/cases/{case_id}", summary="One case with its messages", tags=["cases"], responses=answers(404))
    def case(call: Call, case_id: Id) -> WholeCase:
        found = call.api.inbox.show(case_id)
        if found is None:
            raise HTTPException(404)
        brands = call.person.brands
        return WholeCase(
            case=case_of(found.summary),
            mentions=[mention_of(one, brands) for one in found.mentions],
            entries=[entry_of(one) for one in found.entries],
        )

    add_act_calls(router)
    add_talk_calls(router)
