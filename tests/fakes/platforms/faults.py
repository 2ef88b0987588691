"""What may happen to one request, as platforms and the network between do it (RULES F3, F4, F9, F16, F18, F19)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Why(StrEnum):
    """Why a platform says no, in words that each fake turns into its platform's own answer."""

    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    BANNED = "banned"
    LOCKED = "locked"
    GONE = "gone"
    DUPLICATE = "duplicate"
    TOO_LONG = "too_long"
    INVALID = "invalid"
    RATE_LIMITED = "rate_limited"


class Ending(StrEnum):
    """How the connection ends."""

    ANSWER = "answer"
    HANG = "hang"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault. `accepts`: the request is carried out first, and only its answer is spoilt. `late`: what it makes is shown only later.

    `status`, `headers`, `body` replace the answer; `why` asks the platform for its own refusal, `waits` are the platform's own fields for
    a wait (Retry-After and so on). `status` 0 and no `why`: the true answer, after `slow_seconds`. `cut`: the true answer's first half.
    """

    name: str
    accepts: bool = False
    ending: Ending = Ending.ANSWER
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    why: Why | None = None
    late: bool = False
    cut: bool = False
    slow_seconds: float = 0.0
    wait: Wait | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How a 429 says how long: headers, and fields of a JSON body. `seconds` is what a reader must wait at least (0: it is not said)."""

    seconds: float
    headers: dict[str, str] = field(default_factory=dict)
    fields: dict[str, object] = field(default_factory=dict)


HTML = b"<!doctype html><html><head><title>We'll be right back</title></head><body><h1>Maintenance</h1></body></html>"
_HTML = {"Content-Type": "text/html; charset=utf-8"}

ACCEPT_THEN_HANG = Fault(name="accept_then_hang", accepts=True, ending=Ending.HANG)
ACCEPT_THEN_502 = Fault(name="accept_then_502", accepts=True, status=502, headers=_HTML, body=HTML)
ACCEPT_THEN_500 = Fault(name="accept_then_500", accepts=True, status=500, headers={"Content-Type": "application/json"}, body=b"{}")
ACCEPT_THEN_RESET = Fault(name="accept_then_reset", accepts=True, ending=Ending.RESET)
ACCEPT_THEN_HTML = Fault(name="accept_then_html", accepts=True, status=200, headers=_HTML, body=HTML)
ACCEPT_THEN_EMPTY = Fault(name="accept_then_empty", accepts=True, status=200, headers={"Content-Type": "application/json"})
ACCEPT_THEN_CUT = Fault(name="accept_then_cut", accepts=True, cut=True)
ACCEPT_THEN_204 = Fault(name="accept_then_204", accepts=True, status=204)
ACCEPT_LATE = Fault(name="accept_late", accepts=True, status=502, headers=_HTML, body=HTML, late=True)
RESET = Fault(name="reset", ending=Ending.RESET)
HANG = Fault(name="hang", ending=Ending.HANG)
LOSE = Fault(name="lose", status=502, headers=_HTML, body=HTML)
LOSE_503 = Fault(name="lose_503", status=503, headers=_HTML, body=HTML)
HTML_200 = Fault(name="html_200", status=200, headers=_HTML, body=HTML)
LOGIN = Fault(name="login", status=302, headers={"Location": "/login"})
SLOW = Fault(name="slow", accepts=True, slow_seconds=0.2)
UNAUTHORISED = Fault(name="unauthorised", why=Why.UNAUTHORISED)
FORBIDDEN = Fault(name="forbidden", why=Why.FORBIDDEN)

UNCLEAR = (
    ACCEPT_THEN_HANG,
    ACCEPT_THEN_502,
    ACCEPT_THEN_500,
    ACCEPT_THEN_RESET,
    ACCEPT_THEN_HTML,
    ACCEPT_THEN_EMPTY,
    ACCEPT_THEN_CUT,
    ACCEPT_THEN_204,
    ACCEPT_LATE,
    RESET,
    HANG,
    LOSE,
    LOSE_503,
    HTML_200,
    LOGIN,
)
"""After any of these a publisher cannot know whether its post was accepted."""


def too_many(seconds: float = 0, *, name: str = "429", fields: dict[str, object] | None = None, **headers: str) -> Fault:
    """Return a 429 with these headers (`retry_after="30"` is Retry-After) and fields; `seconds` is what it asks for at least."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return Fault(name=name, why=Why.RATE_LIMITED, wait=Wait(seconds=seconds, headers=named, fields=fields or {}))


RATE_LIMITS = (
    too_many(30, name="429_seconds", Retry_After="30"),
    too_many(0, name="429_past_date", Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"),
    too_many(0, name="429_missing"),
    too_many(0, name="429_zero", Retry_After="0"),
    too_many(900, name="429_for_ever", Retry_After="1000000000"),
    too_many(0, name="429_text", Retry_After="soon"),
)
"""The dialects every platform may speak, for there is a proxy before each; `too_many` makes a platform's own."""
