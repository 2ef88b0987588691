"""Matrix events → mentions, removals, or why they are neither. Pure. Matrix specification, client-server API 1.x, as of 2026-11."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from listener.model.mention import Author, Mention, Removal
from listener.model.page import Found, Skip
from listener.sources.fields import moment_of_millis, part, rows, word

PLATFORM = "matrix"
MESSAGE = "m.room.message"
ENCRYPTED = "m.room.encrypted"
REDACTION = "m.room.redaction"
JOIN_RULES = "m.room.join_rules"
OPEN = "public"
"""The one join rule by which anybody may come in and read. Knocking, restricted and invited people are let in by somebody."""
DIRECT = "m.direct"
READ = (MESSAGE, ENCRYPTED, REDACTION, JOIN_RULES)
SAID = frozenset({"m.text", "m.notice", "m.emote"})
FILES = frozenset({"m.image", "m.file", "m.audio", "m.video"})
_QUOTED = re.compile(r"\A(?:> [^\n]*\n)+\n?")


@dataclass(frozen=True, slots=True)
class Relation:
    """What an event is to others: `edits` the one whose words it replaces, `thread` the one its thread hangs below, `answers` another."""

    edits: str = ""
    thread: str = ""
    answers: str = ""


def relation_of(event: object) -> Relation:
    """Return an event's relations. The answer that a thread's event only names for older apps (`is_falling_back`) is none."""
    found = part(part(event, "content"), "m.relates_to")
    kind, other = word(found, "rel_type"), word(found, "event_id")
    if kind == "m.replace":
        return Relation(edits=other)
    answers = word(part(found, "m.in_reply_to"), "event_id")
    if kind != "m.thread":
        return Relation(answers=answers)
    return Relation(thread=other, answers=other if found.get("is_falling_back") is True else answers or other)


def read_event(event: object, *, room: str, root: str = "", name: str = "", private: bool = False) -> Found:
    """Return what an event says: a message, with its last edit where the server tells it; `root` begins its thread, `name` is its sender's.

    `private`: it was said where not everybody may read.

    A redaction is a removal of what it names, a redacted message one of itself. Edits by themselves are for `edited`.
    """
    event_id, kind = word(event, "event_id"), word(event, "type")
    where = f"event {event_id or '?'}"[:300]
    if not event_id or not isinstance(event, Mapping):
        return Skip(where="event ?", reason="it has no id")
    content, sender = part(event, "content"), word(event, "sender")
    if kind == REDACTION:
        gone = word(event, "redacts") or word(content, "redacts")
        return removal_of(room, gone, "deleted") if gone else Skip(where=where, reason="it redacts nothing")
    if kind == ENCRYPTED and content:
        return Skip(where=where, reason="it is encrypted")
    if kind not in (MESSAGE, ENCRYPTED):
        return Skip(where=where, reason="it is no message")
    if not content:
        by = word(part(part(event, "unsigned"), "redacted_because"), "sender")
        return removal_of(room, event_id, "removed" if by not in ("", sender) else "deleted")
    posted_at = moment_of_millis(event.get("origin_server_ts"))
    if posted_at is None:
        return Skip(where=where, reason=f"origin_server_ts is {str(event.get('origin_server_ts'))[:40]!r}, not a time in milliseconds")
    text = _words(content)
    edit = part(part(part(event, "unsigned"), "m.relations"), "m.replace")
    if not text or not sender.startswith("@"):
        return Skip(where=where, reason="it has no words" if not text else "it has no sender")
    mention = Mention(
        platform=PLATFORM,
        realm=room,
        native_id=event_id,
        text=text,
        posted_at=posted_at,
        author=Author(platform=PLATFORM, realm=sender.partition(":")[2], native_id=sender, name=name or sender[1:].partition(":")[0]),
        url=f"https://matrix.to/#/{quote(room, safe='', errors='replace')}/{quote(event_id, safe='', errors='replace')}",
        parent_id=relation_of(event).answers,
        root_id=root if root != event_id else "",
        channel=PLATFORM if private else "",
    )
    return edited(mention, edit) if word(edit, "sender") == sender else mention


def edited(mention: Mention, edit: object) -> Mention:
    """Return a mention with the words of an edit of it; unchanged when the edit holds none, or is older than the last one."""
    at = moment_of_millis(edit.get("origin_server_ts") if isinstance(edit, Mapping) else None)
    text = _words(part(part(edit, "content"), "m.new_content"))
    if not text or at is None or (mention.edited_at is not None and at <= mention.edited_at):
        return mention
    return replace(mention, text=text, edited_at=max(at, mention.posted_at + timedelta(milliseconds=1)))


def removal_of(room: str, event_id: str, reason: str) -> Removal:
    """Return that a message is gone: "deleted" by its sender, or "removed" by a moderator."""
    return Removal(platform=PLATFORM, realm=room, native_id=event_id, reason=reason)


def is_before(event: Mapping[str, Any], low: int) -> bool:
    """Tell whether an event says that it was sent before `low` (milliseconds)."""
    at = event.get("origin_server_ts")
    return isinstance(at, int | float) and at < low


def is_hidden(event: Mapping[str, Any]) -> bool:
    """Tell whether an event is encrypted and still stands."""
    return word(event, "type") == ENCRYPTED and bool(part(event, "content"))


def is_rule(event: object) -> bool:
    """Tell whether an event says who may come into its room."""
    return word(event, "type") == JOIN_RULES and isinstance(event, Mapping) and event.get("state_key") == ""


def is_open_rule(content: object) -> bool:
    """Tell whether what an m.room.join_rules says lets anybody in."""
    return word(content, "join_rule") == OPEN


def shut_in(events: Sequence[Mapping[str, Any]], *, is_open: bool) -> tuple[frozenset[str], bool]:
    """Return the ids of those events of a room that were said where not everybody may read, and whether it was open before the first.

    Events stand in order, and `is_open` says how the room is after the last. What came before a change of the rule counts as private,
    whatever the rule was: what is unsure is never public.
    """
    shut: set[str] = set()
    for event in reversed(events):
        if is_rule(event):
            is_open = False
        elif not is_open:
            shut.add(word(event, "event_id"))
    return frozenset(shut), is_open


def direct_rooms(content: object) -> frozenset[str]:
    """Return the rooms that the account marks as direct ones, from what its m.direct says: rooms by person."""
    found = content.values() if isinstance(content, Mapping) else ()
    return frozenset(room for rooms_of in found if isinstance(rooms_of, list) for room in rooms_of if isinstance(room, str))


def names_in(events: Iterable[object]) -> dict[str, str]:
    """Return what people call themselves, by user id, from m.room.member events."""
    members = [event for event in events if word(event, "type") == "m.room.member" and word(event, "state_key")]
    return {word(one, "state_key"): name for one in members if (name := word(part(one, "content"), "displayname").strip())}


def events_in(found: object, name: str) -> list[Mapping[str, Any]]:
    """Return a list of events; what is no object is left out."""
    return [event for event in rows(found, name) if isinstance(event, Mapping)]


def _words(content: Mapping[str, Any]) -> str:
    """Return a message's words. Of a file its caption counts, not its name; what older apps quote of the message answered goes."""
    kind, body = word(content, "msgtype"), word(content, "body")
    if kind in FILES:
        return body.strip() if word(content, "filename") not in ("", body) else ""
    if kind not in SAID:
        return ""
    if part(part(content, "m.relates_to"), "m.in_reply_to") and body.startswith("> "):
        body = _QUOTED.sub("", body, count=1)
    return body.strip()
