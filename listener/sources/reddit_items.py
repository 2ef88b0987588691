"""A Reddit submission, comment or private message, as praw holds it → a mention, a removal, or why it is neither.

Only what came with the listing is read (`fields_of`): touching a missing attribute of a praw object sends a request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from listener.model.mention import Author, Mention, Removal
from listener.model.page import Skip
from listener.sources.fields import moment_of_seconds
from listener.sources.markup import plain_text, unescaped_line

PLATFORM = "reddit"
REALM = "reddit.com"
DELETED = "[deleted]"
REMOVED = "[removed]"
BEGAN = datetime(2005, 6, 1, tzinfo=UTC)
_FULLNAME = re.compile(r"t[0-9]_[A-Za-z0-9]{1,20}")
_CONTEXT = re.compile(r"/r/[^/]+/comments/([a-z0-9]+)/")


def read_item(item: Any) -> Mention | Removal | Skip:
    """Return what a listing entry is. Its native id is Reddit's fullname (t1_… comment, t3_… submission, t4_… private message)."""
    found = fields_of(item)
    name = fullname_of(item)
    if name.startswith("t4_"):
        return _message(found, name)
    if not name.startswith(("t1_", "t3_")):
        return Skip(where=f"item {name or '?'}", reason="it is neither a submission nor a comment")
    gone = _removal_reason(found, is_comment=name.startswith("t1_"))
    if gone:
        return Removal(platform=PLATFORM, realm=REALM, native_id=name, reason=gone)
    posted_at = _posted_at(found)
    if posted_at is None:
        return Skip(where=f"item {name}", reason=f"created_utc is {str(found.get('created_utc'))[:40]!r}, not a time in seconds")
    is_comment = name.startswith("t1_")
    title = "" if is_comment else unescaped_line(_word(found, "title"))
    text = _text(found, "body" if is_comment else "selftext")
    if not title and not text:
        return Skip(where=f"item {name}", reason="it has neither a title nor a text")
    edited_at = moment_of_seconds(found.get("edited"))
    return Mention(
        platform=PLATFORM,
        realm=REALM,
        native_id=name,
        title=title,
        text=text,
        posted_at=posted_at,
        edited_at=edited_at if edited_at is not None and edited_at > posted_at else None,
        author=_author(found),
        url=_url(found, name),
        parent_id=_word(found, "parent_id") if is_comment else "",
        root_id=(_word(found, "link_id") or _submission_in(_word(found, "context"))) if is_comment else "",
    )


def _message(found: Mapping[str, Any], name: str) -> Mention | Skip:
    """Return a private message: its thread is named by its first one. Reddit's own (no author, or u/reddit) ask nobody anything."""
    author, posted_at = _author(found), _posted_at(found)
    title, text = unescaped_line(_word(found, "subject")), _text(found, "body")
    if author is None or author.name.casefold() == "reddit" or _word(found, "distinguished") == "admin":
        return Skip(where=f"message {name}", reason="Reddit wrote it, or nobody who is named")
    if posted_at is None or not (title or text):
        return Skip(where=f"message {name}", reason="it has no text" if posted_at is not None else "it has no time")
    return Mention(
        platform=PLATFORM,
        realm=REALM,
        native_id=name,
        title=title,
        text=text,
        posted_at=posted_at,
        author=author,
        url=f"https://www.reddit.com/message/messages/{name.removeprefix('t4_')}",
        parent_id=_word(found, "parent_id"),
        root_id=_word(found, "first_message_name"),
        channel=PLATFORM,
    )


def _submission_in(context: str) -> str:
    """Return the submission that an answer in the inbox stands below, by the address it gives; "" when that names none."""
    read = _CONTEXT.match(context)
    return f"t3_{read[1]}" if read else ""


def fields_of(item: Any) -> Mapping[str, Any]:
    """Return what came with an item; nothing for what is none. What praw does not know the kind of stays as it came."""
    return vars(item) if hasattr(item, "__dict__") else item if isinstance(item, Mapping) else {}


def fullname_of(item: Any) -> str:
    """Return t1_… or t3_…, from `name` or, in old recordings, built from what else the item carries; "" when it has no id."""
    found = fields_of(item)
    name = _word(found, "name") or (f"{'t1' if 'body' in found else 't3'}_{_word(found, 'id')}" if _word(found, "id") else "")
    return name if _FULLNAME.fullmatch(name) else ""


def created_of(item: Any) -> float:
    """Return an item's moment in seconds since 1970; 0 when it has none, so that it never counts as new."""
    moment = _posted_at(fields_of(item))
    return moment.timestamp() if moment is not None else 0.0


def _posted_at(found: Mapping[str, Any]) -> datetime | None:
    """Return when an item was made; None for what is no time, and for one before there was a Reddit."""
    moment = moment_of_seconds(found.get("created_utc"))
    return moment if moment is not None and moment >= BEGAN else None


def _removal_reason(found: Mapping[str, Any], *, is_comment: bool) -> str:
    """Return "deleted" (by its author), "removed" (by anybody else), or "" for an item that stands."""
    words = _word(found, "body" if is_comment else "selftext").strip()
    category = _word(found, "removed_by_category")
    if words == REMOVED or (category and category not in ("deleted", "author")):
        return "removed"
    return "deleted" if words == DELETED or category else ""


def _text(found: Mapping[str, Any], field: str) -> str:
    """Return the item's words without Markdown: from Reddit's own HTML of it, else as written."""
    rendered = _word(found, f"{field}_html")
    return plain_text(rendered) if rendered else _word(found, field).strip()


def _author(found: Mapping[str, Any]) -> Author | None:
    """Return the author by account id (t2_…); None for deleted accounts. Old answers give only a name, which then has to do."""
    author = found.get("author")
    name = author if isinstance(author, str) else _word(fields_of(author), "name")
    if not name or name == DELETED:
        return None
    return Author(platform=PLATFORM, realm=REALM, native_id=_word(found, "author_fullname") or name, name=name)


def _url(found: Mapping[str, Any], name: str) -> str:
    permalink = _word(found, "permalink") or _word(found, "context").partition("?")[0]
    if permalink.startswith("/"):
        return f"https://www.reddit.com{permalink}"
    submission = _word(found, "link_id").removeprefix("t3_") or name.removeprefix("t3_")
    comment = f"_/{name.removeprefix('t1_')}/" if name.startswith("t1_") else ""
    return f"https://www.reddit.com/comments/{submission}/{comment}"


def _word(found: Mapping[str, Any], field: str) -> str:
    value = found.get(field)
    return value if isinstance(value, str) else ""
