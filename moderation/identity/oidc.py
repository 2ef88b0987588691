"""What OpenID Connect asks of us before anybody is believed: the request, and every check of the answer. No network here.

OpenID Connect Core 1.0, section 3.1 (authorization code); RFC 7636 (PKCE); RFC 9207 (issuer in the answer).
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from listener.errors import NotAllowed

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures with a key that only the provider has. "none" and shared secrets are never accepted, whatever a token's head says."""
LEEWAY_SECONDS = 60
GOES_STALE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What we sent somebody away with, to know them by when they come back."""

    state: str
    nonce: str
    verifier: str
    asked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where the provider's parts are, by its own description."""

    issuer: str
    authorize: str
    token: str
    keys: str


def new_question(now: datetime) -> Question:
    """Return a question nobody can guess."""
    return Question(
        state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48), asked_at=now.isoformat()
    )


def written(question: Question) -> str:
    """Return a question as text, to be encrypted into a cookie."""
    return json.dumps(asdict(question))


def read_question(text: str | None, now: datetime) -> Question:
    """Return the question behind `text`. Raises `NotAllowed` for none, or one older than ten minutes."""
    try:
        question = Question(**json.loads(text or ""))
        young = timedelta(0) <= now - datetime.fromisoformat(question.asked_at) <= GOES_STALE
    except (ValueError, TypeError) as error:
        raise _refused("it was not begun here") from error
    if not young:
        raise _refused("it took longer than ten minutes")
    return question


def read_provider(described: Mapping[str, Any], issuer: str) -> Provider:
    """Return a provider from its description, which has to be that of exactly this issuer."""
    if described.get("issuer") != issuer:
        raise _refused("the provider describes itself as another issuer than web.oidc.issuer")
    try:
        return Provider(
            issuer=issuer,
            authorize=str(described["authorization_endpoint"]),
            token=str(described["token_endpoint"]),
            keys=str(described["jwks_uri"]),
        )
    except KeyError as error:
        raise _refused(f"the provider's description lacks {error.args[0]}") from error


def address_to_ask(provider: Provider, question: Question, *, client_id: str, back: str, scope: str) -> str:
    """Return where to send somebody."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": back,
        "scope": scope,
        "state": question.state,
        "nonce": question.nonce,
        "code_challenge": create_s256_code_challenge(question.verifier),
        "code_challenge_method": "S256",
    }
    return f"{provider.authorize}{'&' if '?' in provider.authorize else '?'}{urlencode(asked)}"


def code_of(answer: Mapping[str, str], question: Question, *, issuer: str) -> str:
    """Return the code somebody came back with. Raises `NotAllowed` when this answers another question, or comes from another issuer."""
    if not hmac.compare_digest(answer.get("state", "").encode("utf-8", "replace"), question.state.encode("ascii")):
        raise _refused("it answers another question")
    if answer.get("iss", issuer) != issuer:
        raise _refused("another issuer answered")
    if answer.get("error") or not answer.get("code"):
        raise _refused("the provider did not let them in")
    return answer["code"]


def claims_in(id_token: str, keys: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: datetime) -> Mapping[str, Any]:
    """Return what a token says, once signature, issuer, audience, time and nonce are right. Raises `NotAllowed` otherwise."""
    try:
        known = KeySet.import_key_set(dict(keys))  # type: ignore[arg-type]  # as a provider sent them: joserfc refuses what are no keys
        token = jwt.decode(id_token, known, algorithms=list(ALGORITHMS))
        options = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}}
        claims = CodeIDToken(token.claims, token.header, options, {"nonce": nonce, "client_id": client_id})
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _refused(f"its token is not right ({type(error).__name__})") from error
    return dict(claims)


def _refused(why: str) -> NotAllowed:
    return NotAllowed(f"Signing in elsewhere did not work: {why}.", why="elsewhere")
