"""Signing in elsewhere: away to the provider, and back with an answer that is checked before anybody is believed."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listener.errors import NotAllowed
from moderation.identity.oidc import GOES_STALE, new_question, read_question, written
from moderation.inbox.checks import cookie_of
from moderation.inbox.coming_in import let_in
from moderation.inbox.oidc_client import OidcClient
from moderation.inbox.pages import Pages
from moderation.inbox.parts import StaffParts
from moderation.inbox.people_parts import PeopleParts
from moderation.inbox.routes_account import door_page
from moderation.model.account import How

QUESTION_COOKIE = "__Host-klankbord-oidc"
BACK = "/sign-in/elsewhere/back"


def add_elsewhere_routes(app: FastAPI, parts: StaffParts, people: PeopleParts, oidc: OidcClient, pages: Pages) -> None:
    """Add the two routes of signing in elsewhere."""

    @app.get("/sign-in/elsewhere")
    async def away(request: Request) -> Response:
        question = new_question(parts.clock.now())
        try:
            where = await oidc.address(question, back=_back(request, parts))
        except NotAllowed as refused:
            return door_page(pages, request, "name", status=503, wrong=refused.why, elsewhere=oidc.name)
        response = RedirectResponse(where, status_code=303)
        kept = await run_in_threadpool(people.door.locked, written(question))
        lasts = int(GOES_STALE.total_seconds())
        # Lax, not Strict: the provider's page sends people back here, and the question has to come with them
        response.set_cookie(QUESTION_COOKIE, kept, max_age=lasts, path="/", secure=True, httponly=True, samesite="lax")
        return response

    @app.get(BACK)
    async def back(request: Request) -> Response:
        """Let somebody in through a page of ours: a redirect from elsewhere would leave the session's Strict cookie behind."""
        kept = cookie_of(request.scope["headers"], QUESTION_COOKIE)
        try:
            question = read_question(await run_in_threadpool(people.door.opened, kept), parts.clock.now())
            claims = await oidc.claims(dict(request.query_params), question, back=_back(request, parts))
            account = await run_in_threadpool(oidc.colleagues.colleague, claims)
        except NotAllowed as refused:
            return _once(door_page(pages, request, "name", status=403, wrong=refused.why, elsewhere=oidc.name))
        how = How.OIDC_STEP if oidc.second_step else How.OIDC
        onward = await let_in(request, parts, people, account, how=how, proved=oidc.second_step)
        response = pages.show(request, "elsewhere.html.j2", onward=onward.headers["location"])
        response.raw_headers.extend(pair for pair in onward.raw_headers if pair[0] == b"set-cookie")
        return _once(response)


def _once(response: Response) -> Response:
    """Forget the question: an answer counts once."""
    response.delete_cookie(QUESTION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return response


def _back(request: Request, parts: StaffParts) -> str:
    base = parts.base_url or f"{request.url.scheme}://{request.headers['host']}"
    return f"{base.rstrip('/')}{BACK}"
