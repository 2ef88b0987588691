"""The status feed: one Atom entry per published update (RFC 4287). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from moderation.inbox.wording import Wording
from moderation.public.parts import PublicIssue, PublicUpdate

_ATOM = "http://www.w3.org/2005/Atom"
_TAG_SINCE = "2026"
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold (XML 1.0, 2.2): one such character and no reader takes the whole feed."""
MOST_ENTRIES = 50


def atom_feed(issues: Sequence[PublicIssue], *, words: Wording, brand: str, base_url: str, empty_at: datetime) -> str:
    """Return the feed, newest entry first, at most 50.

    An entry's id never changes (a tag: address, RFC 4151, of host and update), also when the page moves to another address on that host.
    `empty_at` is the feed's own moment while nothing was published.
    """
    language = words.language
    host = urlsplit(base_url).hostname or "localhost"
    feed = Element("feed", {"xmlns": _ATOM, "xml:lang": language})
    said = sorted(((issue, update) for issue in issues for update in issue.updates), key=lambda pair: pair[1].published_at, reverse=True)
    latest = max((update.corrected_at or update.published_at for _, update in said), default=empty_at.replace(hour=0, minute=0, second=0))
    _text(feed, "title", words.text("feed.title", brand=brand))
    _text(feed, "id", f"tag:{host},{_TAG_SINCE}:klankbord/status/{language}")
    _text(feed, "updated", _stamp(latest))
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{base_url}/status.atom?lang={language}"})
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "hreflang": language, "href": f"{base_url}/?lang={language}"})
    _text(SubElement(feed, "author"), "name", brand)
    for issue, update in said[:MOST_ENTRIES]:
        _entry(feed, issue, update, words=words, base_url=base_url, host=host)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="unicode") + "\n"


def _entry(feed: Element, issue: PublicIssue, update: PublicUpdate, *, words: Wording, base_url: str, host: str) -> None:
    language = words.language
    entry = SubElement(feed, "entry")
    _text(entry, "title", words.text("feed.entry", subject=issue.subjects[language], status=words.named("status", update.status)))
    _text(entry, "id", f"tag:{host},{_TAG_SINCE}:klankbord/update/{update.update_id}/{language}")
    _text(entry, "published", _stamp(update.published_at))
    _text(entry, "updated", _stamp(update.corrected_at or update.published_at))
    address = f"{base_url}/status/{issue.public_id}?lang={language}#u{update.update_id}"
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "hreflang": language, "href": address})
    SubElement(entry, "category", {"term": update.status, "label": words.named("status", update.status)})
    _text(entry, "content", update.texts[language]).set("type", "text")


def _text(parent: Element, name: str, text: str) -> Element:
    made = SubElement(parent, name)
    made.text = _NOT_XML.sub("", text)
    return made


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
