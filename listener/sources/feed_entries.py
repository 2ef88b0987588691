"""A feed's bytes → entries, for RSS, Atom, RDF and CDF (by feedparser) and JSON Feed (by us). No network, no files."""

from __future__ import annotations

import io
import re
from calendar import timegm
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import feedparser
from feedparser.exceptions import CharacterEncodingOverride, NonXMLContentType

from listener.errors import SourceRefused, SourceUnavailable
from listener.sources.feed_deleted import deleted_in
from listener.sources.feed_finding import feeds_in, is_page, joined
from listener.sources.json_text import read_json
from listener.sources.markup import plain_line, plain_text

HTML_TYPES = ("text/html", "application/xhtml+xml")
NOTHING = ("", "<p></p>")
HARMLESS = (CharacterEncodingOverride, NonXMLContentType)
"""What feedparser finds amiss in a feed that it nevertheless read to its end."""
_HOST = "https://klankbord.invalid"
_BASE = f"{_HOST}/-/"
"""Stands for the feed's own address where elements name bases; taken off again, for an id stays as it was written."""
_NAMES_A_BASE = re.compile(rb"\bbase\s*=", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as the feed says it: plain texts, aware UTC times or None, `guid` "" when it has none.

    `reply_to` is the guid that it answers (RFC 4685). `emptied`: it has a body, with nothing in it.
    """

    guid: str
    link: str
    title: str
    text: str
    author: str
    author_link: str
    published: datetime | None
    updated: datetime | None
    reply_to: str = ""
    emptied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedBody:
    """What a feed's bytes hold: entries in document order, guids that it says were deleted (RFC 6721), whether all of it could be read."""

    entries: tuple[Entry, ...]
    deleted: tuple[str, ...] = ()
    whole: bool = True


def read_feed(body: bytes, *, url: str, content_type: str) -> FeedBody:
    """Return what a feed holds.

    Broken XML gives what could be read of it, and is not `whole`. Raises `SourceRefused` when this is a web page (and names the feed the
    page points to, if any) and `SourceUnavailable` when it is nothing that looks like a feed: an empty or cut answer is no empty feed.
    """
    if not body.strip():
        raise SourceUnavailable("The feed answered with nothing at all.")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return _json_entries(body, url)
    # Bytes in a stream: feedparser would open a *string* as an address or a file name. Not the feed's own base address: it would turn the
    # id "1" into one, and two feeds of a site that count 1, 2, 3 would seem to show the same entries; links are joined in `_entry`. But
    # without any, the base that one element names would go on behind it, and an entry's id would depend on which entry stands before it.
    headers = {"content-type": content_type, **({"content-location": _BASE} if _NAMES_A_BASE.search(body) else {})}
    try:
        parsed = feedparser.parse(io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        raise SourceUnavailable(f"The feed cannot be read: {type(error).__name__}.") from error
    if not parsed.entries and not parsed.version:
        _refuse_page(body, url)
        raise SourceUnavailable("The answer is not a feed: no RSS, Atom or JSON Feed was found in it.")
    if not parsed.entries and parsed.bozo and not _is_whole(body):
        raise SourceUnavailable("The feed was cut off before its first entry.")
    whole = not parsed.bozo or isinstance(parsed.get("bozo_exception"), HARMLESS)
    return FeedBody(entries=tuple(_entry(found, url) for found in parsed.entries), deleted=deleted_in(body), whole=whole)


def _is_whole(body: bytes) -> bool:
    return re.search(rb"</(?:\w+:)?(?:rss|feed|rdf|channel)>\s*(?:<!--.*-->\s*)?$", body[-2_000:], re.IGNORECASE | re.DOTALL) is not None


def _refuse_page(body: bytes, url: str) -> None:
    """Raise `SourceRefused` when the body is a web page."""
    if not is_page(body):
        return
    if named := feeds_in(body, url):
        raise SourceRefused(f"This is a web page, not a feed. It names {', '.join(named[:10])}: set url to that.")
    raise SourceRefused("This is a web page, not a feed, and it names no feed. Look for an RSS or Atom address on the site.")


def _entry(found: Any, url: str) -> Entry:
    body = max(found.get("content") or [], key=lambda part: len(part.get("value") or ""), default=None) or found.get("summary_detail")
    detail = found.get("author_detail") or {}
    return Entry(
        guid=_written(found.get("id")),
        link=joined(url, _written(found.get("link"))),
        title=_worded(found.get("title_detail"), line=True),
        text=_worded(body, line=False),
        author=plain_line(str(detail.get("name") or found.get("author") or detail.get("email") or "")),
        author_link=_written(detail.get("href")),
        published=_moment(found.get("published_parsed") or found.get("created_parsed")),
        updated=_moment(found.get("updated_parsed") if "updated_parsed" in found.keys() else None),  # noqa: SIM118 - `in found` is feedparser's guess
        reply_to=_answered(found),
        emptied=bool(found.get("content")) and all(str(part.get("value") or "").strip() in NOTHING for part in found["content"]),
    )


def _written(value: object) -> str:
    """Return an id or address as the feed has it, where feedparser joined it to `_BASE`."""
    text = str(value or "")
    return text.removeprefix(_BASE) if text.startswith(_BASE) else text.removeprefix(_HOST)


def _answered(found: Any) -> str:
    """Return what thr:in-reply-to refers to (RFC 4685, section 3); feedparser puts the document's own prefix before unknown names."""
    given = next((value for name, value in found.items() if name.rpartition("_")[2] == "in-reply-to"), None)
    return str(given.get("ref") or "") if isinstance(given, dict) else ""


def _worded(detail: Any, *, line: bool) -> str:
    """Return a text construct as plain text; only what the feed (or feedparser's look at it) calls HTML is read as HTML."""
    if not detail:
        return ""
    value = str(detail.get("value") or "")
    if detail.get("type") in HTML_TYPES:
        return plain_line(value) if line else plain_text(value)
    return " ".join(value.split()) if line else value.strip()


def _moment(parsed: Any) -> datetime | None:
    """Return feedparser's UTC struct_time as a datetime; times that no calendar holds count as missing."""
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _json_entries(body: bytes, url: str) -> FeedBody:
    """JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1, read 2026-11)."""
    try:
        whole = read_json(body)
    except ValueError as error:
        raise SourceUnavailable(f"The answer looks like JSON and is not: {error}.") from error
    items = whole.get("items") if isinstance(whole, dict) else None
    if not isinstance(whole, dict) or not isinstance(items, list) or "jsonfeed" not in str(whole.get("version", "")):
        raise SourceRefused("This is JSON, but no JSON Feed (it has no jsonfeed version and items). Look for an RSS or Atom address.")
    return FeedBody(entries=tuple(_json_entry(item if isinstance(item, dict) else {}, url) for item in items))


def _json_entry(item: dict[str, Any], url: str) -> Entry:
    authors = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    author = next((one for one in authors or [] if isinstance(one, dict)), {})
    content = _text(item.get("content_text")) or plain_text(_text(item.get("content_html"))) or _text(item.get("summary"))
    return Entry(
        guid=_text(item.get("id")),
        link=joined(url, _text(item.get("url")) or _text(item.get("external_url"))),
        title=" ".join(_text(item.get("title")).split()),
        text=content.strip(),
        author=" ".join(_text(author.get("name")).split()),
        author_link=_text(author.get("url")),
        published=_iso(item.get("date_published")),
        updated=_iso(item.get("date_modified")),
    )


def _text(value: object) -> str:
    """Return a JSON value as text; numbers are taken as written (some feeds number their ids), anything else counts as missing."""
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _iso(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(value).strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
