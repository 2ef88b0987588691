"""A signed-in session on a Bluesky PDS: made with an app password, renewed before it ends, one request at a time (RULES F19, F20)."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from listener.errors import NotSent, PublishRejected, PublishUnknown, SourceRefused, SourceUnavailable
from listener.ports import Clock
from moderation.publishers.http import WriteClient

EARLY_SECONDS = 60.0
"""A token is renewed this long before it ends, so that it does not end on the way."""
UNKNOWN_LIFE_SECONDS = 600.0
"""How long a token is used whose end cannot be read. PDS give two hours."""
FRESH_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tokens:
    access: str
    refresh: str
    did: str
    made: float
    ends: float


class BlueskySession:
    """com.atproto.server.createSession and refreshSession (lexicons, read 2026-11-25).

    createSession is limited to 30 in 5 minutes and 300 a day for one account, so a session is kept and renewed. Times are of the clock
    that cannot jump.
    """

    def __init__(self, client: WriteClient, *, identifier: str, password: SecretStr, clock: Clock) -> None:
        self._client = client
        self._identifier = identifier
        self._password = password
        self._clock = clock
        self._tokens: _Tokens | None = None
        self._one_at_a_time = asyncio.Lock()

    async def headers(self) -> Mapping[str, str]:
        """Return the header that proves who we are. Raises `SourceRefused` for a wrong password, else as a read does."""
        return {"Authorization": f"Bearer {(await self._current()).access}"}

    async def did(self) -> str:
        """Return our own account's id, which stays when its handle changes."""
        return (await self._current()).did

    def drop(self) -> bool:
        """Forget the session after a refusal, and say whether a new one may help. One made just now is kept: it is not what is wrong."""
        if self._tokens is None or self._clock.monotonic() - self._tokens.made <= FRESH_SECONDS:
            return False
        self._tokens = None
        return True

    async def _current(self) -> _Tokens:
        async with self._one_at_a_time:
            tokens = self._tokens
            if tokens is not None and self._clock.monotonic() < tokens.ends - EARLY_SECONDS:
                return tokens
            if tokens is not None:
                try:
                    self._tokens = await self._ask("refreshSession", headers={"Authorization": f"Bearer {tokens.refresh}"})
                except SourceRefused:  # its time is over as well: sign in anew
                    self._tokens = None
            if self._tokens is None:
                body = {"identifier": self._identifier, "password": self._password.get_secret_value()}
                self._tokens = await self._ask("createSession", json=body)
            return self._tokens

    async def _ask(self, name: str, *, headers: Mapping[str, str] | None = None, json: Mapping[str, str] | None = None) -> _Tokens:
        """Make one request for tokens. It posts nothing, so what went wrong is an error of reading."""
        body = {"json": json} if json else {}
        try:
            found = await self._client.write_json("POST", f"/xrpc/com.atproto.server.{name}", headers=headers, **body)
        except PublishRejected as error:
            raise SourceRefused(f"{self._client.host} does not let this account in; look at its handle and app password.") from error
        except (PublishUnknown, NotSent) as error:
            raise SourceUnavailable(f"Signing in at {self._client.host} did not work out: {error}") from error
        texts = [found.get(field) for field in ("accessJwt", "refreshJwt", "did")]
        access, refresh, did = (one if isinstance(one, str) else "" for one in texts)
        if not (access and refresh and did and access.isascii() and refresh.isascii()):
            raise SourceUnavailable(f"{self._client.host} let us in, but its answer cannot be read.")
        now = self._clock.monotonic()
        return _Tokens(access=access, refresh=refresh, did=did, made=now, ends=now + _life_seconds(access))


def _life_seconds(token: str) -> float:
    """Return how long a JSON web token holds from its making, by its own claims; nobody checks the signature here."""
    try:
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        return min(max(float(claims["exp"]) - float(claims["iat"]), 0.0), 86_400.0)
    except (ValueError, KeyError, IndexError, TypeError):
        return UNKNOWN_LIFE_SECONDS
