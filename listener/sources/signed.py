"""Who may call us: signatures over the raw body, compared in constant time (RULES S17). Nothing here tells why one is wrong."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

TIME_HEADER, SIGNATURE_HEADER = "klankbord-timestamp", "klankbord-signature"
"""Headers of our own signed webhook, in lower case; what we send ourselves carries the same two."""
META_HEADER, DISCOURSE_HEADER = "x-hub-signature-256", "x-discourse-event-signature"
REPLAY_SECONDS = 300
"""How old or how far ahead a timestamp of the signed webhook may be."""
_MOST_HEADER = 200


def same(given: str, wanted: str) -> bool:
    """Tell whether two texts are equal, in a time that says nothing about where they differ; an empty `wanted` equals nothing."""
    return bool(wanted) and hmac.compare_digest(given[:_MOST_HEADER].encode("utf-8", "replace"), wanted.encode("utf-8", "replace"))


def signed_sha256(header: str, secret: str, body: bytes) -> bool:
    """Tell whether `header` is "sha256=" and the HMAC of `body`: what Meta and Discourse send. Without a secret nothing is signed."""
    return bool(secret) and same(header, f"sha256={_mac(secret, body)}")


def signed_in_time(timestamp: str, header: str, secret: str, body: bytes, *, now: datetime) -> bool:
    """Tell whether `header` is "v1=" and the HMAC of `timestamp`, a full stop and `body`, and the time is five minutes off at most.

    `timestamp` is in whole seconds since 1970.
    Several signatures may stand there, with a comma between them, while a secret is being replaced.
    """
    if not (secret and timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    wanted = f"v1={_mac(secret, timestamp.encode('ascii') + b'.' + body)}"
    right = [same(one.strip(), wanted) for one in header[: 5 * _MOST_HEADER].split(",")]
    return any(right) and abs(now.timestamp() - int(timestamp)) <= REPLAY_SECONDS


def _mac(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode("utf-8"), body, hashlib.sha256).hexdigest()
