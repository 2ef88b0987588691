"""Messages of Discord's HTTP API → mentions, or why they are none. Pure. docs.discord.com/developers, API v10, as of 2026-11."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from listener.model.mention import Author, Mention, Removal
from listener.model.page import Found, Skip
from listener.sources.fields import moment, number, objects, part, word

PLATFORM = "discord"
SITE = "discord.com"
"""The realm of every account: ids of users are unique in all of Discord, those of a server's members are the same ones."""
SAID = frozenset({0, 19, 20, 23})
"""Kinds of message that somebody wrote: plain, an answer, a command's answer. The others are Discord's own notices (joined, pinned …)."""
HIDDEN = "its words are kept from a bot without the message content intent"
_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_BESIDE_WORDS = ("attachments", "embeds", "components", "sticker_items", "stickers", "message_snapshots")
_NAMED = re.compile(r"<(@!?|@&|#)(\d{1,20})>")
_EMOJI = re.compile(r"<a?(:\w{1,64}:)\d{1,20}>")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\(<?https?://[^\s()<>]{1,2000}>?\)")
_PAIRS = re.compile(r"(\*\*|__|~~|\|\|)(?=\S)(.{1,2000}?)(?<=\S)\1", re.DOTALL)


def id_at(when: datetime) -> int:
    """Return the smallest id that a message of that moment can have: milliseconds since 2015 stand above the 22 lowest bits."""
    return max(0, (when - _EPOCH) // timedelta(milliseconds=1)) << 22


def moment_of_id(number: int) -> datetime:
    """Return when something with this id was made."""
    return _EPOCH + timedelta(milliseconds=number >> 22)


def is_said(message: Mapping[str, Any]) -> bool:
    """Tell whether somebody wrote this, in words or not; a notice of Discord's own is nobody's. One without a kind is a plain message."""
    return kind_of(message) in (None, *SAID)


def kind_of(message: Mapping[str, Any]) -> int | None:
    """Return what kind a message is; None for what is no number, of which its reader tells."""
    kind = message.get("type", 0)
    told = 0 if kind is None else kind
    return told if isinstance(told, int) and not isinstance(told, bool) else number(told) if word(message, "type").isdigit() else None


def is_hidden(message: Mapping[str, Any]) -> bool:
    """Tell whether a message seems to hold nothing at all, which nobody can send: its words are kept from us."""
    holds = any(message.get(name) for name in _BESIDE_WORDS) or bool(part(message, "poll"))
    return is_said(message) and not word(message, "content") and not holds


def read_message(message: object, *, guild: str, place: str, title: str = "") -> Found:
    """Return what a message of the channel or thread `place` says. `title` is that thread's name: its first message carries it.

    Everything said in one channel or thread has that place as its root: it is where an answer goes.
    """
    message_id = word(message, "id")
    where = f"message {message_id or '?'}"[:300]
    if not number(message_id) or not isinstance(message, Mapping):
        return Skip(where="message ?", reason="it has no id")
    if not is_said(message):
        return Skip(where=where, reason="it is a notice of Discord's own")
    if kind_of(message) is None:
        return Skip(where=where, reason=f"its kind is {str(message.get('type'))[:40]!r}, no number")
    posted_at = moment(message.get("timestamp"))
    if posted_at is None:
        return Skip(where=where, reason=f"timestamp is {str(message.get('timestamp'))[:40]!r}, not a time")
    if is_hidden(message):
        return Skip(where=where, reason=HIDDEN)
    text, author = _words(message), part(message, "author")
    if not text:
        return Skip(where=where, reason="it has no words")
    if not word(author, "id"):
        return Skip(where=where, reason="it has no author")
    edited_at = moment(message.get("edited_timestamp"))
    return Mention(
        platform=PLATFORM,
        realm=guild,
        native_id=message_id,
        text=text,
        title=" ".join(title.split()) if message_id == place else "",
        posted_at=posted_at,
        edited_at=edited_at if edited_at is not None and edited_at > posted_at else None,
        author=Author(platform=PLATFORM, realm=SITE, native_id=word(author, "id"), name=_name(message)),
        url=f"https://{SITE}/channels/{guild}/{place}/{message_id}",
        parent_id=_answered(message),
        root_id=place if place != message_id else "",
    )


def removal_of(guild: str, message_id: str) -> Removal:
    """Return that a message is gone; Discord does not say by whose hand."""
    return Removal(platform=PLATFORM, realm=guild, native_id=message_id)


def _answered(message: Mapping[str, Any]) -> str:
    """Return the message that this one answers; one that was forwarded is no answer to it."""
    reference = part(message, "message_reference")
    return word(reference, "message_id") if kind_of(message) == 19 and reference.get("type") in (None, 0) else ""


def _name(message: Mapping[str, Any]) -> str:
    author = part(message, "author")
    return word(part(message, "member"), "nick") or word(author, "global_name") or word(author, "username")


def _words(message: Mapping[str, Any]) -> str:
    """Return what was written, with names where Discord writes numbers, and a poll's question. A forwarded message is somebody else's."""
    people = {word(one, "id"): word(one, "global_name") or word(one, "username") for one in objects(message, "mentions")}
    channels = {word(one, "id"): word(one, "name") for one in objects(message, "mention_channels")}

    def named(found: re.Match[str]) -> str:
        mark, number = found.groups()
        known = channels.get(number) if mark == "#" else people.get(number)
        return f"{mark[0]}{known or ('channel' if mark == '#' else 'role' if mark == '@&' else 'user')}"

    text = _EMOJI.sub(r"\1", _LINK.sub(r"\1", word(message, "content")))
    text = _NAMED.sub(named, _PAIRS.sub(r"\2", text))
    question = word(part(part(message, "poll"), "question"), "text")
    return "\n".join(one for one in (text.strip(), question.strip()) if one)
