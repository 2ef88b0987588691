"""The second step of signing in, setting it up where a role needs it, and showing again who one is before something weighty."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import NotAllowed
from moderation.identity.second_step import qr_picture
from moderation.inbox.coming_in import let_in, on_the_way, step_secret, with_session
from moderation.inbox.device import device_name
from moderation.inbox.fields import own_path
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.inbox.people_parts import PeopleParts
from moderation.inbox.routes_account import LONGEST_TYPED, knocked, minutes, too_many
from moderation.inbox.sign_in import Session
from moderation.model.account import Account, How, OpenSession, Stage

CODE = "code"
KEPT_FOR_FRESH = "fresh_to"


def add_second_step_routes(app: FastAPI, parts: StaffParts, people: PeopleParts, pages: Pages) -> None:
    """Add the routes between password and session, and /fresh."""

    @app.get("/sign-in/code")
    def ask_code(request: Request) -> Response:
        found = on_the_way(request, parts, Stage.CODE)
        return _start_again() if found is None else _code_page(pages, request)

    @app.post("/sign-in/code")
    async def give_code(request: Request) -> Response:
        found = await run_in_threadpool(on_the_way, request, parts, Stage.CODE)
        if found is None:
            return _start_again()
        session, account = found
        knock = await knocked(request, parts, people, account.person.name, what=CODE)
        if knock.wait_seconds:
            return too_many(_code_page(pages, request, status=429, wrong="wait", wait_minutes=minutes(knock)), knock)
        if not await run_in_threadpool(people.door.by_code, knock, account, request.state.form.get("code", "")[:100]):
            return _code_page(pages, request, status=403, wrong="code")
        parts.sign_in.end_step(step_secret(request))
        return await let_in(request, parts, people, account, how=session.how, proved=True)

    @app.get("/sign-in/set-up")
    def ask_set_up(request: Request) -> Response:
        found = on_the_way(request, parts, Stage.SETUP)
        return _start_again() if found is None else _set_up_page(pages, request, people, found[1])

    @app.post("/sign-in/set-up")
    def set_up(request: Request) -> Response:
        found = on_the_way(request, parts, Stage.SETUP)
        if found is None:
            return _start_again()
        session, account = found
        form = request.state.form
        try:
            codes = people.door.set_second_step(account, form.get("offer", ""), form.get("code", "")[:100])
        except NotAllowed as refused:
            return _set_up_page(pages, request, people, account, status=403, wrong=refused.why)
        if codes is None:
            return _set_up_page(pages, request, people, account, status=403, wrong="code", offer=form.get("offer", ""))
        return _in_with_codes(request, parts, people, pages, session, account, codes)

    @app.get("/fresh")
    def ask_fresh(request: Request) -> Response:
        back = own_path(request.query_params.get("back", "/"))
        return fresh_page(pages, request, fields={KEPT_FOR_FRESH: back, "fresh_how": "get"}, status=200)

    @app.post("/fresh")
    async def give_fresh(request: Request) -> Response:
        return await _prove(request, parts, people, pages)


def fresh_page(
    pages: Pages, request: Request, *, fields: Mapping[str, str], status: int, wrong: str = "", wait_minutes: int = 0
) -> Response:
    """Return the small page that asks a password or a code again. `fields`: what was asked, to go on with afterwards."""
    kept = {name: value for name, value in fields.items() if name not in ("csrf", "fresh_password", "fresh_code")}
    return pages.show(request, "fresh.html.j2", status=status, fields=kept, wrong=wrong, wait_minutes=wait_minutes)


async def _prove(request: Request, parts: StaffParts, people: PeopleParts, pages: Pages) -> Response:
    """Take a password or a code, and go on: to a page, or (307, which keeps the form) to what the form was for."""
    session: Session = request.state.session
    form: dict[str, str] = request.state.form
    account = await run_in_threadpool(people.door.account, session.person_id) if session.person_id is not None else None
    if account is None:
        return fresh_page(pages, request, fields=form, status=403)
    code = form.get("fresh_code", "")[:100]
    knock = await knocked(request, parts, people, session.agent, what=CODE if code else "")
    if knock.wait_seconds:
        return too_many(fresh_page(pages, request, fields=form, status=429, wrong="wait", wait_minutes=minutes(knock)), knock)
    if code:
        right = await run_in_threadpool(people.door.by_code, knock, account, code)
    else:
        typed = form.get("fresh_password", "")[:LONGEST_TYPED]
        right = await run_in_threadpool(people.door.by_password, knock, session.agent, typed) is not None
    if not right:
        return fresh_page(pages, request, fields=form, status=403, wrong="code" if code else "password")
    await run_in_threadpool(parts.sign_in.prove, session)
    return RedirectResponse(own_path(form.get(KEPT_FOR_FRESH, "/")), status_code=303 if form.get("fresh_how") == "get" else 307)


def _in_with_codes(
    request: Request,
    parts: StaffParts,
    people: PeopleParts,
    pages: Pages,
    session: OpenSession,
    account: Account,
    codes: tuple[str, ...],
) -> Response:
    """Let somebody in who has just set up their second step, with their recovery codes, which are shown this once."""
    parts.sign_in.end_step(step_secret(request))
    how = session.how if session.how in (How.PASSWORD, How.OIDC) else How.PASSWORD
    secret = parts.sign_in.open(account, name=account.person.name, how=how, replacing=request.state.secret, device=device_name(request))
    if secret is None:
        return _start_again()
    response = pages.show(request, "recovery_codes.html.j2", codes=codes, onward="/issues")
    with_session(request, response, people, account, secret)
    return response


def _start_again() -> Response:
    return RedirectResponse("/sign-in", status_code=303)


def _code_page(pages: Pages, request: Request, *, status: int = 200, wrong: str = "", wait_minutes: int = 0) -> Response:
    return pages.show(request, "sign_in_code.html.j2", status=status, wrong=wrong, wait_minutes=wait_minutes)


def _set_up_page(
    pages: Pages, request: Request, people: PeopleParts, account: Account, *, status: int = 200, wrong: str = "", offer: str = ""
) -> Response:
    """Show the QR code of an offer: a new one, or after a mistyped code the same again."""
    offer, address = people.door.offer_again(account, offer) if offer else people.door.offer_second_step(account)
    given = {"offer": offer, "picture": qr_picture(address), "typed": secret_in(address), "action": "/sign-in/set-up", "wrong": wrong}
    return pages.show(request, "second_step.html.j2", status=status, name=account.person.name, **given)


def secret_in(address: str) -> str:
    """Return the secret of an otpauth address in groups of four, for whoever types it."""
    secret = address.partition("secret=")[2].partition("&")[0]
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
