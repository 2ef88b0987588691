"""The gate in front of every staff page: closed unless a route is named open.

It asks, in order: host, method, origin of a form, its size, session, form token, the route, the right it needs, and whether
what it names by number is this person's to see.

Being one ASGI layer around the whole app, it also covers paths that do not exist and pages that somebody adds later.
"""

from __future__ import annotations

import hmac
import logging

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from moderation.inbox.checks import LOCAL_HOSTS, came_from_us, cookie_of, known_host, values
from moderation.inbox.edge import ErrorPage, Refused, Sending, answered, pass_or_close, read_form
from moderation.inbox.matching import Found, route_for
from moderation.inbox.rights import OPEN, WHOLE_HOUSE, needed_for
from moderation.inbox.scope import ObjectBrands, named_objects, sees_all
from moderation.inbox.sign_in import COOKIE, Session, SignIn
from moderation.model.person import Person, Right

logger = logging.getLogger(__name__)

LIVE_HEADER = "x-klankbord-live"


class StaffGate:
    """Lets through what may pass, with `session`, `person`, `secret` and `form` on the request's state; answers everything else itself."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        sign_in: SignIn,
        error_page: ErrorPage,
        objects: ObjectBrands | None = None,
        hosts: frozenset[str] = LOCAL_HOSTS,
    ) -> None:
        self._app = app
        self._sign_in = sign_in
        self._objects = objects
        self._error_page = error_page
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await pass_or_close(self._app, scope, receive, send)
            return

        def failed(facts: dict[str, object]) -> None:
            logger.error("page failed", extra={**facts, "path": scope["path"]})

        scope.setdefault("state", {}).update(session=None, person=None, secret="", form={})
        await answered(self._admit, scope, receive, Sending(send), error_page=self._error_page, failed=failed)

    async def _admit(self, scope: Scope, receive: Receive, sending: Sending) -> None:
        headers, method = scope["headers"], scope["method"]
        host = known_host(headers, self._hosts)
        if host is None:
            raise Refused(400, "host")
        if method not in ("GET", "HEAD", "POST"):
            raise Refused(405, "method")
        session = await run_in_threadpool(self._session, scope)
        found = route_for(scope["app"].router.routes, scope)
        needed = needed_for(method, found.template)
        if method == "POST":
            if not came_from_us(headers, scheme=scope["scheme"], host=host):
                raise Refused(403, "origin")
            scope["state"]["form"] = await read_form(scope, receive)
        if needed != OPEN:
            if session is None:
                if method == "POST" or values(headers, LIVE_HEADER):
                    raise Refused(401, "session")
                await RedirectResponse("/sign-in", status_code=302)(scope, receive, sending)
                return
            if method == "POST" and not _token_fits(session, scope["state"]["form"]):
                raise Refused(403, "form")
            _check_right(scope["state"]["person"], method, found, needed)
            await self._check_objects(scope, found)
        await self._app(scope, receive, sending)

    async def _check_objects(self, scope: Scope, found: Found) -> None:
        """Answer 404 for what this person may not see, exactly as for what does not exist."""
        person: Person = scope["state"]["person"]
        if person.brands is None:
            return
        fields = (*QueryParams(scope["query_string"]).multi_items(), *scope["state"]["form"].items())
        if not await run_in_threadpool(sees_all, person, self._objects, list(named_objects(found.given, fields))):
            raise Refused(404, "missing")

    def _session(self, scope: Scope) -> Session | None:
        secret = cookie_of(scope["headers"], COOKIE)
        session = self._sign_in.session(secret, touch=not values(scope["headers"], LIVE_HEADER))
        scope["state"].update(
            session=session, person=person_of(session), secret=secret if session else "", theme=session.theme.value if session else "system"
        )
        return session


def person_of(session: Session | None) -> Person | None:
    """Return who is behind a session."""
    return None if session is None else session.person


def _check_right(person: Person, method: str, found: Found, needed: Right | None) -> None:
    """Refuse what the table does not let this person do; what it does not name does not exist."""
    if found.other_method:
        raise Refused(405, "method")
    if needed is None:
        raise Refused(404, "missing")
    if not person.may(needed):
        raise Refused(403, "right")
    if person.brands is not None and (method, found.template) in WHOLE_HOUSE:
        raise Refused(403, "house")


def _token_fits(session: Session | None, form: dict[str, str]) -> bool:
    given = form.get("csrf", "")
    return session is not None and hmac.compare_digest(given.encode("utf-8", "replace"), session.csrf.encode("ascii"))
