"""Matrix events as a publisher makes and reads them. Pure."""

from __future__ import annotations

from typing import Any

from moderation.model.post import OutgoingPost, PlaceNow, Target

MESSAGE = "m.room.message"
CLOSED = frozenset({"invite", "knock", "private"})
"""Join rules by which people inside let others in (specification, m.room.join_rules); "restricted" lets in who is in another room."""


def room_of(target: Target) -> str:
    """Return the room a target lies in; empty when it names none."""
    return next((one for one in (target.realm, target.thread_id) if one.startswith("!")), "")


def content_of(post: OutgoingPost) -> dict[str, object]:
    """Return a message's content: `body` alone, never a formatted one, so that nothing is ever taken for HTML.

    A reply names the event answered; within a thread it also hangs below the thread's root (specification, "Threading": m.thread with
    is_falling_back false for a true reply). An edit carries the new content in m.new_content and, for older apps, the text again in its
    body (specification, "Event replacements").
    """
    if post.edits:
        new = {"msgtype": "m.text", "body": post.text}
        return {
            "msgtype": "m.text",
            "body": f"* {post.text}",
            "m.new_content": new,
            "m.relates_to": {"rel_type": "m.replace", "event_id": post.edits},
        }
    content: dict[str, object] = {"msgtype": "m.text", "body": post.text}
    thread, parent = post.target.thread_id, post.target.parent_id
    relation: dict[str, object] = {}
    if parent.startswith("$"):
        relation["m.in_reply_to"] = {"event_id": parent}
    if thread.startswith("$") and thread != parent:
        relation |= {"rel_type": "m.thread", "event_id": thread, "is_falling_back": not parent}
    if relation:
        content["m.relates_to"] = relation
    return content


def in_room(member: dict[str, Any]) -> bool:
    """Tell whether an m.room.member state says that somebody is in the room."""
    return member.get("membership") == "join"


def between_two(rule: dict[str, Any] | None, members: list[dict[str, Any]], *, us: str, person: str) -> PlaceNow:
    """Tell whether a room is one person's and ours: what is said there is read by nobody else, now or by coming in later.

    rule: m.room.join_rules, None when there is none or it is not shown. members: m.room.member events. `gone`: the person left.
    """
    inside = {one.get("state_key"): _membership(one) for one in members if _membership(one) in ("join", "invite")}
    if rule is None or rule.get("join_rule") not in CLOSED or not inside.keys() <= {us, person}:
        return PlaceNow.SHARED
    return PlaceNow.OPEN if inside.get(person) == "join" else PlaceNow.GONE


def may_speak(levels: dict[str, Any], user: str) -> bool:
    """Tell whether m.room.power_levels let a user send messages (specification: users over users_default, events over events_default).

    Levels that are no numbers count as the default: servers refuse such state.
    """
    users, events = levels.get("users"), levels.get("events")
    mine = users.get(user) if isinstance(users, dict) and user in users else levels.get("users_default", 0)
    needed = events.get(MESSAGE) if isinstance(events, dict) and MESSAGE in events else levels.get("events_default", 0)
    return _number(mine) >= _number(needed)


def read_message(event: dict[str, Any], *, sender: str) -> tuple[str, str] | None:
    """Return the id of the message and its text, of an edit the id of what it edits; None for anything but a standing text of `sender`."""
    content = event.get("content")
    if event.get("type") != MESSAGE or event.get("sender") != sender or not isinstance(content, dict):
        return None
    event_id, text = event.get("event_id"), content.get("body")
    relation, new = content.get("m.relates_to"), content.get("m.new_content")
    if isinstance(relation, dict) and relation.get("rel_type") == "m.replace" and isinstance(new, dict):
        event_id, text = relation.get("event_id"), new.get("body")
    return (event_id, text) if isinstance(event_id, str) and isinstance(text, str) else None


def _membership(member: dict[str, Any]) -> str:
    content = member.get("content")
    found = content.get("membership") if isinstance(content, dict) else None
    return found if isinstance(found, str) else ""


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
