"""One call: who asks, and the parts as this person sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Depends
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request

from moderation.inbox.api.parts import ApiParts
from moderation.inbox.parts import StaffParts, there
from moderation.model.person import Person

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """`parts` show what belongs to the person's brands; `api` are workflows, which are told who asks."""

    person: Person
    parts: StaffParts
    api: ApiParts

    @property
    def who(self) -> str:
        """Return the name that acts, approvals and the audit log carry."""
        return self.person.name


def call_of(request: Request) -> ApiCall:
    """Return what a handler works with. The gate has let this person in."""
    whole: StaffParts = request.app.state.parts
    person: Person = request.state.person
    return ApiCall(person=person, parts=whole.seen_by(person), api=there(whole.api))


def found(thing: T | None) -> T:
    """Return what was looked for; 404 when it is not there."""
    if thing is None:
        raise HTTPException(404)
    return thing


def must_be_case(call: ApiCall, case_id: int) -> None:
    """Answer 404 for a case that is not there; an act itself would call it a conflict."""
    found(call.api.inbox.show(case_id))


Call = Annotated[ApiCall, Depends(call_of)]


class Items(BaseModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    next: str = Field("", description="Give it as `cursor` for the next page; empty on the last.")


def paged(found: Sequence[T], *, at: int, limit: int, show: Callable[[T], BaseModel]) -> dict[str, object]:
    """Return the page of `found` that begins at `at`, as an answer."""
    some = found[at : at + limit]
    return {"items": [show(one) for one in some], "next": str(at + limit) if at + limit < len(found) else ""}
