"""Signing in and out, and the language of the pages."""

from __future__ import annotations

import math

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import NotAllowed
from moderation.inbox.coming_in import let_in, set_session, with_session
from moderation.inbox.device import address_of, device_digest, device_name
from moderation.inbox.fields import own_path
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.inbox.people_parts import PeopleParts
from moderation.inbox.sign_in import COOKIE
from moderation.model.account import How, Purpose
from moderation.workflows.enter import Knock

LONGEST_TYPED = 1000


def add_account_routes(app: FastAPI, parts: StaffParts, pages: Pages) -> None:
    """Add the routes that need no session (sign-in) or end one (sign-out), and the language switch."""

    @app.get("/sign-in")
    def ask(request: Request) -> Response:
        """Show how to come in; of a link its button or password form. Opening the address alone (as link previews do) uses nothing."""
        token = request.query_params.get("token", "")[:200]
        link = parts.sign_in.link(token) if token else None
        if link is not None and link.purpose is Purpose.PASSWORD and parts.people is not None:
            return door_page(pages, request, "password", token=token, name=link.name)
        if token:
            return door_page(pages, request, "ready" if link else "stale", token=token)
        return door_page(pages, request, _first_state(parts), elsewhere=_elsewhere(parts))

    @app.post("/sign-in")
    async def enter(request: Request) -> Response:
        form = request.state.form
        token = form.get("token", "")[:200]
        if token and "password" in form and parts.people is not None:
            return await _choose_password(request, parts, parts.people, pages, token)
        if token or parts.people is None:
            return await run_in_threadpool(_use_link, request, parts, pages, token)
        return await _by_password(request, parts, parts.people, pages)

    @app.get("/signed-in")
    def entered(request: Request) -> Response:
        """Go on to the first page, or say that the browser kept no cookie (Safari refuses Secure cookies on plain http)."""
        if request.state.session is not None:
            return RedirectResponse("/issues", status_code=303)
        return door_page(pages, request, "cookie", status=403)

    @app.post("/sign-out")
    def leave(request: Request) -> Response:
        parts.sign_in.leave(request.state.secret)
        response = RedirectResponse("/sign-in", status_code=303)
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
        return response

    @app.post("/language")
    def speak(request: Request) -> Response:
        form = request.state.form
        if form.get("language", "") in pages.languages:
            parts.sign_in.prefer(request.state.secret, form["language"])
        return RedirectResponse(own_path(form.get("back", "")), status_code=303)


def _first_state(parts: StaffParts) -> str:
    """Return which door stands open: a password once there are people, a link from the terminal before that."""
    return "name" if parts.people is not None and parts.sign_in.has_people() else "empty"


def _elsewhere(parts: StaffParts) -> str:
    """Return the name of the provider at which people may sign in too; empty without one."""
    return parts.people.oidc.name if parts.people is not None and parts.people.oidc is not None else ""


def door_page(pages: Pages, request: Request, state: str, *, status: int = 200, **given: object) -> Response:
    """Render the door in one of its states."""
    known: dict[str, object] = {"token": "", "name": "", "wrong": "", "wait_minutes": 0, "elsewhere": "", **given}
    return pages.show(request, "sign_in.html.j2", status=status, state=state, **known)


def _use_link(request: Request, parts: StaffParts, pages: Pages, token: str) -> Response:
    link = parts.sign_in.link(token)
    secret = parts.sign_in.enter(token, replacing=request.state.secret, device=device_name(request))
    if secret is None:
        return door_page(pages, request, "stale", status=403)
    response = RedirectResponse("/signed-in", status_code=303)
    account = parts.people.door.account(link.person_id) if parts.people and link and link.person_id else None
    if parts.people is not None and account is not None:
        with_session(request, response, parts.people, account, secret)
    else:
        set_session(response, secret)
    return response


async def _by_password(request: Request, parts: StaffParts, people: PeopleParts, pages: Pages) -> Response:
    form = request.state.form
    name, password = form.get("name", "")[:LONGEST_TYPED], form.get("password", "")[:LONGEST_TYPED]
    knock = await knocked(request, parts, people, name)
    if knock.wait_seconds:
        return too_many(
            door_page(
                pages, request, "name", status=429, name=name, wrong="wait", wait_minutes=minutes(knock), elsewhere=_elsewhere(parts)
            ),
            knock,
        )
    account = await run_in_threadpool(people.door.by_password, knock, name, password)
    if account is None:
        return door_page(pages, request, "name", status=403, name=name, wrong="password", elsewhere=_elsewhere(parts))
    return await let_in(request, parts, people, account, how=How.PASSWORD)


async def _choose_password(request: Request, parts: StaffParts, people: PeopleParts, pages: Pages, token: str) -> Response:
    """Keep the password chosen by a link and let its owner in. A refused password leaves the link as it was."""
    link = await run_in_threadpool(parts.sign_in.link, token)
    account = await run_in_threadpool(people.door.account, link.person_id) if link and link.person_id else None
    if link is None or account is None or link.purpose is not Purpose.PASSWORD:
        return door_page(pages, request, "stale", status=403)
    try:
        used = await run_in_threadpool(_keep_password, parts, people, token, request.state.form.get("password", ""))
    except NotAllowed as refused:
        return door_page(pages, request, "password", status=403, token=token, name=link.name, wrong=refused.why)
    if not used:
        return door_page(pages, request, "stale", status=403)
    now = await run_in_threadpool(people.door.account, account.person_id)
    return await let_in(request, parts, people, now or account, how=How.LINK if link.trusted else How.PASSWORD, proved=link.trusted)


def _keep_password(parts: StaffParts, people: PeopleParts, token: str, password: str) -> bool:
    """Check the password before the link is used up; False when somebody else used it meanwhile."""
    link = parts.sign_in.link(token)
    account = people.door.account(link.person_id) if link and link.person_id else None
    if account is None:
        return False
    people.door.check_password(account, password, brand=parts.brand)
    if parts.sign_in.use(token) is None:
        return False
    people.door.choose_password(account, password, brand=parts.brand)
    return True


async def knocked(request: Request, parts: StaffParts, people: PeopleParts, name: str, *, what: str = "") -> Knock:
    """Count a try and wait as long as the brake says; without a wait when it has to be refused."""
    address = address_of(request, people.trusted_proxies)
    knock = await run_in_threadpool(people.door.knock, name, address=address, device=device_digest(request), what=what)
    if knock.delay_seconds and not knock.wait_seconds:
        await parts.clock.sleep(knock.delay_seconds)
    return knock


def too_many(response: Response, knock: Knock) -> Response:
    """Say when the next try may be made."""
    response.headers["retry-after"] = str(math.ceil(knock.wait_seconds))
    return response


def minutes(knock: Knock) -> int:
    """Return the wait in whole minutes, at least one."""
    return max(1, math.ceil(knock.wait_seconds / 60))
