"""The brake on guessing passwords and codes: a growing delay, then no answer for a while (RULES S9). Pure."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Sequence
from datetime import timedelta

WINDOW = timedelta(minutes=15)
MOST_PER_ACCOUNT = 10
MOST_PER_ADDRESS = 30
FREE_TRIES = 3
"""Mistakes that cost no waiting: everybody mistypes."""
LONGEST_DELAY_SECONDS = 8.0


def delay_seconds(failures: int) -> float:
    """Return how long the next try waits after so many wrong ones: 0, 0, 0, 1, 2, 4, 8, 8 …"""
    return 0.0 if failures < FREE_TRIES else min(LONGEST_DELAY_SECONDS, 2.0 ** (failures - FREE_TRIES))


def account_key(folded_name: str) -> str:
    """Return what tries for one name are counted under. A hash: people type passwords where a name belongs."""
    return _key("account", folded_name)


def device_key(device: str) -> str:
    """Return what tries from a device that the person came in from before are counted under, apart from everybody else's."""
    return _key("device", device)


def address_key(address: str) -> str:
    """Return what tries from one address are counted under; an IPv6 client has its whole /64."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return _key("address", address)
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or ipaddress.ip_network(f"{found}/64", strict=False).network_address
    return _key("address", str(found))


def client_address(peer: str, forwarded: Sequence[str], trusted: frozenset[str]) -> str:
    """Return where a request came from: the peer, or what a trusted proxy says.

    `forwarded`: values of X-Forwarded-For in order. Read from its end, each entry was written by the one behind it; the first that is no
    trusted proxy is the client. A header from anybody else is a claim and is not read.
    """
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    seen = peer
    while seen in trusted and hops:
        seen = hops.pop()
    return seen


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"klankbord {kind} {value}".encode("utf-8", "replace")).hexdigest()
