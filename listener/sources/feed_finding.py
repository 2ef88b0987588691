"""The feeds that a web page names in its head, and where sites have one by habit. Pure."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urldefrag, urljoin

FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
COMMON_PLACES = ("/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json")
MOST_READ = 200_000
LONGEST_ADDRESS = 2_000
_HTML_START = re.compile(rb"^\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(link|base)\b[^>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(rel|type|href)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)


def is_page(body: bytes) -> bool:
    """Tell whether these bytes are a web page."""
    return _HTML_START.match(body[:5_000]) is not None or b"<html" in body[:5_000].lower()


def feeds_in(body: bytes, url: str) -> tuple[str, ...]:
    """Return the addresses of the feeds that a page at `url` names as its alternates, each once, in its order."""
    found: dict[str, None] = {}
    base = url
    for tag in _TAG.finditer(_without_comments(body[:MOST_READ].decode("utf-8", "replace"))):
        given = {name.lower(): unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag[0])}
        if tag[1].lower() == "base":
            base = joined(url, given.get("href", "")) or base
            continue
        of_type = given.get("type", "").partition(";")[0].strip().lower()
        address = urldefrag(joined(base, given.get("href", "")))[0]
        if "alternate" in given.get("rel", "").lower().split() and of_type in FEED_TYPES and 0 < len(address) <= LONGEST_ADDRESS:
            found[address] = None
    return tuple(found)


def common_places(url: str) -> tuple[str, ...]:
    """Return where the site of a page at `url` might have its feed: right below the page, then at the site's root."""
    below = urldefrag(url)[0].partition("?")[0].rstrip("/")
    return tuple(dict.fromkeys((f"{below}/feed", *(urljoin(url, place) for place in COMMON_PLACES))))


def joined(base: str, link: str) -> str:
    """Return `link` as an absolute web address, or "" when it is none (javascript:, data:, broken)."""
    try:
        whole = urljoin(base, link.strip()) if link else ""
    except ValueError:
        return ""
    return whole if whole.lower().startswith(("https://", "http://")) else ""


def _without_comments(text: str) -> str:
    """Return a page without its comments; one that never ends takes the rest with it, as in browsers."""
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        kept.append(text[at:start])
        end = text.find("-->", start)
        if end < 0:
            return "".join(kept)
        at = end + 3
    return "".join((*kept, text[at:]))
