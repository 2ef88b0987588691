"""How what we send to a system of your own is signed, and under which headers: HMAC-SHA256 over time and body."""

from __future__ import annotations

import hashlib
import hmac

VERSION = "v1"
KEY_HEADER, TIME_HEADER, SIGNATURE_HEADER = "Idempotency-Key", "Klankbord-Timestamp", "Klankbord-Signature"


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """Return what a receiver has to find in `Klankbord-Signature`; compare it in constant time."""
    return f"{VERSION}={hmac.new(secret, timestamp.encode() + b'.' + body, hashlib.sha256).hexdigest()}"
