"""Why a platform refuses: what a person has to do differs, so the causes are told apart (RULES F19)."""

from __future__ import annotations

import json

import pytest

from listener.errors import SourceRefused
from listener.sources.http import HttpClient
from listener.sources.refusals import cause_of
from tests.fakes.site import Reply, Site


@pytest.mark.parametrize(
    ("status", "challenge", "said", "cause"),
    [
        (401, "", None, "token_rejected"),
        (403, "", None, "forbidden"),
        (404, "", None, "not_found"),
        (402, "", {"title": "CreditsDepleted"}, "payment"),
        (401, 'Bearer realm="x", error="invalid_token", error_description="The access token expired"', None, "token_expired"),
        (403, 'Bearer error="insufficient_scope", scope="read"', None, "scope_missing"),
        (401, "", {"error": "The access token is invalid"}, "token_rejected"),  # Mastodon
        (401, "", {"error": "The access token was revoked"}, "token_expired"),
        (403, "", {"error": "This action is outside the authorized scopes"}, "scope_missing"),
        (403, "", {"error": "Your login is currently disabled"}, "account_blocked"),
        (400, "", {"error": "ExpiredToken", "message": "Token has expired"}, "token_expired"),  # Bluesky says 400
        (400, "", {"error": "InvalidToken", "message": "Token could not be verified"}, "token_rejected"),
        (401, "", {"error": "AccountTakedown", "message": "Account has been taken down"}, "account_blocked"),
        (401, "", {"errcode": "M_UNKNOWN_TOKEN", "error": "Invalid access token passed.", "soft_logout": False}, "token_expired"),  # Matrix
        (401, "", {"errcode": "M_MISSING_TOKEN", "error": "Missing access token"}, "token_missing"),
        (403, "", {"errcode": "M_FORBIDDEN", "error": "You are not in this room"}, "forbidden"),
        (400, "", {"error_id": 402, "error_name": "invalid_access_token", "error_message": "x"}, "token_expired"),  # Stack Exchange
        (400, "", {"error": {"code": 190, "error_subcode": 463, "type": "OAuthException", "message": "x"}}, "token_expired"),  # Meta
        (400, "", {"error": {"code": 190, "error_subcode": 458, "type": "OAuthException", "message": "x"}}, "approval_revoked"),
        (403, "", {"error": {"code": 10, "type": "OAuthException", "message": "x"}}, "scope_missing"),
        (403, "", {"error": {"code": 230, "fbtrace_id": "A", "message": "x"}}, "scope_missing"),
        (403, "", {"error": {"code": 403, "errors": [{"reason": "accessNotConfigured"}], "message": "x"}}, "approval_revoked"),  # Google
        (400, "", {"error": {"code": 400, "details": [{"reason": "API_KEY_INVALID"}], "message": "x"}}, "token_rejected"),
        (403, "", {"title": "Client Forbidden", "reason": "client-not-enrolled"}, "approval_revoked"),  # X
        (400, "", {"error": "invalid_grant", "error_description": "revoked"}, "token_expired"),
        (404, "", {"text": "my token expired and my account was suspended"}, "not_found"),  # words of others are no refusal
        (400, "", {"error": "q is missing"}, ""),
    ],
)
def test_a_cause_is_read_in_every_dialect(status: int, challenge: str, said: object, cause: str) -> None:
    body = b"" if said is None else json.dumps(said).encode()
    assert cause_of(status, {"www-authenticate": challenge} if challenge else {}, body) == cause


@pytest.mark.parametrize(
    "body", [b"{" * 30_000, b"[1]", b"\xff{}", b'{"error": {"code": true, "type": "OAuthException"}}', b'{"error": [[[]]]}']
)
def test_nonsense_leaves_the_status_to_speak(body: bytes) -> None:
    assert cause_of(403, {}, body) == "forbidden"


async def test_the_cause_travels_with_the_error_and_the_answer_stays_out_of_its_words(http: HttpClient, site: Site) -> None:
    site.answer = lambda _: Reply(status=403, body=b'{"error": "This action is outside the authorized scopes, canary"}')
    with pytest.raises(SourceRefused) as told:
        await http.get(site.url("/"), allow_http=True, allow_private=True)
    assert (told.value.cause, told.value.status) == ("scope_missing", 403)
    assert b"canary" in told.value.said
    assert "canary" not in str(told.value)
