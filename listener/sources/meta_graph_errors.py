"""What the Graph API says no with, in our words: an expired token, a lost permission and a used-up quota told apart. Pure.

Codes: developers.facebook.com/docs/graph-api/guides/error-handling and …/docs/graph-api/overview/rate-limiting, as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from listener.errors import RateLimited, SourceError, SourceRefused, SourceUnavailable
from listener.sources.json_text import read_object
from listener.sources.meta_fields import thing, things
from listener.sources.turns import is_alone

LIMITS = frozenset({4, 17, 32, 341, 613, *range(80_000, 80_015)})
"""Quotas of the app, the user, the page, a feature, and of business use cases."""
TRANSIENT = frozenset({1, 2})
NOT_THERE = (100, 33)
"""Of an object asked for by its id: it does not exist, or cannot be loaded due to missing permissions. Meta does not say which."""
NO_PLACE = frozenset({100, 110, 803})
"""Of an account: it does not exist under that id, is of another kind, or is not shown to this token."""
NO_RIGHT = frozenset({10, *range(200, 300)})
"""A permission is missing: the token's own, or its owner has no role at this account."""
MOST_USED = 80
"""Percent of a quota of which we leave the rest to others under the same app."""
WAIT_SECONDS = 300.0
WORDS: Mapping[tuple[int, int], str] = {
    (190, 458): "the account no longer allows this app; sign in with it again",
    (190, 459): "the account has to pass a check at facebook.com first",
    (190, 460): "the password was changed, which ends tokens; make a new one",
    (190, 463): "the token has expired; make a new one",
    (190, 464): "the account has to be confirmed at facebook.com first",
    (190, 467): "the token was withdrawn; make a new one",
    (190, 492): "whoever made the token has no role on the page any more",
    (190, 0): "the token is not valid; make a new one",
    (102, 0): "the token is not valid; make a new one",
    (10, 0): "the app lacks a permission, or its review",
    (3, 0): "the app lacks a feature, or its review",
    (100, 0): "it knows no such account, or the token may not see it",
    (368, 0): "the account is blocked for a while",
}


def told(error: SourceRefused) -> SourceError:
    """Return what a refused answer means: to wait, to try again, or that a person has to act (and on what)."""
    code, subcode = _codes(error.said)
    if code in LIMITS:
        wait = regain_seconds(error.headers) or WAIT_SECONDS
        return RateLimited(f"Meta says that our quota is used up (code {code}); waiting {wait:.0f} seconds.", wait_seconds=wait)
    if code in TRANSIENT:
        return SourceUnavailable(f"Meta could not answer just now (code {code}).")
    if not code:
        return error
    words = WORDS.get((code, subcode)) or WORDS.get((code, 0)) or ("the token lacks a permission" if 200 <= code < 300 else "it says no")
    number = f"{code}/{subcode}" if subcode else str(code)
    return SourceRefused(f"Meta refuses ({number}): {words}.", cause=error.cause, status=error.status, said=error.said)


def is_not_there(error: SourceRefused) -> bool:
    """Tell whether Meta says that it shows no such object (100/33): it is gone, or not for this token to see."""
    return _codes(error.said) == NOT_THERE


def is_no_place(error: SourceRefused) -> bool:
    """Tell whether a refused account stands alone: nothing is said against the token or the app."""
    code, _ = _codes(error.said)
    return code in NO_PLACE if code else is_alone(error)


def is_no_right(error: SourceRefused) -> bool:
    """Tell whether a permission is missing; only another account tells whether it is missing everywhere."""
    return _codes(error.said)[0] in NO_RIGHT


def used_percent(headers: Mapping[str, str]) -> float:
    """Return how much of the fullest quota is used, 0 when the answer does not say."""
    counted = ("call_count", "total_cputime", "total_time")
    return max((float(one[name]) for one in _usages(headers) for name in counted if _is_number(one.get(name))), default=0.0)


def regain_seconds(headers: Mapping[str, str]) -> float:
    """Return when Meta expects to answer again, 0 when it does not say; it counts in minutes."""
    minutes = [
        float(one["estimated_time_to_regain_access"]) for one in _usages(headers) if _is_number(one.get("estimated_time_to_regain_access"))
    ]
    return 60.0 * max(minutes, default=0.0)


def _usages(headers: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for name in ("x-app-usage", "x-business-use-case-usage", "x-page-usage"):
        found = read_object(headers.get(name, ""))
        yield found
        for listed in found.values():
            yield from things(listed)


def _codes(said: bytes) -> tuple[int, int]:
    error = thing(read_object(said).get("error"))
    return _whole(error.get("code")), _whole(error.get("error_subcode"))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
