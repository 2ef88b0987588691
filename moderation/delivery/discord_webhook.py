"""Post a digest to a Discord webhook: once, without pings, and without the secret address in any log or error.

Discord's documentation of "Execute Webhook" (read 2026-11): the address holds the token; `wait=true` answers 200 with the message, so
that we know it was accepted; 429 carries `retry_after` in seconds.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from listener.sources.http import product_version
from moderation.delivery.outgoing import beginning
from moderation.model.delivery import Picture
from moderation.outbox.crash_points import reach

HOSTS = frozenset({"discord.com", "ptb.discord.com", "canary.discord.com", "discordapp.com", "ptb.discordapp.com", "canary.discordapp.com"})
TIMEOUT_SECONDS = 10.0
MOST_WAIT_SECONDS = 60.0
"""A longer wait than this is not sat out: the digest of the next hour would catch up with it."""

_PATH = re.compile(r"/api(/v\d{1,3})?/webhooks/\d{1,25}/[\w-]{1,200}")
_QUERY = re.compile(r"(thread_id=\d{1,25})?")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Secret(Protocol):
    """Something that shows its value only when asked, such as pydantic's SecretStr."""

    def get_secret_value(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Discord accepted it. `message_id` is its own number for the message."""

    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDelivered:
    """It did not arrive, or nobody can tell (`may_have_arrived`): then it must not simply be sent again. `reason` is for people.

    `why` is a key of the same in words of two languages. `wait_seconds` is set when another try later may do.
    """

    reason: str
    may_have_arrived: bool = False
    why: str = "not_accepted"
    wait_seconds: float | None = None


async def post_digest(
    url: Secret,
    payload: Mapping[str, Any],
    *,
    http: httpx.AsyncBaseTransport,
    pictures: Sequence[tuple[int, Picture]] = (),
    patience_seconds: float = MOST_WAIT_SECONDS,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    allow_loopback: bool = False,
) -> Delivered | NotDelivered:
    """Send `payload` (see `listener.digest.discord`) and say what became of it; never raises for what Discord or the network does.

    Nothing is sent twice: only a 429, which says that nothing was accepted, is waited out (no longer than `patience_seconds`) and tried
    once more. `pictures` go along as files, under the numbers that the payload's attachments have. Whatever the payload says, it can ping
    nobody. `allow_loopback` is for tests.
    """
    target = _target(url.get_secret_value(), allow_loopback=allow_loopback)
    if target is None:
        return NotDelivered(
            reason="the address is not a Discord webhook; it looks like https://discord.com/api/webhooks/<number>/<token>, "
            "copied whole from the channel's settings under Integrations",
            why="bad_address",
        )
    body = json.dumps({**payload, "allowed_mentions": {"parse": []}}, ensure_ascii=False).encode("utf-8", "replace")
    answer = await _send(target, body, pictures, http)
    if isinstance(answer, NotDelivered):
        return answer
    if answer.status == 429:
        wait_seconds = _retry_after(answer)
        if wait_seconds > patience_seconds:
            return NotDelivered(reason=f"Discord asks to wait {wait_seconds:.0f} seconds", why="later", wait_seconds=wait_seconds)
        await sleep(wait_seconds)
        answer = await _send(target, body, pictures, http)
        if isinstance(answer, NotDelivered):
            return answer
    return _outcome(answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    headers: httpx.Headers
    body: bytes


def _target(address: str, *, allow_loopback: bool) -> httpx.URL | None:
    try:
        url = httpx.URL(address.strip())
    except (httpx.InvalidURL, ValueError):
        return None
    known = url.scheme == "https" and url.host in HOSTS and url.port is None
    ours = allow_loopback and url.scheme == "http" and url.host in _LOOPBACK
    if not (known or ours) or url.userinfo or url.fragment:
        return None
    if not _PATH.fullmatch(url.path) or not _QUERY.fullmatch(url.query.decode("ascii", "replace")):
        return None
    return url.copy_merge_params({"wait": "true"})


def _request(url: httpx.URL, body: bytes, pictures: Sequence[tuple[int, Picture]]) -> httpx.Request:
    """Return the request: JSON alone, or a form of files with the JSON in it ("Uploading Files", read 2026-11)."""
    headers = {"User-Agent": f"Klankbord (self-hosted, {product_version()})", "Accept-Encoding": "identity"}
    timeouts = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT_SECONDS)}
    if not pictures:
        return httpx.Request("POST", url, headers={"Content-Type": "application/json", **headers}, content=body, extensions=timeouts)
    files = [(f"files[{at}]", (one.name, one.png, "image/png")) for at, one in pictures]
    form = [("payload_json", (None, body, "application/json")), *files]
    return httpx.Request("POST", url, headers=headers, files=form, extensions=timeouts)


async def _send(
    url: httpx.URL, body: bytes, pictures: Sequence[tuple[int, Picture]], http: httpx.AsyncBaseTransport
) -> _Answer | NotDelivered:
    """Send once. An error is told by its kind only: its text, and its cause, could hold the address."""
    request = _request(url, body, pictures)
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            response = await http.handle_async_request(request)
            try:
                content = await beginning(response)
            finally:
                await response.aclose()
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        return NotDelivered(reason=f"Discord could not be reached ({type(error).__name__})", why="not_reached", wait_seconds=300.0)
    except (TimeoutError, httpx.TimeoutException):
        return NotDelivered(reason=f"no answer within {TIMEOUT_SECONDS:.0f} seconds", may_have_arrived=True, why="no_clear_answer")
    except httpx.TransportError as error:
        return NotDelivered(reason=f"the connection broke ({type(error).__name__})", may_have_arrived=True, why="no_clear_answer")
    reach("webhook.answered")
    return _Answer(status=response.status_code, headers=response.headers, body=content)


def _outcome(answer: _Answer) -> Delivered | NotDelivered:
    said = _json(answer.body)
    match answer.status:
        case 200 | 201:
            number = str(said.get("id", ""))
            return Delivered(message_id=number if number.isdigit() else "")
        case 204:
            return Delivered(message_id="")
        case 401 | 403 | 404:
            reason = f"Discord refuses this webhook ({answer.status}); it was deleted or copied in part: make a new one"
            return NotDelivered(reason=reason, why="gone")
        case 429:
            reason = "Discord asks for quiet a second time; the next digest is sent as usual"
            return NotDelivered(reason=reason, why="later", wait_seconds=_retry_after(answer))
        case status if 400 <= status < 500:
            return NotDelivered(reason=f"Discord does not accept this message ({status}, code {_code(said)})")
        case status:
            unclear = status >= 500
            why = "no_clear_answer" if unclear else "not_accepted"
            return NotDelivered(reason=f"Discord answered {status}", may_have_arrived=unclear, why=why)


def _retry_after(answer: _Answer) -> float:
    """Return the seconds to wait; one second when the answer does not say it in a way that we understand."""
    given = _json(answer.body).get("retry_after", answer.headers.get("Retry-After", ""))
    try:
        seconds = float(given)
    except (TypeError, ValueError):
        return 1.0
    return min(max(seconds, 0.0), 86_400.0) if seconds == seconds else 1.0


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _code(said: Mapping[str, Any]) -> str:
    code = said.get("code")
    return str(code) if isinstance(code, int) else "unknown"
