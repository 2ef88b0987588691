"""A Mastodon status → a mention, or why it is none. Pure. docs.joinmastodon.org, entities/Status and Account, as of 2026-11.

Identity: each server numbers the statuses it knows by itself, and an answer's thread may run over many servers. So a status is what its
own server calls it, its ActivityPub address ("social.example/users/kim/statuses/1", without https://), in the one realm that all of
them share: two servers give one mention. An author is "kim@social.example", which cannot be changed either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from listener.model.mention import Author, Mention, MentionKey, Removal
from listener.model.page import Skip
from listener.sources.fields import moment, part, word
from listener.sources.markup import plain_text, unescaped_line

PLATFORM = "mastodon"
REALM = "fediverse"
PUBLIC = frozenset({"public", "unlisted"})


@dataclass(frozen=True, slots=True)
class Above:
    """What a status answers and where its thread begins, as native ids; "" for none."""

    parent: str = ""
    root: str = ""


def read_status(status: object, *, host: str, above: Above | None = None) -> Mention | Skip:
    """Return what a status says, its content warning first. `host` is the server that showed it; `above` the thread it hangs in.

    Boosts are no words of their own. What is for followers or named people only is not for us, whatever we could see.
    """
    native_id = native_id_of(status, host=host)
    if not native_id or not isinstance(status, Mapping):
        return Skip(where="status ?", reason="it has no id")
    where = f"status {native_id}"[:300]
    if status.get("reblog"):
        return Skip(where=where, reason="it is a boost, not words of its own")
    if word(status, "visibility") not in PUBLIC:
        return Skip(where=where, reason=f"it is not public ({word(status, 'visibility')[:20] or 'visibility is missing'})")
    posted_at = moment(status.get("created_at"))
    if posted_at is None:
        return Skip(where=where, reason=f"created_at is {str(status.get('created_at'))[:40]!r}, not a time")
    text = "\n\n".join(words for words in (unescaped_line(word(status, "spoiler_text")), plain_text(word(status, "content"))) if words)
    if not text:
        return Skip(where=where, reason="it has no words")
    edited_at = moment(status.get("edited_at"))
    return Mention(
        platform=PLATFORM,
        realm=REALM,
        native_id=native_id,
        text=text,
        posted_at=posted_at,
        edited_at=edited_at if edited_at is not None and edited_at > posted_at else None,
        author=_author(part(status, "account"), host=host),
        url=next((url for url in (word(status, "url"), word(status, "uri")) if _host(url)), ""),
        parent_id=above.parent if above is not None else "",
        root_id=above.root if above is not None else "",
    )


def native_id_of(status: object, *, host: str) -> str:
    """Return a status' name in all of the fediverse; "" when it has none. Without an address it is one of `host`."""
    uri, own_id = word(status, "uri"), word(status, "id")
    if _host(uri):
        return uri.partition("://")[2]
    return uri or (f"{host}/statuses/{own_id}" if own_id else "")


def local_id_of(native_id: str, *, host: str) -> str:
    """Return the id under which `host` keeps a status of its own; "" for one of another server."""
    own, _, path = native_id.partition("/")
    before, _, last = path.rpartition("/")
    return last if own == host and before.rpartition("/")[2] == "statuses" else ""


def key_of(native_id: str) -> MentionKey:
    """Return what the ledger calls a status."""
    return MentionKey(PLATFORM, REALM, native_id)


def removal_of(native_id: str) -> Removal:
    """Return that a status is gone: its server or ours deleted it."""
    return Removal(platform=PLATFORM, realm=REALM, native_id=native_id, reason="deleted")


def _author(account: Mapping[str, Any], *, host: str) -> Author | None:
    username, _, domain = word(account, "acct").partition("@")
    username = word(account, "username") or username
    if not username:
        return None
    server = _host(word(account, "url")) or domain or host
    name = unescaped_line(word(account, "display_name")) or username
    return Author(platform=PLATFORM, realm=REALM, native_id=f"{username}@{server}".casefold(), name=name)


def _host(url: str) -> str:
    """Return the host of a web address; "" for anything else."""
    try:
        found = urlsplit(url)
        return (found.netloc.rpartition("@")[2] if found.scheme in ("http", "https") else "").casefold()
    except ValueError:
        return ""
