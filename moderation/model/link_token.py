"""The secret in a link: 128 random bits and a keyed mark over them. Nobody without the key can make one or turn one use into another."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

RANDOM_BYTES = 16
_MARK_BYTES = 16
_WRITTEN = re.compile(r"[A-Za-z0-9_-]{43}")


def written_token(random: bytes, use: str, *, key: bytes) -> str:
    """Return the 43 characters that stand in a link. `random` holds 16 bytes that nobody can guess."""
    return base64.urlsafe_b64encode(random + _mark(random, use, key)).decode("ascii").rstrip("=")


def read_token(written: str, use: str, *, key: bytes) -> bytes | None:
    """Return the random part of a token that we made for `use`, or None. The mark is compared in constant time.

    A token has one spelling: another one that decodes to the same bytes is refused too.
    """
    if not _WRITTEN.fullmatch(written):
        return None
    whole = base64.urlsafe_b64decode(f"{written}=")
    random = whole[:RANDOM_BYTES]
    fits = hmac.compare_digest(whole[RANDOM_BYTES:], _mark(random, use, key))
    return random if fits and written_token(random, use, key=key) == written else None


def token_hash(random: bytes) -> str:
    """Return what the ledger keeps of a token: enough to find it, not enough to make it."""
    return hashlib.sha256(b"klankbord link\0" + random).hexdigest()


def _mark(random: bytes, use: str, key: bytes) -> bytes:
    return hmac.digest(key, use.encode("ascii") + b"\0" + random, "sha256")[:_MARK_BYTES]
