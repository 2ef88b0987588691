"""Issues: the list, one with its newest messages, and what people do to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from listener.model.figures import IssueFigures
from listener.model.issue import IssueState
from moderation.inbox.api.bodies import Asked, Id, Name, Page
from moderation.inbox.api.call import Call, Items, paged
from moderation.inbox.api.problems import answers
from moderation.inbox.page_records import ShownMention


class ShownIssue(BaseModel):
    """An issue in numbers, counted over the brands of whoever asks."""

    issue_id: int
    title: str
    state: IssueState
    mentions: int
    authors: int
    period_mentions: int = Field(description="In the last 14 days.")
    before_mentions: int = Field(description="In the 14 days before.")
    first_at: datetime
    last_at: datetime
    trend: list[int] = Field(description="Messages per day of the period, oldest first.")
    platforms: list[str]
    languages: list[str]
    brands: list[str]
    pinned: bool
    theme: str


class Quoted(BaseModel):
    """A message of an issue, under a pseudonym. `copies` others say nearly the same."""

    mention_id: int
    platform: str
    author: str
    text: str
    url: str
    posted_at: datetime
    language: str
    copies: int
    private: bool = Field(description="A private message: it counts, and its words are with its case only.")


class IssueAsked(Asked):
    """What the list is narrowed to."""

    state: IssueState | None = None
    brand: Name = ""


def issue_of(figures: IssueFigures) -> ShownIssue:
    """Return an issue for an answer."""
    return ShownIssue(
        issue_id=figures.issue_id,
        title=figures.title,
        state=figures.state,
        mentions=figures.mentions,
        authors=figures.authors,
        period_mentions=figures.period_mentions,
        before_mentions=figures.before_mentions,
        first_at=figures.first_at,
        last_at=figures.last_at,
        trend=list(figures.trend),
        platforms=list(figures.platforms),
        languages=list(figures.languages),
        brands=list(figures.brands),
        pinned=figures.pinned,
        theme=figures.theme,
    )


def add_issue_calls(router: APIRouter) -> None:
    """Add the calls about issues."""

    @router.get("/issues", summary="Issues, what matters first", tags=["issues"], responses=answers())
    def issues(call: Call, asked: Annotated[IssueAsked, Query()]) -> Items[ShownIssue]:
        found = [
            one for one in call.parts.issues().issues if asked.state in (None, one.state) and (not asked.brand or asked.brand in one.brands)
        ]
        return Items[ShownIssue].model_validate(paged(found, at=asked.at, limit=asked.limit, show=issue_of))

    @router.get("/issues/{issue_id}", summary="One issue", tags=["issues"], responses=answers(404))
    def issue(call: Call, issue_id: Id) -> ShownIssue:
        found = call.parts.issue(issue_id, 0, 1)
        if found is None:
            raise HTTPException(404)
        return issue_of(found.figures)

    @router.get(
        "/issues/{issue_id}/mentions", summary="Different messages of an issue, newest first", tags=["issues"], responses=answers(404)
    )
    def mentions(call: Call, issue_id: Id, asked: Page) -> Items[Quoted]:
        found = call.parts.issue(issue_id, asked.at, asked.limit)
        if found is None:
            raise HTTPException(404)
        after = asked.at + asked.limit
        return Items[Quoted](items=[_quoted(one) for one in found.mentions], next=str(after) if after < found.mention_count else "")


def _quoted(one: ShownMention) -> Quoted:
    return Quoted(
        mention_id=one.mention_id,
        platform=one.platform,
        author=one.author,
        text=one.text,
        url=one.url,
        posted_at=one.posted_at,
        language=one.language,
        copies=one.copies,
        private=one.private,
    )
