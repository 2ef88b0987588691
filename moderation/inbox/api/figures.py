"""Figures of the house: feedback, sources, and the audit log."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from listener.model.figures import SourceCoverage
from listener.model.plain import plain
from moderation.audit.chain import AuditLine
from moderation.inbox.api.bodies import Digits, Page
from moderation.inbox.api.call import Call, Items
from moderation.inbox.api.problems import answers
from moderation.inbox.parts import there


class FeedbackAsked(BaseModel):
    """What the figures are narrowed to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issue_id: Annotated[int, Digits, Field(ge=1, le=2**63 - 1)] | None = None


class ShownFeedback(BaseModel):
    """Feedback of the last 90 days. A figure from fewer than `least` answers is left out."""

    from_at: datetime
    to_at: datetime
    issue_id: int | None
    least: int
    all: dict[str, Any] = Field(description="Satisfaction, recommendation and solved, over all channels.")
    channels: dict[str, dict[str, Any]] = Field(description="The same by channel.")


class ShownLost(BaseModel):
    """A stretch in which one of a source's places was not shown to us; `until` empty: it still is not."""

    place: str
    since: datetime
    until: datetime | None
    why: str


class ShownSource(BaseModel):
    """What one source saw and did not see."""

    source: str
    kind: str
    state: str
    mentions: int
    skipped: int
    last_ok_at: datetime | None
    lag_seconds: float | None
    blind_since: datetime | None
    gaps: int
    note: str
    lost: list[ShownLost] = Field(description="Places of the source that were not shown to us in the last week, while others were.")


class ShownLine(BaseModel):
    """One line of the audit log, with the digest that binds it to the one before."""

    seq: int
    at: datetime
    who: str
    verb: str
    subject: str
    detail: dict[str, Any]
    digest: str


def add_figure_calls(router: APIRouter) -> None:
    """Add the calls about figures."""

    @router.get("/feedback", summary="What customers answered, in figures", tags=["figures"], responses=answers(404))
    def feedback(call: Call, asked: Annotated[FeedbackAsked, Query()]) -> ShownFeedback:
        figures = there(call.parts.feedback).figures(asked.issue_id)
        return ShownFeedback(
            from_at=figures.from_at,
            to_at=figures.to_at,
            issue_id=figures.issue_id,
            least=figures.least,
            all=_plain(figures.all),
            channels={name: _plain(one) for name, one in figures.channels.items()},
        )

    @router.get("/sources", summary="What each source saw; for somebody of every brand", tags=["figures"], responses=answers())
    def sources(call: Call) -> Items[ShownSource]:
        return Items[ShownSource](items=[_source(one) for one in call.parts.coverage()], next="")

    @router.get("/audit", summary="The audit log, newest first; for administrators of every brand", tags=["figures"], responses=answers())
    def audit(call: Call, asked: Page) -> Items[ShownLine]:
        found = call.api.audit(asked.at, asked.limit)
        return Items[ShownLine](items=[_line(one) for one in found], next=str(found[-1].seq) if found and found[-1].seq > 1 else "")


def _source(one: SourceCoverage) -> ShownSource:
    told = {name: getattr(one, name) for name in ShownSource.model_fields if name != "lost"}
    lost = [ShownLost(**{name: getattr(stretch, name) for name in ShownLost.model_fields}) for stretch in one.lost]
    return ShownSource(**told, lost=lost)


def _line(one: AuditLine) -> ShownLine:
    return ShownLine(
        seq=one.seq, at=one.at, who=one.who, verb=one.verb, subject=one.subject, detail=json.loads(one.detail), digest=one.digest
    )


def _plain(figures: object) -> dict[str, Any]:
    found = plain(figures)
    return found if isinstance(found, dict) else {}
