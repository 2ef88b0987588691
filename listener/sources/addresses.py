"""Which addresses we may connect to: a URL that a person typed must not become a way into the network we run in (RULES S20, I24)."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

import httpx

from listener.errors import SourceRefused, SourceUnavailable

Resolve = Callable[[str, int], Awaitable[tuple[str, ...]]]
"""Host and port in, numeric IP addresses out; raises OSError when the name is not known."""

MOST_URL_CHARACTERS = 2_000
MOST_RESOLVED_AT_ONCE = 32
PUBLIC_PORTS = frozenset({80, 443, 8080, 8443})

# Addresses where clouds hand out machine credentials; refused even when private addresses are allowed.
METADATA = frozenset(
    ipaddress.ip_address(text) for text in ("169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254")
)
# Ranges whose addresses carry another address inside, which would be reached instead.
TRANSLATED = tuple(ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "::/96"))


@cache
def _resolving() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=MOST_RESOLVED_AT_ONCE, thread_name_prefix="resolve")


os.register_at_fork(after_in_child=_resolving.cache_clear)  # a forked process has none of these threads, and would wait for them


async def resolve_by_system(host: str, port: int) -> tuple[str, ...]:
    """Ask the system's resolver once; the answer is what we connect to, so a name that changes afterwards gains nothing.

    It blocks, for half a minute when nobody answers, and cannot be stopped: it has threads of its own, so that names that hang hold up
    neither other names nor what is stored meanwhile.
    """
    found = await asyncio.get_running_loop().run_in_executor(_resolving(), partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM))
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked_url(url: str, *, allow_http: bool, allow_private: bool) -> httpx.URL:
    """Return the parsed address. Raises `SourceRefused` for anything but a plain web address on a port we use."""
    if len(url) > MOST_URL_CHARACTERS:
        raise SourceRefused(f"The address is longer than {MOST_URL_CHARACTERS} characters.")
    if any(ord(character) <= 0x20 or character in '\\\x7f<>"' for character in url):
        raise SourceRefused("The address holds a blank, a backslash or a control character; write it as a browser shows it.")
    try:
        parsed = httpx.URL(url)
        host = parsed.host
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise SourceRefused(f"Not an address: {url[:100]!r}. Write one like https://example.org/feed.") from error
    if parsed.scheme not in ("https", "http") or not host:
        raise SourceRefused(f"Not a web address: {url[:100]!r}. Write one like https://example.org/feed.")
    if parsed.scheme == "http" and not allow_http:
        raise SourceRefused(f"{host} is addressed without TLS; write https://, or set allow_http: true for this source.")
    if parsed.userinfo:
        raise SourceRefused(f"The address of {host} holds a name or password; leave that out.")
    if "%" in host:
        raise SourceRefused("The address names a network zone; write the host's name.")
    if not allow_private and parsed.port is not None and parsed.port not in PUBLIC_PORTS:
        raise SourceRefused(f"Port {parsed.port} of {host} is not a web port; allowed are {', '.join(map(str, sorted(PUBLIC_PORTS)))}.")
    return parsed


async def checked_ip(url: httpx.URL, resolve: Resolve, *, allow_private: bool) -> str:
    """Return the one IP address to connect to. Raises `SourceRefused` when any answer lies where we must not go."""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        answers = await resolve(url.host, port)
    except (OSError, UnicodeError) as error:
        raise SourceUnavailable(f"The name {url.host} is not known, or the network is down.") from error
    if not answers:
        raise SourceUnavailable(f"The name {url.host} has no address.")
    for answer in answers:
        if not may_connect(answer, allow_private=allow_private):
            hint = "" if allow_private else " For a forum you host yourself set allow_private: true."
            raise SourceRefused(f"{url.host} leads to {answer}, which is not a public address.{hint}")
    return answers[0]


def may_connect(address: str, *, allow_private: bool) -> bool:
    """Tell whether `address` (numeric) is public, or private and allowed. Unreadable addresses are not allowed."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return may_connect(str(ip.ipv4_mapped), allow_private=allow_private)
        if ip != ipaddress.IPv6Address("::1") and any(ip in network for network in TRANSLATED):
            return False
    if ip in METADATA or ip.is_multicast or ip.is_unspecified or ip.is_link_local:
        return False
    if ip.is_loopback or ip.is_private:
        return allow_private and str(ip) != "255.255.255.255"
    return ip.is_global and not ip.is_reserved
