"""Templates of the team's own, and the signatures of teams."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import ActionError
from moderation.inbox.fields import number_in, number_of
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.inbox.refusals import refusal
from moderation.model.person import Person
from moderation.model.reply import OWN, VARIABLES
from moderation.workflows.reply_words import ReplyWords


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedTemplate:
    """What somebody typed for a new template."""

    language: str
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSignature:
    """A team's signature, as its people may change it."""

    owner: str
    name: str
    text: str


class TemplatePages:
    """Shows the page of templates, with what there is to say about it."""

    def __init__(self, words: ReplyWords, pages: Pages) -> None:
        self.words = words
        self.pages = pages

    def page(self, request: Request, *, told: str = "", typed: TypedTemplate | None = None) -> Response:
        """Show every template, the signatures this person may change, and what was `typed` and `told`."""
        person: Person = request.state.person
        words = self.words
        teams = [TeamSignature(owner=f"team:{name}", name=name, text=words.team_signature(name)) for name in sorted(person.teams)]
        return self.pages.show(
            request,
            "templates.html.j2",
            status=409 if told else 200,
            own=[one for language in words.languages for one in words.templates(language) if one.key.startswith(OWN)],
            variables=VARIABLES,
            reply_languages=words.languages,
            typed=typed or TypedTemplate(language=words.languages[0]),
            teams=teams,
            told=told,
        )

    def refused(self, request: Request, error: ActionError, typed: TypedTemplate | None = None) -> Response:
        """Say why something was not kept, beside what was typed."""
        return self.page(request, told=refusal(error, self.pages.wording(request)), typed=typed)


def add_template_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the page of templates, when there is a reply."""
    if parts.reply is None:
        return
    shown = TemplatePages(parts.reply.desk.words, pages)
    words = shown.words

    @app.get("/templates")
    def templates(request: Request) -> Response:
        return shown.page(request)

    @app.get("/templates/versions")
    def versions(request: Request) -> Response:
        found = words.versions(_own(request.query_params.get("own", "")) or 0)
        if not found:
            raise HTTPException(404)
        return pages.show(request, "template_versions.html.j2", versions=found)

    _add_changes(app, shown)


def _add_changes(app: FastAPI, shown: TemplatePages) -> None:
    words = shown.words

    @app.post("/templates")
    def add(request: Request) -> Response:
        form = request.state.form
        typed = TypedTemplate(language=form.get("language", ""), title=form.get("title", ""), text=form.get("text", ""))
        try:
            words.add(typed.language, typed.title, typed.text, request.state.person.name)
        except ActionError as error:
            return shown.refused(request, error, typed)
        return _back()

    @app.post("/templates/change")
    def change(request: Request) -> Response:
        form = request.state.form
        try:
            template_id = _own(form.get("own", "")) or 0
            words.change(template_id, number_in(form, "version"), form.get("title", ""), form.get("text", ""), request.state.person.name)
        except ActionError as error:
            typed = TypedTemplate(language=words.languages[0], title=form.get("title", ""), text=form.get("text", ""))
            return shown.refused(request, error, typed)
        return _back()

    @app.post("/templates/retire")
    def retire(request: Request) -> Response:
        words.retire(_own(request.state.form.get("own", "")) or 0, request.state.person.name)
        return _back()

    @app.post("/templates/signature")
    def sign(request: Request) -> Response:
        try:
            words.sign_as(request.state.person, request.state.form.get("owner", ""), request.state.form.get("text", ""))
        except ActionError as error:
            return shown.refused(request, error)
        return _back()


def _back() -> Response:
    return RedirectResponse("/templates", status_code=303)


def _own(key: str) -> int | None:
    return number_of(key.removeprefix(OWN)) if key.startswith(OWN) else None
