"""A small OpenID provider on loopback: it keeps its promises about codes, PKCE and signatures, and breaks one when a test says so."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

from listener.clock import ManualClock

CLIENT_ID = "klankbord"
CLIENT_SECRET = "a secret of the client"
KEY = RSAKey.generate_key(2048, {"kid": "one"})
"""Made once: a new one takes longer than a sign-in."""


@dataclass
class Provider:
    """`says` are the claims about whoever signs in; `spoil` changes a finished token's claims, `forge` the whole token."""

    clock: ManualClock
    issuer: str = ""
    says: dict[str, Any] = field(default_factory=dict)
    spoil: dict[str, Any] = field(default_factory=dict)
    forge: str = ""
    described_as: str = ""
    key: RSAKey = field(default_factory=lambda: KEY)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def sign_in(self, address: str) -> str:
        """Do what somebody does at the provider: follow the address there, and return where the provider sends them back to."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (CLIENT_ID, "code", "S256")
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def answer(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Answer one request."""
        if path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            named = self.described_as or self.issuer
            return 200, {"issuer": named, **{name: f"{self.issuer}/{end}" for name, end in ends.items()}}
        if path == "/keys":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        if path == "/token":
            return self._token(form, authorization)
        return 404, {}

    def _token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        known = (unquote(pair[0]), unquote(pair[2])) == (CLIENT_ID, CLIENT_SECRET)
        proved = asked is not None and create_s256_code_challenge(form.get("code_verifier", "")) == asked["code_challenge"]
        if asked is None or not known or not proved or form.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(self.clock.now().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "sub": "1", "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.says}
        claims = {name: value for name, value in {**claims, **self.spoil}.items() if value is not None}
        if self.forge == "none":
            parts = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in ({"alg": "none"}, claims)]
            return 200, {"id_token": f"{'.'.join(parts)}."}
        key = RSAKey.generate_key(2048, {"kid": "one"}) if self.forge == "key" else self.key
        return 200, {"id_token": jwt.encode({"alg": "RS256", "kid": "one"}, claims, key), "token_type": "Bearer"}


@contextmanager
def open_provider(clock: ManualClock) -> Iterator[Provider]:
    """Serve a provider until the block ends."""
    provider = Provider(clock)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(*provider.answer(urlsplit(self.path).path, {}, ""))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
            self._say(*provider.answer(self.path, dict(parse_qsl(body)), self.headers.get("authorization", "")))

        def _say(self, status: int, said: dict[str, Any]) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
