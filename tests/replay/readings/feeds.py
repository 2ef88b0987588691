"""What recorded feeds have to become: as the feed's own XML says it, and as the recording itself says that it is to be read."""

from __future__ import annotations

import ast
import random
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from listener.errors import SourceError
from listener.sources.feed_entries import Entry, read_feed
from listener.sources.feed_mentions import listing_of
from tests.replay.reading import NotOurs, harmless, moment_told

MOST_SECONDS = 5.0
ADDRESS = "https://example.org/feed"
ATOM = "{http://www.w3.org/2005/Atom}"
_HEADER = re.compile(rb"Header:\s*([\w-]+):\s*([^\r\n]+)", re.IGNORECASE)
_EXPECTED = re.compile(r"""entries\[0\](?:\[['"]|\.)(title|id|guid|link|author)(?:['"]\])?\s*==\s*u?((['"]).*?\3)(?:\s|$)""")
_TAG = re.compile(r"<(?:script|style|iframe|img|a|p|div|span|b|i|strong|em|br)\b[^>]*>", re.IGNORECASE)


def headers_of(body: bytes) -> dict[str, str]:
    """Return the headers that a recording's leading comment names, by lower-case name."""
    return {name.decode().lower(): value.decode("latin-1").strip() for name, value in _HEADER.findall(body[:2_000])}


def entries_of(body: bytes) -> tuple[Entry, ...]:
    """Return what our reader makes of a feed."""
    headers = headers_of(body)
    return read_feed(
        body, url=headers.get("content-location", ADDRESS), content_type=headers.get("content-type", "application/xml")
    ).entries


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReading:
    """Files that are feeds, whatever their name."""

    def check(self, path: Path) -> str:
        body = path.read_bytes()
        sanitised = path.parent.name == "wellformed-sanitize"  # what feedparser would leave of markup; we leave words alone
        expected = {} if sanitised else _expectations(body)
        started = time.monotonic()
        try:
            entries = entries_of(body)
        except SourceError as error:
            if expected:
                raise
            raise NotOurs(f"refused: {re.sub(r'It names .*', '', str(error)).strip()}") from error
        assert time.monotonic() - started < MOST_SECONDS
        for name, value in expected.items():
            assert entries, "its first entry is not read"
            _as_expected(entries[0], name, value)
        _as_its_xml_says(entries, body)
        listing = listing_of(entries, ADDRESS, now=datetime(2026, 11, 27, tzinfo=UTC), known={})
        assert len({one.native_id for one in listing.mentions}) == len(listing.mentions)
        assert all(one.native_id and one.platform == "feed" for one in listing.mentions)
        if sanitised:
            assert not any(_TAG.search(entry.text) or _TAG.search(entry.title) for entry in entries), "markup is left in its words"
        return f"{len(entries)} entries"

    def alter(self, path: Path, chance: random.Random) -> int:
        body = path.read_bytes()
        cut = body[: chance.randrange(len(body) + 1)]
        at = chance.randrange(len(body) + 1)
        damaged = body[:at] + chance.randbytes(6) + body[at + 6 :]
        changed = chance.choice((cut, damaged, body[: at // 2] + body[at:]))
        harmless(lambda: listing_of(entries_of(changed), ADDRESS, now=datetime(2026, 11, 27, tzinfo=UTC), known={}))
        return 1


def _expectations(body: bytes) -> dict[str, str]:
    """Return what the recording says of its first entry, where it says it of a well-formed document and in plain words."""
    line = re.search(rb"Expect:\s*(not bozo[^\r\n]*)", body[:3_000])
    if line is None:
        return {}
    try:
        said = line[1].decode("ascii")
        found = {name: ast.literal_eval(value) for name, value, _ in _EXPECTED.findall(said)}
    except (UnicodeDecodeError, ValueError, SyntaxError):
        return {}
    served = "//127.0.0.1"  # what their own server would have added
    return {name: value for name, value in found.items() if isinstance(value, str) and not set("<>&") & set(value) and served not in value}


def _as_expected(entry: Entry, name: str, value: str) -> None:
    if name == "title":
        assert entry.title == " ".join(value.split())
    elif name in ("id", "guid"):  # one that is relative stays as it was written: "1" of two feeds must not become one address
        assert entry.guid == value or (entry.guid.startswith("/") and value.endswith(entry.guid))
    elif name == "author":
        assert entry.author in value
    elif value.startswith("http"):
        assert entry.link == value


def _can_be_an_id(text: str) -> bool:
    """Tell whether feedparser takes this for an id: an address has to be one."""
    try:
        urlsplit(text)
    except ValueError:
        return False
    return bool(text)


def _as_its_xml_says(entries: tuple[Entry, ...], body: bytes) -> None:
    """Hold the entries of Atom 1.0 and RSS 2.0 against their XML: how many, their ids, and their times."""
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError):
        return
    if root.tag == f"{ATOM}feed":
        told = root.findall(f"{ATOM}entry")
        named, dated = f"{ATOM}id", f"{ATOM}published"
    elif root.tag == "rss" and len(root.findall("channel")) == 1:
        told = root.findall("channel/item")
        named, dated = "guid", "pubDate"
    else:
        return
    tag = told[0].tag if told else ""
    if not told or len(told) != sum(1 for _ in root.iter(tag)):  # one within another: which of them is an entry is anybody's guess
        return
    assert len(entries) == len(told), "how many there are"
    with_a_base = b"base=" in body  # ids are joined to it, as feedparser does
    for entry, element in zip(entries, told, strict=True):
        ids = [(one.text or "").strip() for one in element.findall(named)]
        assert len(ids) != 1 or not _can_be_an_id(ids[0]) or entry.guid == ids[0] or (with_a_base and entry.guid.endswith(ids[0])), "its id"
        times = [(one.text or "").strip() for one in element.findall(dated)]
        if dated.startswith(ATOM) and len(times) == 1 and len(times[0]) == 20 and (at := moment_told(times[0])) is not None:
            assert entry.published == at, "its time"
