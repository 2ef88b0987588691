"""A feed's entries → mentions with distinct ids, their threads, and what the feed itself says is gone. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import httpx

from listener.model.mention import Author, Mention, Removal
from listener.model.page import Skip
from listener.sources.feed_entries import Entry
from listener.sources.feed_isso import is_emptied
from listener.sources.feed_memory import Shown, short

PLATFORM = "feed"
BEFORE_FEEDS = datetime(1990, 1, 1, tzinfo=UTC)  # older dates are zeros of broken clocks
MOST_ABOVE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a document shows. `emptied` are ids of comments that stand there without words because somebody deleted them.

    `shown` are the entries whose id is their own, `present` all ids, `skipped` what could not become a mention.
    """

    mentions: tuple[Mention, ...]
    emptied: tuple[str, ...]
    shown: tuple[Shown, ...]
    present: frozenset[str]
    skipped: tuple[Skip, ...]


def removal(native_id: str, address: str) -> Removal:
    """Return the removal of an entry of the feed at `address`."""
    return Removal(platform=PLATFORM, realm=realm_of(native_id, address), native_id=native_id)


def realm_of(native_id: str, address: str) -> str:
    """Return where an id is unique: one that is an address or tag on its feed's host, any other in that feed only."""
    host = httpx.URL(address).host
    return host if ":" in native_id else f"{host}/{short(address)}"


def listing_of(entries: Sequence[Entry], address: str, *, now: datetime, known: Mapping[str, Shown], gone: Container[str] = ()) -> Listing:
    """Return what a document of the feed at `address` shows; of entries that share id *and* link, the latest change stays.

    known: what was shown earlier, by id: entries keep the time since which they stand, and the root of their thread. gone: short hashes of
    what was removed.
    """
    sharing = Counter(guid for guid, _ in {(e.guid, e.link or e.title) for e in entries if e.guid})
    answers = {entry.guid: entry.reply_to for entry in entries if entry.guid}
    answered = set(answers.values())
    skipped: list[Skip] = []
    found: dict[str, Mention] = {}
    emptied: dict[str, None] = {}
    shown: dict[str, Shown] = {}
    present: set[str] = set()
    for position, entry in enumerate(entries, start=1):
        native_id = _id_of(entry, shared=sharing[entry.guid] > 1)
        present.add(native_id)
        if is_emptied(entry):
            if native_id not in known and short(native_id) not in gone:
                skipped.append(Skip(where=f"entry {position}", reason="it has no words: a picture, or it was deleted before we came"))
            elif native_id in known and entry.guid in answered:
                emptied[native_id] = None
            elif native_id in known:
                shown[native_id] = known[native_id]
            continue
        root = _root(entry, answers, known)
        at = _standing_since(entry, known.get(native_id))
        if native_id == entry.guid:
            shown[native_id] = Shown(native_id=native_id, at=_place_in_time(entry, at), link=entry.link, root=root)
        if not entry.title and not entry.text:
            skipped.append(Skip(where=f"entry {position}", reason="it has neither a title nor a text"))
            continue
        mention = replace(_mention(entry, native_id, address, at or now, known=at is not None), root_id=root)
        earlier = found.get(native_id)
        if earlier is None or _changed_at(mention) > _changed_at(earlier):
            found[native_id] = mention
        if earlier is not None and earlier.content_hash != mention.content_hash:
            skipped.append(Skip(where=f"entry {position}", reason=f"id {entry.guid[:200]!r} occurs twice; the latest change was kept"))
    return Listing(
        mentions=tuple(one for native_id, one in found.items() if native_id not in emptied),
        emptied=tuple(emptied),
        shown=tuple(one for native_id, one in shown.items() if native_id not in emptied),
        present=frozenset(present),
        skipped=tuple(skipped),
    )


def _id_of(entry: Entry, *, shared: bool) -> str:
    if entry.guid and not shared:
        return entry.guid
    return hashlib.sha256(f"{entry.guid}\x1f{entry.link}\x1f{entry.title}".encode("utf-8", "replace")).hexdigest()[:32]


def _times(entry: Entry) -> list[datetime]:
    return sorted(t for t in (entry.published, entry.updated) if t is not None and t >= BEFORE_FEEDS)


def _standing_since(entry: Entry, earlier: Shown | None) -> datetime | None:
    """Return since when an entry stands: what a feed that only tells of the last change said first counts on."""
    times = _times(entry)
    if entry.published is None and times and earlier is not None and 0 < earlier.at < int(times[0].timestamp()):
        return datetime.fromtimestamp(earlier.at, UTC)
    return times[0] if times else None


def _place_in_time(entry: Entry, standing_since: datetime | None) -> int:
    """Return seconds since 1970 by which a feed sorts an entry: when it was published, which may be after its last change."""
    published = entry.published is not None and entry.published >= BEFORE_FEEDS
    at = entry.published if published else standing_since
    return int(at.timestamp()) if at else 0


def _root(entry: Entry, answers: Mapping[str, str], known: Mapping[str, Shown]) -> str:
    """Return the beginning of an entry's thread, as far up as this document and earlier ones show it; "" when it answers nothing."""
    if not entry.reply_to or entry.reply_to == entry.guid:
        return ""
    if (itself := known.get(entry.guid)) is not None and itself.root:
        return itself.root
    above, passed = entry.reply_to, {entry.guid}
    while (higher := answers.get(above, "")) and above not in passed and len(passed) < MOST_ABOVE:
        passed.add(above)
        above = higher
    return known[above].root or above if above in known else above


def _mention(entry: Entry, native_id: str, address: str, posted_at: datetime, *, known: bool) -> Mention:
    host = httpx.URL(address).host
    author = entry.author_link or entry.author
    latest = max(_times(entry), default=posted_at)
    return Mention(
        platform=PLATFORM,
        realm=realm_of(native_id, address),
        native_id=native_id,
        text=entry.text,
        title=entry.title,
        posted_at=posted_at,
        edited_at=latest if latest > posted_at else None,
        author=Author(platform=PLATFORM, realm=host, native_id=author.casefold(), name=entry.author) if author else None,
        url=entry.link,
        parent_id="" if entry.reply_to == entry.guid else entry.reply_to,
        flags=frozenset() if known else frozenset({"no_time"}),
    )


def _changed_at(mention: Mention) -> datetime:
    return mention.edited_at or mention.posted_at
