"""The answer to somebody who showed who they are: a session, or the second step first; and the cookies of both."""

from __future__ import annotations

import secrets

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from moderation.inbox.checks import cookie_of
from moderation.inbox.device import DEVICE_COOKIE, device_name
from moderation.inbox.parts import StaffParts
from moderation.inbox.people_parts import PeopleParts
from moderation.inbox.sign_in import COOKIE, STEP_COOKIE, digest_of
from moderation.model.account import Account, How, OpenSession, Stage
from moderation.workflows.enter import DEVICE_LASTS, stage_of

STEP_PAGES = {Stage.CODE: "/sign-in/code", Stage.SETUP: "/sign-in/set-up"}


async def let_in(request: Request, parts: StaffParts, people: PeopleParts, account: Account, *, how: How, proved: bool = False) -> Response:
    """Answer with a session, or lead to the second step. `proved`: the second step was shown, or whoever sent them asked for it."""
    stage = Stage.IN if proved else stage_of(account.person)
    return await run_in_threadpool(_let_in, request, parts, people, account, how, stage)


def _let_in(request: Request, parts: StaffParts, people: PeopleParts, account: Account, how: How, stage: Stage) -> Response:
    replacing = request.state.secret if stage is Stage.IN else step_secret(request)
    secret = parts.sign_in.open(account, name=account.person.name, how=how, stage=stage, replacing=replacing, device=device_name(request))
    if secret is None:
        return RedirectResponse("/sign-in", status_code=303)
    if stage is not Stage.IN:
        response = RedirectResponse(STEP_PAGES[stage], status_code=303)
        response.set_cookie(STEP_COOKIE, secret, path="/", secure=True, httponly=True, samesite="strict")
        return response
    response = RedirectResponse("/signed-in", status_code=303)
    with_session(request, response, people, account, secret)
    return response


def with_session(request: Request, response: Response, people: PeopleParts, account: Account, secret: str) -> None:
    """Give a response the cookies of somebody who came in. Blocks: the device is written down."""
    set_session(response, secret)
    device = cookie_of(request.scope["headers"], DEVICE_COOKIE) or secrets.token_urlsafe(32)
    people.door.remember(account, digest_of(device))
    lasts = int(DEVICE_LASTS.total_seconds())
    response.set_cookie(DEVICE_COOKIE, device, max_age=lasts, path="/", secure=True, httponly=True, samesite="strict")
    if step_secret(request):
        response.delete_cookie(STEP_COOKIE, path="/", secure=True, httponly=True, samesite="strict")


def set_session(response: Response, secret: str) -> None:
    """Give a response the session's cookie (RULES S5)."""
    response.set_cookie(COOKIE, secret, path="/", secure=True, httponly=True, samesite="strict")


def step_secret(request: Request) -> str:
    """Return the secret of somebody between password and second step; empty without one."""
    return cookie_of(request.scope["headers"], STEP_COOKIE)


def on_the_way(request: Request, parts: StaffParts, stage: Stage) -> tuple[OpenSession, Account] | None:
    """Return who owes this stage, or None."""
    found = parts.sign_in.on_the_way(step_secret(request))
    return found if found is not None and found[0].stage is stage else None
