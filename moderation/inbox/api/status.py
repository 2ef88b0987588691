"""Public status: how issues stand with the people we tell. Reading only: publishing is pressed on a page."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from moderation.inbox.api.bodies import Id, Page
from moderation.inbox.api.call import Call, Items, paged
from moderation.inbox.api.problems import answers
from moderation.inbox.parts import there
from moderation.model.status import IssueStatus, Light, StatusUpdate
from moderation.workflows.status_desk import StatusLine


class ShownUpdate(BaseModel):
    """What we told, in each language."""

    update_id: int
    status: IssueStatus
    texts: dict[str, str]
    published_at: datetime | None
    published_by: str
    next_update_at: datetime | None = Field(description="When we promised to speak again.")


class ShownStatus(BaseModel):
    """How an issue stands in public."""

    issue_id: int
    title: str
    status: IssueStatus | None = Field(description="null while nothing was ever told.")
    light: Light | None = Field(description="The colour of our promise.")
    due_at: datetime | None = Field(description="When the promise is due, or was.")
    silent_hours: float | None = Field(description="How long we said nothing; null when the trouble is over.")
    updates: list[ShownUpdate]


def status_of(line: StatusLine) -> ShownStatus:
    """Return a line of the status desk for an answer."""
    return ShownStatus(
        issue_id=line.issue_id,
        title=line.title,
        status=line.public.status if line.public else None,
        light=line.light,
        due_at=line.promise.due_at if line.promise else None,
        silent_hours=round(line.silence.hours, 2) if line.silence else None,
        updates=[_update(one) for one in line.updates],
    )


def _update(one: StatusUpdate) -> ShownUpdate:
    return ShownUpdate(
        update_id=one.update_id,
        status=one.status,
        texts=dict(one.texts),
        published_at=one.published_at,
        published_by=one.published_by,
        next_update_at=one.next_update_at,
    )


def add_status_calls(router: APIRouter) -> None:
    """Add the calls about public status."""

    @router.get(
        "/status", summary="Issues with a public status, or a silence; what needs somebody first", tags=["status"], responses=answers()
    )
    def lines(call: Call, asked: Page) -> Items[ShownStatus]:
        found = there(call.parts.status).lines()
        return Items[ShownStatus].model_validate(paged(found, at=asked.at, limit=asked.limit, show=status_of))

    @router.get("/status/{issue_id}", summary="How one issue stands in public", tags=["status"], responses=answers(404))
    def line(call: Call, issue_id: Id) -> ShownStatus:
        found = there(call.parts.status).line(issue_id)
        if found is None:
            raise HTTPException(404)
        return status_of(found)
