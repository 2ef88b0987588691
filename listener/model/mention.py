"""Mentions and their authors, as platforms showed them to us."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

PROVEN_SENDER = "proven_sender"
"""The flag of a message whose platform lets writers say who they are, and whose writer was proven all the same."""
KEPT_NO_LONGER = "kept_no_longer"
"""The flag of a message whose words, author and address were let go: they had been kept long enough. It counts on."""
NAMED_BY_WRITERS = frozenset({"mail"})
"""Platforms on which whoever writes says who wrote, and under which id: anybody may write anybody's name there."""


def is_unproven(platform: str, flags: Collection[str]) -> bool:
    """Tell whether only the message itself says who wrote it. What was kept before anybody looked is unproven too."""
    return platform in NAMED_BY_WRITERS and PROVEN_SENDER not in flags


IMPORTED = "import:"
"""Begins the name of a source that was a file; no source of the settings can be called so (an id holds no colon)."""


def told_in_private(channel: str, source: str) -> bool:
    """Tell whether a message of this channel, first brought by this source, is a live private one; an imported contact moment is none."""
    return channel != "" and not source.startswith(IMPORTED)


class MentionKey(NamedTuple):
    """What makes a mention itself: `realm` is the host, feed, guild or account in which `native_id` is unique."""

    platform: str
    realm: str
    native_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Somebody who wrote. Identity is `key`; `name` may change and may be anybody's, so it never identifies."""

    platform: str
    realm: str
    native_id: str
    name: str = ""

    @property
    def key(self) -> str:
        return f"{self.platform}/{self.realm}/{self.native_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One message as a platform showed it to us. Sources never number revisions: the ledger does.

    `text` is plain Unicode without markup. `posted_at` and `edited_at` are aware and in UTC. `author` is None when the platform
    names nobody. `flags` say what was repaired on the way in (see `listener.text.storable`), and PROVEN_SENDER. `channel` is empty
    for public messages and filled for what is not public: a private message to us (its channel), or an imported contact moment
    (telephone, counter …). `said_to` is the brand to whose own account it came, by which it is directed at that brand; "" where it only
    may name one. It is not stored: its brand hit is.
    """

    platform: str
    realm: str
    native_id: str
    text: str
    posted_at: datetime
    author: Author | None = None
    title: str = ""
    url: str = ""
    edited_at: datetime | None = None
    parent_id: str = ""
    root_id: str = ""
    channel: str = ""
    flags: frozenset[str] = frozenset()
    said_to: str = ""

    @property
    def key(self) -> MentionKey:
        return MentionKey(self.platform, self.realm, self.native_id)

    @property
    def content_hash(self) -> str:
        """SHA-256 over title and text; two revisions with the same hash are one."""
        return hashlib.sha256(f"{self.title}\x1f{self.text}".encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def kept_no_longer(self) -> bool:
        """Whether its words were let go, so that there is nothing to show but that it was there."""
        return KEPT_NO_LONGER in self.flags

    @property
    def unproven(self) -> bool:
        """Whether only the message itself says who wrote it: then it is nobody's consent, and no reason to join two people."""
        return is_unproven(self.platform, self.flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A platform told us, or a re-check found, that a mention is gone. It blocks re-creation for ever (RULES F7)."""

    platform: str
    realm: str
    native_id: str
    reason: str = "deleted"

    @property
    def key(self) -> MentionKey:
        return MentionKey(self.platform, self.realm, self.native_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandHit:
    """Why a mention was kept: the brand it is about, the terms that matched, and whether it was addressed to the brand."""

    brand: str
    directed: bool
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A mention that passed a brand query, or came from a place that is stored whole (then `hits` may be empty)."""

    mention: Mention
    hits: tuple[BrandHit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMention:
    """A mention with what the ledger knows about it. `revision` is the latest, counted from 0. Removed ones are never handed out.

    `private`: a live message that only its writer and we read (see `told_in_private`): its words are for its case alone.
    """

    mention_id: int
    revision: int
    mention: Mention
    first_seen_at: datetime
    expired_at: datetime | None = None  # when its words, author and address were let go: they had been kept long enough; its facts count on
    hits: tuple[BrandHit, ...] = ()
    private: bool = False
