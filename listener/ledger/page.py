"""Decide what a page of mentions changes, given what is known: arithmetic on revisions, without a database."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from listener.model.mention import Author, BrandHit, Kept, Mention, MentionKey

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Known:
    """What the ledger knows of one mention; moved along while a page is decided. `latest_revision` -1: no text yet."""

    mention_id: int
    latest_revision: int = -1
    content_hash: str = ""
    edited_at: datetime | None = None
    removed: bool = False
    expired: bool = False
    analysed: bool = False


@dataclass(slots=True)
class PageChanges:
    """Rows to write for a page. `edited_later` are texts that came again with a later edit time; `hits` is by mention id."""

    revisions: list[dict[str, Any]] = field(default_factory=list)
    newest: dict[int, dict[str, Any]] = field(default_factory=dict)
    edited_later: list[dict[str, Any]] = field(default_factory=list)
    hits: dict[int, tuple[BrandHit, ...]] = field(default_factory=dict)
    new: set[int] = field(default_factory=set)
    edited: int = 0
    unchanged: int = 0


def decide(kept: Sequence[Kept], known: dict[MentionKey, Known], at: datetime) -> PageChanges:
    """Return what the mentions of a page change; `known` must hold every key and is moved along.

    The same text is nothing (but a later edit time is remembered, so that an edit in between cannot come back), an older edit time
    is nothing, a removed mention stays removed, and one whose words were let go gets none again; anything else is the next revision.
    A text without edit time is the first one: older than any edit, but of two texts without edit time the one that came last holds. So
    every order of events ends the same (RULES F7).
    """
    changes = PageChanges()
    for one in kept:
        mention, state = one.mention, known[key_of(one.mention)]
        content = content_hash(sound(mention.title), sound(mention.text))
        if state.removed or state.expired:
            changes.unchanged += 1
            continue
        older = state.latest_revision >= 0 and (mention.edited_at or _LONG_AGO) < (state.edited_at or _LONG_AGO)
        same = state.latest_revision >= 0 and content == state.content_hash
        if one.hits and not older:
            changes.hits[state.mention_id] = one.hits
        if older or same:
            changes.unchanged += 1
            if not older and mention.edited_at != state.edited_at:
                state.edited_at = mention.edited_at
                changes.edited_later.append(
                    {"b_mention_id": state.mention_id, "b_revision": state.latest_revision, "edited_at": mention.edited_at}
                )
            continue
        _next_revision(changes, state, mention, content, at)
    return changes


def _next_revision(changes: PageChanges, state: Known, mention: Mention, content: str, at: datetime) -> None:
    if state.latest_revision < 0:
        changes.new.add(state.mention_id)
    else:
        changes.edited += 1
    state.latest_revision += 1
    state.content_hash, state.edited_at = content, mention.edited_at
    changes.revisions.append(
        {
            "mention_id": state.mention_id,
            "revision": state.latest_revision,
            "content_hash": content,
            "title": sound(mention.title),
            "text": sound(mention.text),
            "edited_at": mention.edited_at,
            "seen_at": at,
        }
    )
    changes.newest[state.mention_id] = {
        "b_mention_id": state.mention_id,
        "latest_revision": state.latest_revision,
        "tries": 0,
        **shown_columns(mention),
    }


def content_hash(title: str, text: str) -> str:
    """Return `Mention.content_hash` of a text as the ledger keeps it, so that a check can compute it again."""
    return hashlib.sha256(f"{title}\x1f{text}".encode()).hexdigest()


def sound(text: str) -> str:
    """Return `text` with what no UTF-8 store can hold (lone surrogates, NUL) as U+FFFD. Texts were repaired before; ids may not be."""
    return text if text.isascii() and text.isprintable() else _UNSTORABLE.sub("\ufffd", text)


def key_of(mention: Mention) -> MentionKey:
    """Return a mention's key as the ledger spells it."""
    return sound_key(mention.key)


def sound_key(key: MentionKey) -> MentionKey:
    """Return a key as the ledger spells it."""
    return MentionKey(sound(key.platform), sound(key.realm), sound(key.native_id))


def shown_columns(mention: Mention) -> dict[str, Any]:
    """Return the columns that follow the newest revision: who wrote it, where it stands, what was repaired."""
    author = mention.author
    return {
        "author_key": sound(author.key) if author else "",
        "author_platform": sound(author.platform) if author else None,
        "author_realm": sound(author.realm) if author else None,
        "author_native_id": sound(author.native_id) if author else None,
        "author_name": sound(author.name) if author else "",
        "url": sound(mention.url),
        "parent_id": sound(mention.parent_id),
        "root_id": sound(mention.root_id),
        "channel": sound(mention.channel),
        "flags": sorted(mention.flags),
        "posted_at": mention.posted_at,
    }


def author_of(platform: str | None, realm: str | None, native_id: str | None, name: str) -> Author | None:
    """Return the author that `shown_columns` took apart."""
    if platform is None or realm is None or native_id is None:
        return None
    return Author(platform=platform, realm=realm, native_id=native_id, name=name)


def merged_hits(held: Iterable[BrandHit], arrived: Iterable[BrandHit], *, replace: bool) -> dict[str, BrandHit]:
    """Return hits by brand: those that arrived, and unless `replace` also those held for other brands."""
    hits = {} if replace else {hit.brand: hit for hit in held}
    hits.update({hit.brand: hit for hit in arrived})
    return hits
