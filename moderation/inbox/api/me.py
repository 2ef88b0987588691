"""Who the token speaks for and what it may do; and, for administrators, who works here."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from moderation.inbox.api.call import Call, Items
from moderation.inbox.api.problems import answers
from moderation.model.person import Person, Right, Role


class Me(BaseModel):
    """The person behind the token."""

    name: str
    shown: str
    role: Role
    rights: list[Right] = Field(description="What this token may do: its scopes, as far as the role holds them.")
    brands: list[str] | None = Field(description="Whose customers this person works for; null for every brand.")
    teams: list[str]
    language: str


class Colleague(BaseModel):
    """A colleague, as administrators see them. Never how they come in."""

    name: str
    shown: str
    role: Role
    brands: list[str] | None
    teams: list[str]
    disabled: bool
    second_step: bool = Field(description="Whether a code from an app is asked of them.")


def add_me_calls(router: APIRouter) -> None:
    """Add the calls that tell who one is, and who one's colleagues are."""

    @router.get("/me", summary="Who I am", tags=["me"], responses=answers())
    def me(call: Call) -> Me:
        one = call.person
        return Me(
            name=one.name,
            shown=one.shown or one.name,
            role=one.role,
            rights=sorted((right for right in Right if one.may(right)), key=str),
            brands=None if one.brands is None else sorted(one.brands),
            teams=sorted(one.teams),
            language=one.language,
        )

    @router.get("/people", summary="Everybody who works here; for administrators of every brand", tags=["me"], responses=answers())
    def people(call: Call) -> Items[Colleague]:
        return Items[Colleague](items=[_colleague(one.person) for one in call.api.people()], next="")


def _colleague(one: Person) -> Colleague:
    return Colleague(
        name=one.name,
        shown=one.shown or one.name,
        role=one.role,
        brands=None if one.brands is None else sorted(one.brands),
        teams=sorted(one.teams),
        disabled=one.disabled,
        second_step=one.second_step,
    )
