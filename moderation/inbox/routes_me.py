"""What people decide for themselves: name shown, language, theme, signature, password, second step, sessions and tokens."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import NotAllowed
from moderation.identity.second_step import qr_picture
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.inbox.people_parts import PeopleParts
from moderation.inbox.routes_second_step import secret_in
from moderation.model.account import Account, Theme
from moderation.model.person import RIGHTS, Right
from moderation.workflows.enter import NEED_SECOND_STEP
from moderation.workflows.hold_tokens import USUAL_DAYS
from moderation.workflows.link_discord import LinkDiscord
from moderation.workflows.manage_people import Profile

SAVED = ("profile", "password", "step", "session", "token", "discord")


class Me:
    """One person's own settings page, and what it needs to know of them."""

    def __init__(self, parts: StaffParts, people: PeopleParts, pages: Pages) -> None:
        self._parts = parts
        self.people = people
        self._pages = pages

    def account(self, request: Request) -> Account:
        """Return whose session this is. Raises `NotAllowed` while there are no people."""
        return self.people.account_of(request.state.session)

    def show(self, request: Request, account: Account, *, status: int = 200, wrong: str = "", token: str = "", code: str = "") -> Response:
        """Render /me. `token`, `code`: a new token or a code for Discord, shown this once."""
        person = account.person
        return self._pages.show(
            request,
            "me.html.j2",
            status=status,
            account=account,
            wrong=wrong,
            token=token,
            code=code,
            discord=None if self.people.discord is None else self.people.discord.linked(account.person_id),
            saved=next((one for one in SAVED if request.query_params.get("saved") == one), ""),
            themes=list(Theme),
            rights=sorted(RIGHTS[person.role]),
            step_needed=person.role in NEED_SECOND_STEP,
            codes_left=self.people.door.recovery_codes_left(account),
            sessions=self.people.manage.sessions(account.person_id),
            tokens=self.people.tokens.of(account),
            usual_days=USUAL_DAYS,
            has_messages=self._parts.deliveries is not None,
        )

    def discord(self) -> LinkDiscord:
        """Return what links accounts at Discord. Raises `NotAllowed` where there is no bot."""
        if self.people.discord is None:
            raise NotAllowed("The Discord bot is off (bot.enabled).", key="no_bot")
        return self.people.discord

    def step_page(self, request: Request, account: Account, *, status: int = 200, wrong: str = "", offer: str = "") -> Response:
        """Render the page that sets a second step up."""
        door = self.people.door
        offer, address = door.offer_again(account, offer) if offer else door.offer_second_step(account)
        given = {"offer": offer, "picture": qr_picture(address), "typed": secret_in(address), "action": "/me/second-step", "wrong": wrong}
        return self._pages.show(request, "second_step.html.j2", status=status, name=account.person.name, **given)

    def codes_page(self, request: Request, codes: tuple[str, ...]) -> Response:
        """Render recovery codes, this once."""
        return self._pages.show(request, "recovery_codes.html.j2", codes=codes, onward="/me")


def add_me_routes(app: FastAPI, parts: StaffParts, people: PeopleParts, pages: Pages) -> None:
    """Add /me and what its forms do."""
    me = Me(parts, people, pages)

    @app.get("/me")
    def show(request: Request) -> Response:
        return me.show(request, me.account(request))

    @app.post("/me")
    def save(request: Request) -> Response:
        account, form = me.account(request), request.state.form
        theme, language = form.get("theme", ""), form.get("language", "")
        profile = Profile(
            shown=form.get("shown", ""),
            email=account.email,
            language=language if language in pages.languages else "",
            theme=Theme(theme) if theme in set(Theme) else Theme.SYSTEM,
            signature=form.get("signature", ""),
        )
        people.manage.set_profile(account.person_id, profile, by=account.person.name)
        parts.sign_in.prefer(request.state.secret, profile.language)
        return _saved("profile")

    @app.post("/me/password")
    def change_password(request: Request) -> Response:
        if stale := pages.stale(request):
            return stale
        account, session = me.account(request), request.state.session
        try:
            people.door.choose_password(account, request.state.form.get("password", ""), brand=parts.brand, keep_session=session.session_id)
        except NotAllowed as refused:
            return me.show(request, account, status=403, wrong=refused.why)
        return _saved("password")

    @app.post("/me/sessions/{session_id}/end")
    def end_session(request: Request, session_id: int) -> Response:
        account = me.account(request)
        if session_id in {one.session_id for one in people.manage.sessions(account.person_id)}:
            people.manage.end_session(session_id, by=account.person.name)
        return _saved("session")

    _add_step_routes(app, me, pages)
    _add_token_routes(app, me, pages)
    _add_discord_routes(app, me, pages)


def _add_step_routes(app: FastAPI, me: Me, pages: Pages) -> None:
    door = me.people.door

    @app.get("/me/second-step")
    def offer(request: Request) -> Response:
        return me.step_page(request, me.account(request))

    @app.post("/me/second-step")
    def set_up(request: Request) -> Response:
        if stale := pages.stale(request):
            return stale
        account, form = me.account(request), request.state.form
        try:
            codes = door.set_second_step(account, form.get("offer", ""), form.get("code", "")[:100])
        except NotAllowed as refused:
            return me.step_page(request, account, status=403, wrong=refused.why)
        if codes is None:
            return me.step_page(request, account, status=403, wrong="code", offer=form.get("offer", ""))
        return me.codes_page(request, codes)

    @app.post("/me/second-step/codes")
    def new_codes(request: Request) -> Response:
        if stale := pages.stale(request):
            return stale
        return me.codes_page(request, door.new_recovery_codes(me.account(request)))

    @app.post("/me/second-step/end")
    def end(request: Request) -> Response:
        if stale := pages.stale(request):
            return stale
        account = me.account(request)
        try:
            door.end_second_step(account, keep_session=request.state.session.session_id)
        except NotAllowed as refused:
            return me.show(request, account, status=403, wrong=refused.why)
        return _saved("step")


def _add_token_routes(app: FastAPI, me: Me, pages: Pages) -> None:
    tokens = me.people.tokens

    @app.post("/me/tokens")
    def make(request: Request) -> Response:
        if stale := pages.stale(request):
            return stale
        account, form = me.account(request), request.state.form
        scopes = frozenset(right for right in Right if form.get(f"scope_{right.value}"))
        days = int(form["days"]) if form.get("days", "").isdecimal() and len(form["days"]) < 5 else 0
        try:
            token, _ = tokens.make(account, form.get("label", ""), scopes, days=days, by=account.person.name)
        except NotAllowed as refused:
            return me.show(request, account, status=403, wrong=refused.why)
        return me.show(request, account, token=token)

    @app.post("/me/tokens/{token_id}/revoke")
    def revoke(request: Request, token_id: int) -> Response:
        if stale := pages.stale(request):
            return stale
        account = me.account(request)
        tokens.revoke(token_id, by=account.person.name, of=account)
        return _saved("token")


def _add_discord_routes(app: FastAPI, me: Me, pages: Pages) -> None:
    @app.post("/me/discord")
    def make_code(request: Request) -> Response:
        if stale := pages.stale(request):
            return stale
        account = me.account(request)
        return me.show(request, account, code=me.discord().new_code(account.person_id, by=account.person.name))

    @app.post("/me/discord/unlink")
    def unlink(request: Request) -> Response:
        account = me.account(request)
        me.discord().unlink(account.person_id, by=account.person.name)
        return _saved("discord")


def _saved(what: str) -> Response:
    return RedirectResponse(f"/me?saved={what}", status_code=303)
