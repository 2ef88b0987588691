"""What people decide about an article, each on the article as it was at `turn`, and the look for new ones. Every act can be taken back."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from pydantic import BaseModel, Field

from moderation.inbox.api.bodies import Body, Id, Number, Version
from moderation.inbox.api.call import ApiCall, Call, found
from moderation.inbox.api.knowledge import ShownArticle, article_of
from moderation.inbox.api.problems import CHANGES
from moderation.inbox.parts import there
from moderation.model.knowledge import Article
from moderation.workflows.keep_knowledge import KeepKnowledge

Act = Callable[[KeepKnowledge, int, int, str], Article]
SIMPLE: tuple[tuple[str, str, Act], ...] = (
    ("approve", "Let an article be offered beside replies", lambda keep, one, turn, by: keep.approve(one, turn, by=by)),
    ("retire", "Offer an article no more", lambda keep, one, turn, by: keep.retire(one, turn, by=by)),
    ("check", "Say that a flagged article still holds", lambda keep, one, turn, by: keep.check(one, turn, by=by)),
)


class Turned(Body):
    """The `turn` of the article that was decided on; another one is answered 409."""

    turn: Version


class MergedInto(Turned):
    """The article that this one goes into."""

    into: Number


class TakenBack(Body):
    """Which act on the article: only the last that stands."""

    article_act_id: Number


class ShownRefreshed(BaseModel):
    """What the look found; counts of every brand, so null for somebody of some."""

    looked_at: int | None
    suggested: int | None
    grown: int | None = Field(description="Suggestions that gained evidence.")


def add_suggest_call(router: APIRouter) -> None:
    """Add the call that looks for articles; before those with an article's number, whose place its address would be."""

    @router.post("/knowledge/suggest", summary="Look for articles in answered conversations now", tags=["knowledge"], responses=CHANGES)
    def suggest(call: Call) -> ShownRefreshed:
        done = there(call.parts.knowledge).refresh()
        if call.person.brands is not None:
            return ShownRefreshed(looked_at=None, suggested=None, grown=None)
        return ShownRefreshed(looked_at=done.looked_at, suggested=done.suggested, grown=done.grown)


def add_knowledge_act_calls(router: APIRouter) -> None:
    """Add the acts on one article."""
    for path, summary, act in SIMPLE:
        _add_simple(router, path, summary, act)

    @router.post("/knowledge/{article_id}/merge", summary="Let an article go into another", tags=["knowledge"], responses=CHANGES)
    def merge(call: Call, article_id: Id, body: MergedInto) -> ShownArticle:
        keep = _keep(call, article_id)
        found(keep.show(body.into, brands=call.person.brands))
        return article_of(keep.merge(article_id, body.turn, body.into, by=call.who), call.person.brands)

    @router.post("/knowledge/{article_id}/undo", summary="Take the last act on an article back", tags=["knowledge"], responses=CHANGES)
    def undo(call: Call, article_id: Id, body: TakenBack) -> ShownArticle:
        done = _keep(call, article_id).undo(body.article_act_id, by=call.who, article_id=article_id)
        return article_of(done, call.person.brands)


def _add_simple(router: APIRouter, path: str, summary: str, act: Act) -> None:
    @router.post(
        f"/knowledge/{{article_id}}/{path}",
        summary=summary,
        tags=["knowledge"],
        responses=CHANGES,
        operation_id=f"{path}_article",
        name=path,
    )
    def press(call: Call, article_id: Id, body: Turned) -> ShownArticle:
        return article_of(act(_keep(call, article_id), article_id, body.turn, call.who), call.person.brands)


def _keep(call: ApiCall, article_id: int) -> KeepKnowledge:
    """Return the workflow; 404 for an article that is not there for this person."""
    keep = there(call.parts.knowledge).keep
    found(keep.show(article_id, brands=call.person.brands))
    return keep
