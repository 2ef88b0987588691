"""Who works here, for admins: inviting, role, brands, teams, keeping out, sessions and tokens of everybody."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import NotAllowed
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.inbox.people_parts import PeopleParts
from moderation.model.account import Account, Purpose
from moderation.model.person import Role


class PeoplePages:
    """The pages about people and teams."""

    def __init__(self, parts: StaffParts, people: PeopleParts, pages: Pages) -> None:
        self._parts = parts
        self.people = people
        self._pages = pages

    def list(self, request: Request, *, status: int = 200, wrong: str = "", link: str = "", of: Account | None = None) -> Response:
        """Render /people. `link`: a new link for `of`, shown this once."""
        manage = self.people.manage
        everybody = manage.all()
        return self._pages.show(
            request,
            "people.html.j2",
            status=status,
            wrong=wrong,
            link=link,
            link_of=of,
            everybody=everybody,
            sessions=manage.sessions(),
            teams=manage.teams(),
            brands=manage.brands,
            roles=list(Role),
        )

    def one(self, request: Request, account: Account, *, status: int = 200, wrong: str = "", link: str = "") -> Response:
        """Render one colleague's page."""
        manage = self.people.manage
        return self._pages.show(
            request,
            "person.html.j2",
            status=status,
            wrong=wrong,
            link=link,
            account=account,
            sessions=manage.sessions(account.person_id),
            tokens=self.people.tokens.of(account),
            teams=manage.teams(),
            brands=manage.brands,
            roles=list(Role),
        )

    def teams(self, request: Request, *, status: int = 200, wrong: str = "") -> Response:
        """Render /teams."""
        return self._pages.show(request, "teams.html.j2", status=status, wrong=wrong, teams=self.people.manage.teams())

    def act(self, request: Request, person_id: int, do: Callable[[str], object]) -> Response:
        """Do something to a colleague in the name of whoever asks, after a fresh sign-in, and go back to their page."""
        if stale := self._pages.stale(request):
            return stale
        account = self.people.manage.get(person_id)
        try:
            do(request.state.person.name)
        except NotAllowed as refused:
            return self.one(request, account, status=403, wrong=refused.why)
        return RedirectResponse(f"/people/{person_id}", status_code=303)

    def new_link(self, request: Request, account: Account) -> str:
        """Return a link with which a colleague chooses a password. It is no second step: a page made it, no terminal."""
        base = self._parts.base_url or f"{request.url.scheme}://{request.headers['host']}"
        by = request.state.person.name
        return self._parts.sign_in.new_link(base, agent=account.person.name, purpose=Purpose.PASSWORD, by=by, trusted=False)


def add_people_routes(app: FastAPI, parts: StaffParts, people: PeopleParts, pages: Pages) -> None:
    """Add /people and /teams."""
    shown, manage = PeoplePages(parts, people, pages), people.manage

    @app.get("/people")
    def everybody(request: Request) -> Response:
        return shown.list(request)

    @app.post("/people")
    def invite(request: Request) -> Response:
        if stale := pages.stale(request):
            return stale
        form = request.state.form
        if not parts.sign_in.has_people():
            return shown.list(request, status=403, wrong="first")
        try:
            account = manage.add(
                form.get("name", ""),
                role_of(form),
                by=request.state.person.name,
                brands=brands_of(form, manage.brands),
                email=form.get("email", ""),
            )
        except NotAllowed as refused:
            return shown.list(request, status=403, wrong=refused.why)
        return shown.list(request, link=shown.new_link(request, account), of=account)

    @app.get("/people/{person_id}")
    def one(request: Request, person_id: int) -> Response:
        return shown.one(request, manage.get(person_id))

    @app.post("/people/{person_id}/link")
    def link(request: Request, person_id: int) -> Response:
        if stale := pages.stale(request):
            return stale
        account = manage.get(person_id)
        try:
            return shown.one(request, account, link=shown.new_link(request, account))
        except NotAllowed:
            return shown.one(request, account, status=403, wrong="disabled")

    _add_what_they_may(app, shown)
    _add_keeping_out(app, shown)
    _add_team_routes(app, shown, pages)


