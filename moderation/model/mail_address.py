"""What an e-mail address is here, and how a message of ours is named: the same for answers to customers and for digests."""

from __future__ import annotations

import hashlib
import re

MOST_ADDRESS = 254
"""RFC 5321, 4.5.3.1.3, without the angle brackets."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Hosts of this machine: only to these may mail go in the clear."""

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]", re.UNICODE)


def is_address(value: str) -> bool:
    """Tell whether this is one plain address: no name beside it, no second one, no quoting."""
    return len(value) <= MOST_ADDRESS and _ADDRESS.fullmatch(value) is not None


def message_id(key: str, address: str) -> str:
    """Return the Message-ID for an idempotency key: the same key is the same message, wherever it arrives."""
    return f"<kb-{hashlib.sha256(key.encode()).hexdigest()[:40]}@{address.rpartition('@')[2].encode('idna').decode('ascii')}>"
