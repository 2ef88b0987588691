"""Knowledge: articles with their state, one whole with what it rests on and what was done to it, and rewording one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from moderation.inbox.api.bodies import Asked, Body, Id, Name, Text, Version
from moderation.inbox.api.call import Call, Items, paged
from moderation.inbox.api.problems import CHANGES, answers
from moderation.inbox.parts import there
from moderation.model.knowledge import Article, ArticleState, Flag
from moderation.model.person import Right
from moderation.workflows.keep_knowledge import ArticleDetail


class ShownArticle(BaseModel):
    """An article as it stands."""

    article_id: int
    state: ArticleState
    language: str
    brands: list[str] = Field(description="Empty: of no brand in particular.")
    question: str
    answer: str
    version: int
    turn: int = Field(description="Goes up with every act on it.")
    issue_id: int | None
    flag: Flag | None = Field(description="Why it may no longer hold.")
    evidence: int = Field(description="Conversations that it rests on.")
    used: int = Field(description="How often it was put into a reply.")
    made_by: str
    changed_at: datetime


class ShownVersion(BaseModel):
    """An earlier or the present wording."""

    version: int
    question: str
    answer: str
    made_by: str
    made_at: datetime


class ShownEvidence(BaseModel):
    """A conversation that an article rests on, by its numbers."""

    mention_id: int
    case_id: int | None
    entry_id: int | None
    fit: float = Field(description="How near its question is, up to 1.")
    at: datetime
    platform: str
    url: str


class ShownArticleAct(BaseModel):
    """One thing that a person did to an article."""

    act_id: int
    verb: str
    made_by: str
    at: datetime
    undone: bool
    undoable: bool


class WholeArticle(BaseModel):
    """An article with its wordings and acts, newest first, and what it rests on."""

    article: ShownArticle
    versions: list[ShownVersion]
    evidence: list[ShownEvidence]
    acts: list[ShownArticleAct]


class Reworded(Body):
    """New wording, decided on the article as it was at `turn`. An approved article takes somebody who may approve."""

    turn: Version
    question: Text
    answer: Text
    reason: Name = ""


class ArticleAsked(Asked):
    """What the list is narrowed to."""

    words: Name = ""
    state: ArticleState | None = None
    language: Name = ""


def article_of(one: Article, brands: frozenset[str] | None) -> ShownArticle:
    """Return an article for an answer, naming only brands that the person works for."""
    return ShownArticle(
        article_id=one.article_id,
        state=one.state,
        language=one.language,
        brands=sorted(one.brands if brands is None else one.brands & brands),
        question=one.question,
        answer=one.answer,
        version=one.version,
        turn=one.turn,
        issue_id=one.issue_id,
        flag=one.flag,
        evidence=one.evidence,
        used=one.used,
        made_by=one.made_by,
        changed_at=one.changed_at,
    )


def add_knowledge_calls(router: APIRouter) -> None:
    """Add the calls about knowledge."""

    @router.get("/knowledge", summary="Articles, those that somebody should look at first", tags=["knowledge"], responses=answers(429))
    def articles(call: Call, asked: Annotated[ArticleAsked, Query()]) -> Items[ShownArticle]:
        keep, brands = there(call.parts.knowledge).keep, call.person.brands
        given = {"states": [asked.state]} if asked.state else {}
        found = keep.list(asked.words, language=asked.language, brands=brands, **given)
        return Items[ShownArticle].model_validate(paged(found, at=asked.at, limit=asked.limit, show=lambda one: article_of(one, brands)))

    @router.get("/knowledge/{article_id}", summary="One article with its wordings", tags=["knowledge"], responses=answers(404))
    def article(call: Call, article_id: Id) -> WholeArticle:
        found = there(call.parts.knowledge).keep.show(article_id, brands=call.person.brands)
        if found is None:
            raise HTTPException(404)
        return _whole(found, call.person.brands)

    @router.post("/knowledge/{article_id}", summary="Reword an article, as a new version", tags=["knowledge"], responses=CHANGES)
    def edit(call: Call, article_id: Id, body: Reworded) -> ShownArticle:
        keep, brands = there(call.parts.knowledge).keep, call.person.brands
        if keep.show(article_id, brands=brands) is None:
            raise HTTPException(404)
        may = call.person.may(Right.APPROVE)
        done = keep.edit(article_id, body.turn, body.question, body.answer, by=call.who, reason=body.reason, may_approve=may)
        return article_of(done, brands)


def _whole(found: ArticleDetail, brands: frozenset[str] | None) -> WholeArticle:
    versions = [
        ShownVersion(version=one.version, question=one.question, answer=one.answer, made_by=one.made_by, made_at=one.made_at)
        for one in found.versions
    ]
    evidence = [ShownEvidence(**{name: getattr(one, name) for name in ShownEvidence.model_fields}) for one in found.evidence]
    acts = [ShownArticleAct(**{name: getattr(one, name) for name in ShownArticleAct.model_fields}) for one in found.acts]
    return WholeArticle(article=article_of(found.article, brands), versions=versions, evidence=evidence, acts=acts)