def _add_what_they_may(app: FastAPI, shown: PeoplePages) -> None:
    manage = shown.people.manage

    @app.post("/people/{person_id}/role")
    def role(request: Request, person_id: int) -> Response:
        return shown.act(request, person_id, lambda by: manage.set_role(person_id, role_of(request.state.form), by=by))

    @app.post("/people/{person_id}/brands")
    def brands(request: Request, person_id: int) -> Response:
        chosen = brands_of(request.state.form, manage.brands)
        return shown.act(request, person_id, lambda by: manage.set_brands(person_id, chosen, by=by))

    @app.post("/people/{person_id}/teams")
    def teams(request: Request, person_id: int) -> Response:
        chosen = frozenset(team.team_id for team in manage.teams() if request.state.form.get(f"team_{team.team_id}"))
        return shown.act(request, person_id, lambda by: manage.set_teams(person_id, chosen, by=by))


def _add_keeping_out(app: FastAPI, shown: PeoplePages) -> None:
    manage, tokens = shown.people.manage, shown.people.tokens

    @app.post("/people/{person_id}/disable")
    def disable(request: Request, person_id: int) -> Response:
        return shown.act(request, person_id, lambda by: manage.disable(person_id, by=by))

    @app.post("/people/{person_id}/enable")
    def enable(request: Request, person_id: int) -> Response:
        return shown.act(request, person_id, lambda by: manage.enable(person_id, by=by))

    @app.post("/people/{person_id}/end-sessions")
    def end_sessions(request: Request, person_id: int) -> Response:
        return shown.act(request, person_id, lambda by: manage.end_sessions(person_id, by=by))

    @app.post("/people/{person_id}/sessions/{session_id}/end")
    def end_session(request: Request, person_id: int, session_id: int) -> Response:
        return shown.act(request, person_id, lambda by: manage.end_session(session_id, by=by))

    @app.post("/people/{person_id}/reset-second-step")
    def reset(request: Request, person_id: int) -> Response:
        return shown.act(request, person_id, lambda by: manage.reset_second_step(person_id, by=by))

    @app.post("/people/{person_id}/tokens/{token_id}/revoke")
    def revoke(request: Request, person_id: int, token_id: int) -> Response:
        return shown.act(request, person_id, lambda by: tokens.revoke(token_id, by=by, of=manage.get(person_id)))


def _add_team_routes(app: FastAPI, shown: PeoplePages, pages: Pages) -> None:
    manage = shown.people.manage

    @app.get("/teams")
    def teams(request: Request) -> Response:
        return shown.teams(request)

    @app.post("/teams")
    def add(request: Request) -> Response:
        if stale := pages.stale(request):
            return stale
        try:
            manage.add_team(request.state.form.get("name", ""), by=request.state.person.name)
        except NotAllowed as refused:
            return shown.teams(request, status=403, wrong=refused.why)
        return RedirectResponse("/teams", status_code=303)

    @app.post("/teams/{team_id}/remove")
    def remove(request: Request, team_id: int) -> Response:
        if stale := pages.stale(request):
            return stale
        manage.remove_team(team_id, by=request.state.person.name)
        return RedirectResponse("/teams", status_code=303)


def role_of(form: dict[str, str]) -> Role:
    """Return the role a form names. Raises `NotAllowed` for none of ours."""
    try:
        return Role(form.get("role", ""))
    except ValueError as error:
        raise NotAllowed("There is no such role.", why="no_role") from error


def brands_of(form: dict[str, str], brands: tuple[str, ...]) -> frozenset[str] | None:
    """Return the brands a form ticks, by their place in the settings; None for all."""
    if form.get("brands_all") or not brands:
        return None
    return frozenset(name for at, name in enumerate(brands) if form.get(f"brand_{at}"))
