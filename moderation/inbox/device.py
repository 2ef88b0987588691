"""Which device and address a request comes from: names for people, keys for the brake. Never a secret."""

from __future__ import annotations

import re

from starlette.requests import Request

from moderation.identity.brake import client_address
from moderation.inbox.checks import cookie_of, values
from moderation.inbox.sign_in import digest_of

DEVICE_COOKIE = "__Host-klankbord-device"
"""Tells a browser in which somebody came in before; opens nothing."""
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_name(request: Request) -> str:
    """Return what to call this browser, such as "Firefox, Linux"; empty when it does not say."""
    said = request.headers.get("user-agent", "")[:500]
    found = [next((name for mark, name in marks if mark in said), "") for marks in (_BROWSERS, _SYSTEMS)]
    return ", ".join(part for part in found if part) or re.sub(r"[^A-Za-z0-9 ._/-]", "", said)[:40]


def device_digest(request: Request) -> str:
    """Return the digest of this browser's device cookie, empty without one."""
    secret = cookie_of(request.scope["headers"], DEVICE_COOKIE)
    return digest_of(secret) if secret else ""


def address_of(request: Request, trusted: frozenset[str]) -> str:
    """Return where this request comes from; X-Forwarded-For counts only when a proxy of the settings wrote it."""
    peer = request.client.host if request.client else ""
    return client_address(peer, values(request.scope["headers"], "x-forwarded-for"), trusted)
