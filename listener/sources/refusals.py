"""Why a platform says no: an expired key, a lost scope and a revoked approval told apart, in all dialects that we know.

RFC 6749 and 6750 (OAuth), developers.facebook.com/docs/graph-api/guides/error-handling, api.stackexchange.com/docs/error-handling,
the Matrix client-server API, Bluesky's XRPC errors, Google's error reasons, Mastodon's and X's sentences; as of 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from listener.sources.json_text import read_object

MOST_READ = 20_000
BY_WORD: Mapping[str, str] = {
    # OAuth
    "insufficient_scope": "scope_missing",
    "invalid_client": "token_rejected",
    "invalid_grant": "token_expired",
    "invalid_token": "token_rejected",
    "unauthorized_client": "approval_revoked",
    # Bluesky
    "accountdeactivated": "account_blocked",
    "accountsuspended": "account_blocked",
    "accounttakedown": "account_blocked",
    "authmissing": "token_missing",
    "expiredtoken": "token_expired",
    "invalidtoken": "token_rejected",
    # Matrix
    "m_missing_token": "token_missing",
    "m_unknown_token": "token_expired",
    "m_user_deactivated": "account_blocked",
    "m_user_locked": "account_blocked",
    "m_user_suspended": "account_blocked",
    # Stack Exchange
    "access_denied": "scope_missing",
    "access_token_compromised": "token_expired",
    "access_token_required": "token_missing",
    "invalid_access_token": "token_expired",
    "key_required": "token_missing",
    # Google
    "accessnotconfigured": "approval_revoked",
    "access_token_expired": "token_expired",
    "access_token_scope_insufficient": "scope_missing",
    "api_key_invalid": "token_rejected",
    "api_key_service_blocked": "approval_revoked",
    "authenticateduseraccountsuspended": "account_blocked",
    "autherror": "token_rejected",
    "insufficientpermissions": "scope_missing",
    "keyexpired": "token_expired",
    "keyinvalid": "token_rejected",
    "service_disabled": "approval_revoked",
    # X
    "client-not-enrolled": "approval_revoked",
    "oauth1-permissions": "scope_missing",
}
BY_META_CODE: Mapping[int, str] = {3: "approval_revoked", 10: "scope_missing", 102: "token_expired", 190: "token_expired"}
BY_META_SUBCODE: Mapping[int, str] = {458: "approval_revoked", 459: "account_blocked", 464: "account_blocked"}
BY_SENTENCE = (
    (re.compile(r"\bexpired\b|access token was revoked", re.IGNORECASE), "token_expired"),
    (re.compile(r"authori[sz]ed scopes|missing (?:\w+ )?scope|required (?:scope|permission)", re.IGNORECASE), "scope_missing"),
    (
        re.compile(r"\b(?:account|user|login) (?:is|has been|was) (?:currently )?(?:suspended|disabled|locked)", re.IGNORECASE),
        "account_blocked",
    ),
    (re.compile(r"\bapp(?:lication)? (?:is|has been|was) (?:suspended|revoked|disabled|not approved)", re.IGNORECASE), "approval_revoked"),
)
BY_STATUS: Mapping[int, str] = {401: "token_rejected", 402: "payment", 403: "forbidden", 404: "not_found", 410: "not_found"}


def cause_of(status: int, headers: Mapping[str, str], body: bytes) -> str:
    """Return why an answer with `status` refuses, as a key that `SourceRefused` lists; empty when nothing tells.

    A code that the platform publishes weighs more than a sentence, and a sentence more than the bare status. Header names in lower case.
    """
    challenge = headers.get("www-authenticate", "")[:2_000]
    said = _object(body)
    sentences = [challenge, *_texts(said)]
    codes = [found for text in sentences for found in (BY_WORD.get(word.casefold()) for word in _words(text)) if found]
    codes += _meta(said)
    spoken = [cause for shape, cause in BY_SENTENCE if status in (400, 401, 403) and any(shape.search(text) for text in sentences)]
    certain = [found for found in codes if found != "token_rejected"]
    return next(iter((*certain, *spoken, *codes)), BY_STATUS.get(status, ""))


def _object(body: bytes) -> Mapping[str, object]:
    return read_object(body) if len(body) <= MOST_READ and body.lstrip().startswith(b"{") else {}


def _texts(said: Mapping[str, object], depth: int = 3) -> Iterator[str]:
    """Yield the texts of an error answer; those of data that merely came along are few and short."""
    for value in said.values():
        for one in value[:20] if isinstance(value, list) else (value,):
            if isinstance(one, str):
                yield one[:500]
            elif isinstance(one, dict) and depth:
                yield from _texts(one, depth - 1)


def _words(text: str) -> list[str]:
    """Return `text` when it is one word, else what stands behind `error=` in a challenge."""
    return [text] if re.fullmatch(r"[\w-]{3,60}", text) else re.findall(r'error="?([\w-]+)', text)


def _meta(said: Mapping[str, object]) -> list[str]:
    error = said.get("error")
    if not isinstance(error, dict) or ("fbtrace_id" not in error and error.get("type") != "OAuthException"):
        return []
    code, subcode = error.get("code"), error.get("error_subcode")
    if not isinstance(code, int) or isinstance(code, bool):
        return []
    by_code = "scope_missing" if 200 <= code < 300 else BY_META_CODE.get(code, "")
    found = BY_META_SUBCODE.get(subcode, by_code) if isinstance(subcode, int) else by_code
    return [found] if found else []
