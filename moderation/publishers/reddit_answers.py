"""What Reddit's answers mean: its refusals as our errors, its things as their members. Pure."""

from __future__ import annotations

import re
from typing import Any

from listener.errors import ProductError, PublishRejected, PublishUnknown, RateLimited
from moderation.publishers.said import Said

_SUBREDDIT = re.compile(r"(?:/?r/)?([A-Za-z0-9_]{2,50})$")
_WHY = {
    "THREAD_LOCKED": "locked",
    "COMMENT_LOCKED": "locked",
    "TOO_OLD": "locked",
    "DELETED_COMMENT": "gone",
    "DELETED_LINK": "gone",
    "NO_THING_ID": "gone",
    "SUBREDDIT_NOEXIST": "gone",
    "SUBREDDIT_NOTALLOWED": "forbidden",
    "SUBREDDIT_NOTALLOWED_BANNED": "banned",
    "BANNED_FROM_SUBREDDIT": "banned",
    "USER_BLOCKED": "banned",
    "TOO_LONG": "too_long",
}
_UNSURE = frozenset({"SOMETHING_IS_BROKEN", "INTERNAL_ERROR"})
_WAIT = re.compile(r"(\d+)\s*(millisecond|second|minute|hour)", re.IGNORECASE)
_UNITS = {"millisecond": 0.001, "second": 1.0, "minute": 60.0, "hour": 3_600.0}
_RATE_LIMIT_SECONDS = 600.0
_GONE = ("[deleted]", "[removed]")


def is_write(method: str, url: str) -> bool:
    """Tell posts from questions; signing in is neither."""
    return method != "GET" and not url.endswith("/api/v1/access_token")


def refusal_of(said: Said) -> ProductError | None:
    """Read a 4xx: 403 on a comment means a locked thread, a ban or a closed subreddit; Reddit does not say which."""
    if said.write and said.status == 403:
        why = "banned" if b"ban" in said.body[:2_000].lower() else "forbidden"
        return PublishRejected("Reddit forbids posting there: it is locked, or this account may not post in it.", why=why)
    return None


def meant(errors: list[tuple[str, str]]) -> ProductError:
    """Return what Reddit's list of errors (code, words) means. All but Reddit's own breakdowns were found before anything was made."""
    codes = [code for code, _ in errors]
    if _UNSURE.intersection(codes):
        return PublishUnknown(f"Reddit answered {codes[0]}.")
    if "RATELIMIT" in codes:
        words = next(words for code, words in errors if code == "RATELIMIT")
        found = _WAIT.search(words)
        wait = int(found[1]) * _UNITS[found[2].lower()] if found else _RATE_LIMIT_SECONDS
        return RateLimited(f"Reddit asks us to wait {wait:.0f} seconds.", wait_seconds=max(1.0, wait))
    why = next((_WHY[code] for code in codes if code in _WHY), "invalid")
    return PublishRejected(f"Reddit refused: {', '.join(codes)}.", why=why)


def fields_of(thing: Any) -> dict[str, Any]:
    """Return a thing's members, whether praw made an object of it or left the JSON."""
    return thing if isinstance(thing, dict) else vars(thing)


def listing_of(page: Any) -> list[dict[str, Any]]:
    """Return the things on a page, as their members."""
    return [child["data"] for child in page["data"]["children"]]


def is_gone(thing: dict[str, Any]) -> bool:
    """Tell whether its author deleted it or a moderator removed it."""
    return bool(thing.get("removed_by_category")) or (thing.get("author") == "[deleted]" and thing.get("body", "[deleted]") in _GONE)


def url_of(fields: dict[str, Any]) -> str:
    """Return where a thing is read, "" when it does not say."""
    path = fields.get("permalink") or ""
    return f"https://www.reddit.com{path}" if path else ""


def subreddit_of(realm: str) -> str:
    """Return a subreddit's name. Raises `PublishRejected` when `realm` names none: a submission needs one."""
    found = _SUBREDDIT.match(realm)
    if found is None:
        raise PublishRejected(f"{realm!r} is no subreddit; a submission needs one.", why="invalid")
    return found[1]
