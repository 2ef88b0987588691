"""A signed-in reader on a Bluesky server: signs in with an app password, keeps the session and renews it (RULES F19)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from listener.errors import SourceRefused, SourceUnavailable
from listener.sources.fields import word
from listener.sources.http import HttpClient
from listener.sources.json_text import read_json

HOW_TO = "make an app password in the app under Settings, Privacy and security, and set KLANKBORD_BLUESKY_READ_APP_PASSWORD"


@dataclass(frozen=True, slots=True, repr=False)
class _Tokens:
    access: str
    refresh: str
    password: str


class BlueskySession:
    """com.atproto.server.createSession and refreshSession (lexicons, read 2026-11).

    Signing in is limited to 30 times in five minutes and 300 a day for one account, so a session is kept until it is refused. Another app
    password (`password` is asked each time) signs in anew.
    """

    def __init__(
        self,
        http: HttpClient,
        service: str,
        *,
        account: str,
        password: Callable[[], str],
        allow_http: bool = False,
        allow_private: bool = False,
    ) -> None:
        self._http = http
        self._service = service
        self._account = account
        self._password = password
        self._allow_http = allow_http
        self._allow_private = allow_private
        self._tokens: _Tokens | None = None
        self._one_at_a_time = asyncio.Lock()

    async def token(self, *, refused: str = "") -> str:
        """Return a token to read with; `refused` is one that is not taken any more. Raises `SourceRefused` for a wrong password."""
        async with self._one_at_a_time:
            password = self._password()
            tokens = self._tokens
            if tokens is not None and tokens.password == password and tokens.access != refused:
                return tokens.access
            self._tokens = None
            if tokens is not None and tokens.password == password:
                try:
                    self._tokens = await self._ask("refreshSession", password, refresh=tokens.refresh)
                except SourceRefused:  # its time is over as well: sign in anew
                    self._tokens = None
            self._tokens = self._tokens or await self._sign_in(password)
            return self._tokens.access

    async def _sign_in(self, password: str) -> _Tokens:
        if not password:
            raise SourceRefused(f"There is no app password for {self._account}: {HOW_TO}.", cause="token_missing")
        try:
            return await self._ask("createSession", password)
        except SourceRefused as error:
            cause = error.cause if error.cause == "account_blocked" else "token_rejected"
            raise SourceRefused(
                f"Bluesky does not let {self._account} in; look at the account's name, and {HOW_TO}.", cause=cause
            ) from error

    async def _ask(self, name: str, password: str, *, refresh: str = "") -> _Tokens:
        url = f"{self._service}/xrpc/com.atproto.server.{name}"
        post = partial(self._http.post_json, allow_http=self._allow_http, allow_private=self._allow_private)
        if refresh:  # it takes no body: an empty form is none
            post = partial(self._http.post_form, allow_http=self._allow_http, allow_private=self._allow_private)
        headers = {"Authorization": f"Bearer {refresh}"} if refresh else {}
        answer = await post(url, {} if refresh else {"identifier": self._account, "password": password}, headers=headers)
        try:
            found = read_json(answer.body)
        except ValueError as error:
            raise SourceUnavailable(f"Signing in at Bluesky was answered with something that is {error}.") from error
        access, again = word(found, "accessJwt"), word(found, "refreshJwt")
        if not (access and again and access.isascii() and again.isascii()):
            raise SourceUnavailable("Bluesky let us in, but its answer cannot be read.")
        return _Tokens(access, again, password)
