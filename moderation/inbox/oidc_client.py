"""Talks to the provider at which colleagues may sign in: its description, its keys, and a code for a token."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from listener.errors import NotAllowed, SourceError
from listener.ports import Clock
from listener.sources.http import Answer, HttpClient
from moderation.identity.oidc import Provider, Question, address_to_ask, claims_in, code_of, read_provider
from moderation.workflows.sign_in_elsewhere import SignInElsewhere

WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcClient:
    """One provider. `http` makes the safe client for one visit; `secret` reads the client's secret, empty for one without."""

    issuer: str
    client_id: str
    name: str
    secret: Callable[[], str]
    http: Callable[[], HttpClient]
    clock: Clock
    colleagues: SignInElsewhere
    scope: str = "openid profile email"
    second_step: bool = False
    allow_private: bool = False

    async def address(self, question: Question, *, back: str) -> str:
        """Return where to send somebody who wants to sign in there. Raises `NotAllowed` when the provider does not answer as it should."""
        async with aclosing(self.http()) as http:
            provider = await self._provider(http)
        return address_to_ask(provider, question, client_id=self.client_id, back=back, scope=self.scope)

    async def claims(self, answer: Mapping[str, str], question: Question, *, back: str) -> Mapping[str, Any]:
        """Return what the provider says about somebody who came back. Raises `NotAllowed` for anything that is not right."""
        code = code_of(answer, question, issuer=self.issuer)
        async with aclosing(self.http()) as http:
            provider = await self._provider(http)
            keys = await self._get(http, provider.keys)
            token = await self._token(http, provider, code, question, back)
        return claims_in(token, keys, issuer=self.issuer, client_id=self.client_id, nonce=question.nonce, now=self.clock.now())

    async def _provider(self, http: HttpClient) -> Provider:
        return read_provider(await self._get(http, f"{self.issuer.rstrip('/')}{WELL_KNOWN}"), self.issuer)

    async def _get(self, http: HttpClient, url: str) -> Mapping[str, Any]:
        try:
            return _object(await http.get(url, allow_private=self.allow_private, allow_http=self.allow_private))
        except SourceError as error:
            raise _unreachable() from error

    async def _token(self, http: HttpClient, provider: Provider, code: str, question: Question, back: str) -> str:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": question.verifier}
        secret = self.secret()
        headers = {"Accept": "application/json"}
        if secret:
            pair = f"{quote(self.client_id, safe='')}:{quote(secret, safe='')}".encode("ascii")
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode('ascii')}"
        else:
            form["client_id"] = self.client_id
        try:
            answer = await http.post_form(
                provider.token, form, headers=headers, allow_private=self.allow_private, allow_http=self.allow_private
            )
        except SourceError as error:
            raise _unreachable() from error
        return str(_object(answer).get("id_token", ""))


def _object(answer: Answer) -> Mapping[str, Any]:
    try:
        found = json.loads(answer.body)
    except ValueError as error:
        raise _unreachable() from error
    if not isinstance(found, dict):
        raise _unreachable()
    return found


def _unreachable() -> NotAllowed:
    return NotAllowed("The provider at which you sign in does not answer as it should; try again later.", why="elsewhere")
