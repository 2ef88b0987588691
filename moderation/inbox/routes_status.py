"""Public status for staff: promises and silences, wording and publishing an update, and broadcasting it to threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import ActionError
from moderation.inbox.fields import RowId, incomplete, number_in
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts, there
from moderation.inbox.status_parts import NewWords, StatusParts
from moderation.model.broadcast import Plan, PlanItem, PlanKind
from moderation.model.languages import LANGUAGES
from moderation.model.status import IssueStatus
from moderation.model.tone import ToneHit

_LONG = frozenset({"known", "doing", "cause", "fix", "learned", "workaround", "apology"})
"""Fields that take more than a line."""


def add_status_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the pages about public status; none without their part."""
    if parts.status is None:
        return
    _add_reading(app, parts, parts.status, pages)
    _add_updates(app, parts, parts.status, pages)
    _add_plans(app, parts, pages)


def _add_reading(app: FastAPI, parts: StaffParts, status: StatusParts, pages: Pages) -> None:
    @app.get("/status")
    def lines(request: Request) -> Response:
        return pages.show(request, "status.html.j2", lines=_status(request, parts).lines(), words=status.words(pages.language(request)))

    @app.get("/status/{issue_id}")
    def line(request: Request, issue_id: RowId) -> Response:
        found = status.line(issue_id)
        if found is None:
            raise HTTPException(404)
        chosen = _chosen(request.query_params.get("status", ""))
        needed, optional = status.needs(chosen)
        fields = [(name, name in needed, name in _LONG) for name in sorted(needed | optional, key=lambda name: (name not in needed, name))]
        return pages.show(
            request,
            "status_issue.html.j2",
            line=found,
            chosen=chosen.value,
            statuses=[one.value for one in IssueStatus],
            spoken=LANGUAGES,
            fields=fields,
            asks=status.promises(chosen) or chosen is IssueStatus.SEEN,
            must_promise=status.promises(chosen),
            words=status.words(pages.language(request)),
            apologies={language: status.words(language)["apology"] for language in LANGUAGES},
        )

    @app.get("/status/plans/{plan_id}")
    def plan(request: Request, plan_id: RowId) -> Response:
        language = pages.language(request)
        shown = _status(request, parts).shown(plan_id)
        return pages.show(
            request,
            "status_plan.html.j2",
            shown=shown,
            plan=shown.plan,
            words=status.words(language),
            sent=lambda one: status.sent(one, language),
            rule=lambda names: status.rule(names, language),
            tone=lambda item: _put_off(parts, shown.plan, item),
        )


def _add_updates(app: FastAPI, parts: StaffParts, status: StatusParts, pages: Pages) -> None:
    @app.post("/status/{issue_id}/draft")
    def draft(request: Request, issue_id: RowId) -> Response:
        status.draft(issue_id, _words_of(request.state.form, parts), request.state.session.agent)
        return RedirectResponse(f"/status/{issue_id}", status_code=303)

    @app.post("/status/{issue_id}/publish")
    def publish(request: Request, issue_id: RowId) -> Response:
        """Put exactly the shown texts on our page; who presses approves them, and has signed in freshly (RULES S12)."""
        if stale := pages.stale(request):
            return stale
        status.publish(number_in(request.state.form, "update"), request.state.session.agent)
        return RedirectResponse(f"/status/{issue_id}", status_code=303)

    @app.post("/status/{issue_id}/discard")
    def discard(request: Request, issue_id: RowId) -> Response:
        status.discard(number_in(request.state.form, "update"), request.state.session.agent)
        return RedirectResponse(f"/status/{issue_id}", status_code=303)

    @app.post("/status/{issue_id}/plan")
    def plan(request: Request, issue_id: RowId) -> Response:  # noqa: ARG001 - the update names its issue; the address keeps the pages together
        form = request.state.form
        made = status.plan(number_in(form, "update"), request.state.session.agent, form.get("correct", "") == "yes")
        return RedirectResponse(f"/status/plans/{made.plan_id}", status_code=303)


def _add_plans(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    @app.post("/status/plans/{plan_id}/tick")
    def tick(request: Request, plan_id: RowId) -> Response:
        """Choose one thread: each has a button of its own, so that nobody chooses what they did not see."""
        item_id = number_in(request.state.form, "item")
        _status(request, parts).tick(plan_id, item_id, request.state.session.agent)
        return RedirectResponse(f"/status/plans/{plan_id}#item-{item_id}", status_code=303)

    @app.post("/status/plans/{plan_id}/approve")
    def approve(request: Request, plan_id: RowId) -> Response:
        if stale := pages.stale(request):
            return stale
        _status(request, parts).approve(plan_id, request.state.session.agent, request.state.form.get("shown", ""))
        return RedirectResponse(f"/status/plans/{plan_id}", status_code=303)

    @app.post("/status/plans/{plan_id}/cancel")
    def cancel(request: Request, plan_id: RowId) -> Response:
        _status(request, parts).cancel(plan_id, request.state.session.agent)
        return RedirectResponse(f"/status/plans/{plan_id}", status_code=303)


def _status(request: Request, parts: StaffParts) -> StatusParts:
    """Return the room as this person sees it."""
    return there(parts.seen_by(request.state.person).status)


def _put_off(parts: StaffParts, plan: Plan, item: PlanItem) -> Sequence[ToneHit]:
    """Return the words that put people off in an answer that somebody wrote; an update's words were looked at when it was published."""
    if parts.issue_room is None or plan.kind is not PlanKind.ANSWER or not item.text:
        return ()
    return parts.issue_room.tone(item.text, item.language)


def _chosen(asked: str) -> IssueStatus:
    return IssueStatus(asked) if asked in {one.value for one in IssueStatus} else IssueStatus.INVESTIGATING


def _words_of(form: Mapping[str, str], parts: StaffParts) -> NewWords:
    """Read the form of a new update: fields "nl.known", "en.known" …, a local moment, and the update it corrects."""
    if form.get("status", "") not in {one.value for one in IssueStatus}:
        raise incomplete()
    by_language: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for key, value in form.items():
        language, dot, name = key.partition(".")
        if dot and language in by_language:
            by_language[language][name] = value.replace("\r\n", "\n").strip()
    subjects = {language: given.pop("subject", "") for language, given in by_language.items()}
    return NewWords(
        status=IssueStatus(form["status"]),
        variables={language: {name: value for name, value in given.items() if value} for language, given in by_language.items()},
        subjects=subjects,
        next_update_at=_moment(form.get("next_update", ""), parts),
        corrects=number_in(form, "corrects") if form.get("corrects", "") else None,
    )


def _moment(typed: str, parts: StaffParts) -> datetime | None:
    if not typed:
        return None
    try:
        read = datetime.fromisoformat(typed)
        return (read if read.tzinfo else read.replace(tzinfo=parts.zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # a year that is none in UTC any more
        raise ActionError("The moment of the next update cannot be read; choose a day and a time.") from error
