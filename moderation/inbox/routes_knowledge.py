"""Knowledge: the list of articles, one article with its versions and evidence, and what people decide about it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import ActionError
from moderation.inbox.fields import RowId, number_in, number_of
from moderation.inbox.knowledge_parts import KnowledgeParts
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.model.knowledge import Article, ArticleState
from moderation.model.person import Person, Right
from moderation.workflows.keep_knowledge import LISTED, ArticleDetail

MOST_SHOWN = 200
MOST_WORDS = 200


def add_knowledge_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the pages about knowledge; none without their part."""
    if parts.knowledge is None:
        return
    _add_reading(app, parts.knowledge, pages)
    _add_acts(app, parts.knowledge, pages)


def _add_reading(app: FastAPI, room: KnowledgeParts, pages: Pages) -> None:
    @app.get("/knowledge")
    def articles(request: Request) -> Response:
        words, state = request.query_params.get("words", "")[:MOST_WORDS], _state(request)
        found = room.keep.list(words, states=[state] if state else LISTED, brands=_person(request).brands)
        return pages.show(
            request,
            "knowledge.html.j2",
            articles=found[:MOST_SHOWN],
            more=max(0, len(found) - MOST_SHOWN),
            words=words,
            chosen=state.value if state else "",
            states=[one.value for one in LISTED],
            did=_counts(request),
        )

    @app.get("/knowledge.md")
    def file(request: Request) -> Response:
        """Hand out the approved articles that this person may see, as a file."""
        found = room.keep.list(states=[ArticleState.APPROVED], brands=_person(request).brands)
        headers = {"content-disposition": 'attachment; filename="knowledge.md"'}
        return Response(room.markdown(found, pages.language(request)), media_type="text/markdown; charset=utf-8", headers=headers)

    @app.get("/knowledge/{article_id}")
    def article(request: Request, article_id: RowId) -> Response:
        return _page(request, room, pages, article_id)


def _add_acts(app: FastAPI, room: KnowledgeParts, pages: Pages) -> None:
    def act(path: str, done: Callable[[int, int, Request], Article]) -> None:
        """Add one act on an article: it goes back to its page, or shows there why it cannot be."""

        def press(request: Request, article_id: RowId) -> Response:
            if room.keep.show(article_id, brands=_person(request).brands) is None:
                raise HTTPException(404)
            try:
                done(article_id, number_in(request.state.form, "turn"), request)
            except ActionError as error:
                return _page(request, room, pages, article_id, told=error)
            return RedirectResponse(f"/knowledge/{article_id}", status_code=303)

        app.post(f"/knowledge/{{article_id}}/{path}")(press)

    keep = room.keep
    act("edit", lambda article_id, turn, request: _edit(room, article_id, turn, request))
    act("approve", lambda article_id, turn, request: keep.approve(article_id, turn, by=_name(request)))
    act("retire", lambda article_id, turn, request: keep.retire(article_id, turn, by=_name(request)))
    act("check", lambda article_id, turn, request: keep.check(article_id, turn, by=_name(request)))
    act("merge", lambda article_id, turn, request: keep.merge(article_id, turn, _into(room, request), by=_name(request)))
    act("undo", lambda article_id, _turn, asked: keep.undo(number_in(asked.state.form, "act"), by=_name(asked), article_id=article_id))

    @app.post("/knowledge/suggest")
    def suggest(request: Request) -> Response:
        """Look at the answered conversations now."""
        done = room.refresh()
        if _person(request).brands is not None:  # how much there is of other brands is not theirs to know
            return RedirectResponse("/knowledge", status_code=303)
        return RedirectResponse(f"/knowledge?suggested={done.suggested}&grown={done.grown}&looked={done.looked_at}", status_code=303)


def _edit(room: KnowledgeParts, article_id: int, turn: int, request: Request) -> Article:
    form = request.state.form
    return room.keep.edit(
        article_id,
        turn,
        form.get("question", ""),
        form.get("answer", ""),
        by=_name(request),
        reason=form.get("reason", ""),
        may_approve=_person(request).may(Right.APPROVE),
    )


def _into(room: KnowledgeParts, request: Request) -> int:
    """Return the article chosen to merge into; one that this person may not see is none."""
    into = number_in(request.state.form, "into")
    if room.keep.show(into, brands=_person(request).brands) is None:
        raise ActionError(f"There is no article {into}.", key="know_none")
    return into


def _page(request: Request, room: KnowledgeParts, pages: Pages, article_id: int, *, told: ActionError | None = None) -> Response:
    found = room.keep.show(article_id, brands=_person(request).brands)
    if found is None:
        raise HTTPException(404)
    compared = number_of(request.query_params.get("compare", ""))
    person, form = _person(request), request.state.form if told is not None else {}
    return pages.show(
        request,
        "knowledge_article.html.j2",
        status=409 if told is not None else 200,
        detail=found,
        article=found.article,
        told=_said(pages, request, told),
        typed={name: form.get(name, "") for name in ("question", "answer", "reason")} if form.get("answer") else None,
        issue=room.titles([found.article.issue_id]).get(found.article.issue_id, "") if found.article.issue_id is not None else "",
        difference=_difference(room, found, compared),
        compared=compared,
        may_approve=person.may(Right.APPROVE),
        may_edit=person.may(Right.ANSWER) and (person.may(Right.APPROVE) or found.article.state is not ArticleState.APPROVED),
    )


def _difference(room: KnowledgeParts, found: ArticleDetail, compared: int | None) -> tuple[object, ...]:
    """Return what changed from a version to the next one: (question, answer), or nothing where there is no such version."""
    by_number = {one.version: one for one in found.versions}
    if compared not in by_number or compared - 1 not in by_number:
        return ()
    before, after = by_number[compared - 1], by_number[compared]
    return (room.changed(before.question, after.question), room.changed(before.answer, after.answer))


def _said(pages: Pages, request: Request, error: ActionError | None) -> str:
    if error is None:
        return ""
    words, key = pages.wording(request), f"refused.{error.key}"
    return words.text(key, **error.fields) if error.key and words.has(key) else str(error)


def _state(request: Request) -> ArticleState | None:
    asked = request.query_params.get("state", "")
    return ArticleState(asked) if asked in {one.value for one in LISTED} else None


def _counts(request: Request) -> tuple[int, int, int] | None:
    found = [number_of(request.query_params.get(name, "")) for name in ("suggested", "grown", "looked")]
    return (found[0] or 0, found[1] or 0, found[2] or 0) if found[0] is not None else None


def _person(request: Request) -> Person:
    person: Person = request.state.person
    return person


def _name(request: Request) -> str:
    return _person(request).name
