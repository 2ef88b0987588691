"""The gate in front of every public page: host, method, origin and size of a form; safe headers on, and cookies off, every answer.

Being one ASGI layer around the whole app, it also covers paths that do not exist and pages that somebody adds later.
"""

from __future__ import annotations

import logging

from starlette.types import ASGIApp, Receive, Scope, Send

from moderation.inbox.checks import HSTS, SAFE_HEADERS, known_host, values
from moderation.inbox.edge import ErrorPage, Refused, Sending, answered, pass_or_close, read_form
from moderation.public.one_click import is_multipart, read_parts

logger = logging.getLogger(__name__)

STOP_FOLDER = "/u/"
POST_FOLDERS = ("/f/", STOP_FOLDER)
"""Only pages below these folders take a form: feedback, and stopping our e-mails."""
CALLED_FOLDER = "/in/"
"""What platforms call: their bodies are read where their signatures are checked, byte for byte."""
CONTENT_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_REPLACED = {b"content-security-policy": CONTENT_POLICY.encode("ascii")}
_SAFE = tuple((name, _REPLACED.get(name, value)) for name, value in SAFE_HEADERS)
_DROPPED = frozenset({b"set-cookie", HSTS[0]})


class PublicGate:
    """Lets through what may pass and leaves `form` on the request's state; answers everything else itself."""

    def __init__(self, app: ASGIApp, *, error_page: ErrorPage, hosts: frozenset[str], origin: str = "", secure: bool = False) -> None:
        self._app = app
        self._error_page = error_page
        self._hosts = hosts
        self._origin = origin
        self._safe = (*_SAFE, HSTS) if secure else _SAFE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await pass_or_close(self._app, scope, receive, send)
            return
        sending = Sending(send, safe=self._safe, dropped=_DROPPED, head=scope["method"] == "HEAD")
        scope.setdefault("state", {}).update(form={})
        await answered(self._admit, scope, receive, sending, error_page=self._error_page, failed=_note)

    async def _admit(self, scope: Scope, receive: Receive, sending: Sending) -> None:
        headers, method = scope["headers"], scope["method"]
        host = known_host(headers, self._hosts)
        if host is None:
            raise Refused(400, "host")
        if method == "POST" and scope["path"].startswith((*POST_FOLDERS, CALLED_FOLDER)):
            if not self._from_our_page(scope, host):
                raise Refused(403, "origin")
            if scope["path"].startswith(CALLED_FOLDER):
                await self._app(scope, receive, sending)
                return
            one_click = scope["path"].startswith(STOP_FOLDER) and is_multipart(scope)
            scope["state"]["form"] = await (read_parts if one_click else read_form)(scope, receive)
        elif method not in ("GET", "HEAD"):
            raise Refused(405, "method")
        asked = {**scope, "method": "GET"} if method == "HEAD" else scope
        await self._app(asked, receive, sending)

    def _from_our_page(self, scope: Scope, host: str) -> bool:
        """Tell whether a form was sent from one of our own pages.

        Under no-referrer a browser says `Origin: null` with `Sec-Fetch-Site: same-origin`, which no other page can forge. A program that
        sends neither is let in: there is no cookie it could ride on, and the address itself holds the secret.
        """
        origins, sites = values(scope["headers"], "origin"), values(scope["headers"], "sec-fetch-site")
        if len(origins) > 1 or len(sites) > 1 or (sites and sites[0] not in ("same-origin", "none")):
            return False
        if not origins or origins[0] == "null":
            return not origins or bool(sites)
        return origins[0] in {self._origin, f"http://{host}", f"https://{host}"} - {""}


def _note(facts: dict[str, object]) -> None:
    """Log a failure. The address stays out of the log: it may hold a secret."""
    logger.error("public page failed", extra=facts)
