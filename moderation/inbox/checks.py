"""The questions the gate asks of a request's headers, each a plain function; and the headers every answer carries."""

from __future__ import annotations

import re
from collections.abc import Sequence

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost"})

_HOST = re.compile(r"(?P<name>[a-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?")

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)

SAFE_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_POLICY.encode("ascii")),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    (b"x-frame-options", b"DENY"),
)

HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
"""Added where a proxy with TLS stands before us: browsers then never ask without it, for a year (RULES S6)."""

RawHeaders = Sequence[tuple[bytes, bytes]]


def values(headers: RawHeaders, name: str) -> list[str]:
    """Return every value of one header, in order."""
    return [value.decode("latin-1") for key, value in headers if key.lower() == name.encode("ascii")]


def known_host(headers: RawHeaders, allowed: frozenset[str] = LOCAL_HOSTS) -> str | None:
    """Return the Host header when it is there exactly once and names this machine, else None.

    A page elsewhere whose name resolves to 127.0.0.1 (DNS rebinding) sends its own name, and is refused here.
    """
    hosts = values(headers, "host")
    if len(hosts) != 1:
        return None
    found = _HOST.fullmatch(hosts[0].strip().lower())
    return found.group() if found is not None and found["name"] in allowed else None


def came_from_us(headers: RawHeaders, *, scheme: str, host: str) -> bool:
    """Tell whether a form was sent from one of our own pages (RULES S4).

    Under `Referrer-Policy: no-referrer` browsers send `Origin: null` with a form (Fetch standard, "append a request Origin header"), and
    `Sec-Fetch-Site: same-origin` beside it, which no other page can forge. A sandboxed frame sends null with "cross-site".
    Without either header it is no browser's form, and is refused.
    """
    origins, sites = values(headers, "origin"), values(headers, "sec-fetch-site")
    if len(origins) > 1 or len(sites) > 1 or (sites and sites[0] != "same-origin"):
        return False
    if origins and origins[0] != "null":
        return origins[0] == f"{scheme}://{host}"
    return bool(sites)


def cookie_of(headers: RawHeaders, name: str) -> str:
    """Return one cookie's value; empty when it is missing or came more than once."""
    found = [morsel for header in values(headers, "cookie") for morsel in _morsels(header, name)]
    return found[0] if len(found) == 1 else ""


def _morsels(header: str, name: str) -> list[str]:
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return [value for key, equals, value in pairs if equals and key == name]
