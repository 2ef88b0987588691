"""The gate in front of every staff page and every call of the API: closed unless a route is named open.

It asks, in order: host, method, origin of a form, its size, session, form token, the route, the right it needs, whether what it names by
number is this person's to see, how often, and for some routes whether they showed lately who they are. Calls of the API bring a token
instead of a session, and no cookie counts there.

Being one ASGI layer around the whole app, it also covers paths that do not exist and pages that somebody adds later.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from moderation.inbox.admission import Admission
from moderation.inbox.api.problems import is_call, refusal
from moderation.inbox.api.reading import bearer_of, query_of, read_json
from moderation.inbox.checks import HSTS, LOCAL_HOSTS, SAFE_HEADERS, came_from_us, cookie_of, known_host, values
from moderation.inbox.edge import ErrorPage, Refused, Sending, answered, pass_or_close, read_form
from moderation.inbox.limits import PersonLimits
from moderation.inbox.matching import route_for
from moderation.inbox.rights import FRESH, OPEN, needed_for
from moderation.inbox.scope import Noted, ObjectBrands, TokenCheck, no_tokens, nowhere
from moderation.inbox.sign_in import COOKIE, Session, SignIn
from moderation.inbox.turns import Turns

logger = logging.getLogger(__name__)

LIVE_HEADER = "x-klankbord-live"
STREAM = "/events"
"""An open page that listens is no sign that somebody is there."""


class StaffGate:
    """Lets through what may pass, with `session`, `person`, `secret` and `form` on the request's state; answers everything else itself.

    `origin` is the address under which a proxy with TLS serves these pages, such as "https://inbox.example.nl"; empty without one.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        sign_in: SignIn,
        error_page: ErrorPage,
        stale: Callable[[Request], Response | None],
        limits: PersonLimits,
        objects: ObjectBrands | None = None,
        tokens: TokenCheck = no_tokens,
        noted: Noted = nowhere,
        hosts: frozenset[str] = LOCAL_HOSTS,
        origin: str = "",
    ) -> None:
        self._app = app
        self._sign_in = sign_in
        self._page = error_page
        self._stale = stale
        self._admission = Admission(objects=objects, limits=limits, noted=noted)
        self._tokens = tokens
        self._hosts = hosts
        self._origin = origin
        self._turns = Turns()
        self._safe = (*SAFE_HEADERS, HSTS) if origin.startswith("https://") else SAFE_HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await pass_or_close(self._app, scope, receive, send)
            return

        def failed(facts: dict[str, object]) -> None:
            logger.error("page failed", extra={**facts, "path": scope["path"]})

        scope.setdefault("state", {}).update(session=None, person=None, secret="", form={}, theme="system")
        await answered(self._admit, scope, receive, Sending(send, safe=self._safe), error_page=self._error, failed=failed)

    async def _admit(self, scope: Scope, receive: Receive, sending: Sending) -> None:
        host = known_host(scope["headers"], self._hosts)
        if host is None:
            raise Refused(400, "host")
        if is_call(scope):
            await self._admit_call(scope, receive, sending)
        else:
            await self._admit_page(scope, receive, sending, host)

    async def _admit_call(self, scope: Scope, receive: Receive, sending: Sending) -> None:
        """Let a call in by its token alone: a cookie is never read here, so that no page elsewhere can use one."""
        method, token = scope["method"], bearer_of(scope["headers"])
        person = await run_in_threadpool(self._tokens, token) if token else None
        if person is None or person.disabled:
            raise Refused(401, "token")
        scope["state"]["person"] = person
        found = route_for(scope["app"].router.routes, scope)
        self._admission.check_right(person, method, found)
        fields = query_of(scope)
        if method == "POST":
            body, receive = await read_json(scope, receive)
            fields = [*fields, *body.items()]
        await self._admission.check_objects(person, found, fields)
        await self._admission.check_depth(person, method, found, fields)
        self._admission.count(scope, person, method, found)
        await self._turns.take(self._app, scope, receive, sending)

    async def _admit_page(self, scope: Scope, receive: Receive, sending: Sending, host: str) -> None:
        headers, method = scope["headers"], scope["method"]
        if method not in ("GET", "HEAD", "POST"):
            raise Refused(405, "method")
        session = await run_in_threadpool(self._session, scope)
        found = route_for(scope["app"].router.routes, scope)
        if method == "POST":
            scheme = "https" if self._origin == f"https://{host}" else scope["scheme"]  # behind the proxy, which speaks plain http to us
            if not came_from_us(headers, scheme=scheme, host=host):
                raise Refused(403, "origin")
            scope["state"]["form"] = await read_form(scope, receive)
        if needed_for(method, found.template) != OPEN:
            if session is None:
                if method == "POST" or values(headers, LIVE_HEADER):
                    raise Refused(401, "session")
                await RedirectResponse("/sign-in", status_code=302)(scope, receive, sending)
                return
            if method == "POST" and not _token_fits(session, scope["state"]["form"]):
                raise Refused(403, "form")
            self._admission.check_right(session.person, method, found)
            fields = (*QueryParams(scope["query_string"]).multi_items(), *scope["state"]["form"].items())
            await self._admission.check_objects(session.person, found, fields)
            await self._admission.check_depth(session.person, method, found, fields)
            self._admission.count(scope, session.person, method, found)
            again = self._stale(Request(scope)) if (method, found.template) in FRESH else None
            if again is not None:
                await again(scope, receive, sending)
                return
            await self._turns.take(self._app, scope, receive, sending)
            return
        await self._app(scope, receive, sending)  # whoever is outside waits for nobody inside, nor the other way round

    def _session(self, scope: Scope) -> Session | None:
        secret = cookie_of(scope["headers"], COOKIE)
        session = self._sign_in.session(secret, touch=not (values(scope["headers"], LIVE_HEADER) or scope["path"] == STREAM))
        scope["state"].update(
            session=session,
            person=session.person if session else None,
            secret=secret if session else "",
            theme=session.theme.value if session else "system",
        )
        return session

    def _error(self, scope: Scope, status: int, reason: str) -> Response:
        if is_call(scope):
            return refusal(scope, status, reason)
        answer = self._page(scope, status, reason)
        if status == 429:
            answer.headers["retry-after"] = str(scope["state"]["retry_after"])
        return answer


def _token_fits(session: Session | None, form: dict[str, str]) -> bool:
    given = form.get("csrf", "")
    return session is not None and hmac.compare_digest(given.encode("utf-8", "replace"), session.csrf.encode("ascii"))
