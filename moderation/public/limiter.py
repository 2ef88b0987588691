"""Counts tries per client without keeping who they are: a keyed hash of the address, in memory, gone with the window or the process."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import threading
import time
from collections.abc import Callable

from starlette.requests import Request

_MOST_CLIENTS = 20_000


class Limiter:
    """Allows `most` tries per client in `window_seconds`. The key of the hash is made anew by every process and kept nowhere."""

    def __init__(self, *, most: int, window_seconds: float, seconds: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._window = window_seconds
        self._seconds = seconds
        self._key = secrets.token_bytes(32)
        self._counted: dict[bytes, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def full(self, client: str) -> bool:
        """Tell whether this client has used up its tries."""
        with self._lock:
            began, count = self._counted.get(self._name(client), (0.0, 0))
            return count >= self._most and self._seconds() - began < self._window

    def count(self, client: str) -> None:
        """Note a try."""
        now, name = self._seconds(), self._name(client)
        with self._lock:
            began, count = self._counted.pop(name, (now, 0))
            if now - began >= self._window:
                began, count = now, 0
            self._counted[name] = (began, count + 1)
            while len(self._counted) > _MOST_CLIENTS:
                del self._counted[next(iter(self._counted))]

    def _name(self, client: str) -> bytes:
        return hashlib.blake2b(client.encode("utf-8", "replace"), key=self._key, digest_size=16).digest()


def client_of(request: Request) -> str:
    """Return what tells one client from another: the address our own proxy saw, else the peer's.

    Only a proxy on this machine is believed, and of X-Forwarded-For only the last entry, which that proxy wrote itself. An IPv6 client is
    its /64, for a household has that many addresses.
    """
    peer = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    seen = forwarded if forwarded and _address(peer, loopback=True) else peer
    address = _address(seen)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address) if address else peer


def _address(written: str, *, loopback: bool = False) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(written)
    except ValueError:
        return None
    return found if found.is_loopback or not loopback else None
