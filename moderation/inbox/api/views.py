"""Saved views of the queue: one's own and those of one's teams. Keeping one under a name that is there gives it the new choice."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from moderation.inbox.api.bodies import Body, Id, Name, Words, Yes
from moderation.inbox.api.call import ApiCall, Call, Items
from moderation.inbox.api.choices import Choice, ShownChoice, shown_choice
from moderation.inbox.api.problems import CHANGES, answers
from moderation.inbox.queue_choice import from_query, query_of
from moderation.model.queue import SavedView


class NewView(Choice):
    """A choice under a name; with `for_team` for everybody in that team, which asks more than reading."""

    name: Words
    for_team: Name = ""


class Renamed(Body):
    """Another name."""

    name: Words


class Moved(Body):
    """Which way, by one place."""

    up: Yes


class ShownView(BaseModel):
    """A saved view."""

    view_id: int
    name: str
    team: str = Field(description="Whose it is; empty: one's own.")
    choice: ShownChoice
    query: Annotated[str, Field(description="What stands behind /queue? on the page that shows it.")]


def add_view_calls(router: APIRouter) -> None:
    """Add the calls about saved views."""

    @router.get("/me/views", summary="One's own saved views in their order, then those of one's teams", tags=["views"], responses=answers())
    def views(call: Call) -> Items[ShownView]:
        return _views(call)

    @router.post("/me/views", summary="Keep a choice under a name", tags=["views"], responses=CHANGES, status_code=201)
    def keep(call: Call, body: NewView) -> ShownView:
        view_id = call.parts.queue.views.keep(call.person, body.name, query_of(body.choice()), team=body.for_team)
        return _view(next(one for one in call.parts.queue.views.of(call.person) if one.view_id == view_id))

    @router.post("/me/views/{view_id}/rename", summary="Give a view another name", tags=["views"], responses=CHANGES)
    def rename(call: Call, view_id: Id, body: Renamed) -> Items[ShownView]:
        _must_be(call, view_id)
        call.parts.queue.views.rename(call.person, view_id, body.name)
        return _views(call)

    @router.post("/me/views/{view_id}/move", summary="Move a view by one place", tags=["views"], responses=CHANGES)
    def move(call: Call, view_id: Id, body: Moved) -> Items[ShownView]:
        _must_be(call, view_id)
        call.parts.queue.views.move(call.person, view_id, up=body.up)
        return _views(call)

    @router.post("/me/views/{view_id}/remove", summary="Remove a view", tags=["views"], responses=CHANGES)
    def remove(call: Call, view_id: Id) -> Items[ShownView]:
        _must_be(call, view_id)
        call.parts.queue.views.delete(call.person, view_id)
        return _views(call)


def _must_be(call: ApiCall, view_id: int) -> None:
    """Answer 404 for a view that is not there or somebody else's."""
    if all(one.view_id != view_id for one in call.parts.queue.views.of(call.person)):
        raise HTTPException(404)


def _views(call: ApiCall) -> Items[ShownView]:
    return Items[ShownView](items=[_view(one) for one in call.parts.queue.views.of(call.person)], next="")


def _view(one: SavedView) -> ShownView:
    return ShownView(view_id=one.view_id, name=one.name, team=one.team, choice=shown_choice(from_query(one.query)), query=one.query)
