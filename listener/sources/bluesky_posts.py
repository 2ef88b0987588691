"""A Bluesky post as the network shows it → a mention, a removal, or why it is neither. Pure. Lexicons app.bsky.feed.defs, as of 2026-11."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from listener.model.mention import Author, Mention, Removal
from listener.model.page import Found, Skip
from listener.sources.fields import moment, part, rows, word

PLATFORM = "bluesky"
REALM = "atproto"
"""One network: an account's id and a post's address are the same on every server of it."""
HIDING = frozenset({"!hide", "!takedown", "!suspend"})
"""Labels whose posts are shown to nobody (docs.bsky.app, labels and moderation; lexicon com.atproto.label.defs)."""
SIGNED_IN_ONLY = "!no-unauthenticated"
_POST = re.compile(r"at://(did:[a-z]+:[A-Za-z0-9._:%-]{1,200})/app\.bsky\.feed\.post/([A-Za-z0-9._~:-]{1,512})")


def read_post(view: object, *, signed_in: bool) -> Found:
    """Return what a post view says: of a search, a look-up or a thread; a notification of one carries the same fields.

    A post, or an author, that a moderation service hid or took down is a removal. Whoever wants to be read by signed-in people only is
    not read without an account (`signed_in`).
    """
    uri = word(view, "uri")
    named = _POST.fullmatch(uri)
    where = f"post {uri or '?'}"[:300]
    if named is None or not isinstance(view, Mapping):
        return Skip(where=where, reason="it is no post of app.bsky.feed.post")
    if view.get("notFound") is True:
        return removal_of(uri, "deleted")
    if view.get("blocked") is True:
        return Skip(where=where, reason="its author and this account have blocked each other")
    author, record = part(view, "author"), record_of(view)
    labels = {*_labels(view), *_labels(author)}
    if labels & HIDING:
        return removal_of(uri, "removed")
    if SIGNED_IN_ONLY in labels and not signed_in:
        return Skip(where=where, reason="its author wants to be read by signed-in people only")
    posted_at = time_of(view)
    if posted_at is None:
        return Skip(where=where, reason=f"createdAt is {str(record.get('createdAt'))[:40]!r}, not a time")
    text = word(record, "text").strip()
    if not text:
        return Skip(where=where, reason="it has no words")
    reply = part(record, "reply")
    parent, root = word(part(reply, "parent"), "uri"), word(part(reply, "root"), "uri")
    did = word(author, "did") if word(author, "did").startswith("did:") else named[1]
    return Mention(
        platform=PLATFORM,
        realm=REALM,
        native_id=uri,
        text=text,
        posted_at=posted_at,
        author=Author(platform=PLATFORM, realm=REALM, native_id=did, name=word(author, "displayName").strip() or word(author, "handle")),
        url=f"https://bsky.app/profile/{named[1]}/post/{named[2]}",
        parent_id=parent,
        root_id=root if root != uri else "",
    )


def time_of(view: object) -> datetime | None:
    """Return when a post was made: its own word for it, unless the network saw it earlier. Apps may write any time into a record."""
    own, seen = moment(record_of(view).get("createdAt")), indexed_at(view)
    return min(own, seen) if own is not None and seen is not None else own or seen


def record_of(view: object) -> Mapping[str, Any]:
    """Return what its author wrote; repositories call it "value" (com.atproto.repo.getRecord)."""
    return part(view, "record") or part(view, "value")


def indexed_at(view: object) -> datetime | None:
    """Return when the network first saw a post."""
    return moment(word(view, "indexedAt"))


def removal_of(uri: str, reason: str) -> Removal:
    """Return that a post is gone: "deleted", or "removed" by a moderation service."""
    return Removal(platform=PLATFORM, realm=REALM, native_id=uri, reason=reason)


def _labels(labelled: Mapping[str, Any]) -> Iterator[str]:
    for label in rows(labelled, "labels"):
        if isinstance(label, Mapping) and label.get("neg") is not True:
            yield word(label, "val")
