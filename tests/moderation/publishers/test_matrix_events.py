"""Matrix events made and read, without a network."""

from __future__ import annotations

from typing import Any

import pytest

from moderation.model.post import AccountId, OutgoingPost, PlaceNow, PostKind, Target
from moderation.publishers.matrix_events import between_two, content_of, in_room, may_speak, read_message, room_of

ME, KIM, BAS = "@loket:example.nl", "@kim:example.nl", "@bas:elders.example"


def post(text: str = "Dag", *, thread: str = "", parent: str = "", edits: str = "") -> OutgoingPost:
    target = Target(platform="matrix", realm="!kamer:example.nl", thread_id=thread, parent_id=parent)
    account = AccountId(platform="matrix", realm="example.nl", native_id=ME)
    return OutgoingPost(account=account, kind=PostKind.REPLY, target=target, text=text, edits=edits)


@pytest.mark.parametrize(
    ("thread", "parent", "relation"),
    [
        ("", "", None),
        ("!kamer:example.nl", "", None),
        ("$een", "$een", {"m.in_reply_to": {"event_id": "$een"}}),
        ("!kamer:example.nl", "$een", {"m.in_reply_to": {"event_id": "$een"}}),
        ("$een", "$twee", {"rel_type": "m.thread", "event_id": "$een", "is_falling_back": False, "m.in_reply_to": {"event_id": "$twee"}}),
        ("$een", "", {"rel_type": "m.thread", "event_id": "$een", "is_falling_back": True}),
    ],
)
def test_a_message_hangs_where_its_target_says(thread: str, parent: str, relation: dict[str, object] | None) -> None:
    content = content_of(post(thread=thread, parent=parent))
    assert content.get("m.relates_to") == relation
    assert "formatted_body" not in content


def test_an_edit_carries_the_new_text_and_names_the_first_event() -> None:
    content = content_of(post("Voorbij.", thread="$een", parent="$een", edits="$ons"))
    assert content["m.new_content"] == {"msgtype": "m.text", "body": "Voorbij."}
    assert content["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$ons"}


@pytest.mark.parametrize(
    ("rule", "people", "place"),
    [
        ("invite", {ME: "join", KIM: "join"}, PlaceNow.OPEN),
        ("invite", {ME: "join", KIM: "join", BAS: "leave"}, PlaceNow.OPEN),
        ("invite", {ME: "join", KIM: "join", BAS: "ban"}, PlaceNow.OPEN),
        ("knock", {ME: "join", KIM: "join", BAS: "knock"}, PlaceNow.OPEN),
        ("private", {ME: "join", KIM: "join"}, PlaceNow.OPEN),
        ("public", {ME: "join", KIM: "join"}, PlaceNow.SHARED),
        ("restricted", {ME: "join", KIM: "join"}, PlaceNow.SHARED),  # people of another room come in and read
        ("knock_restricted", {ME: "join", KIM: "join"}, PlaceNow.SHARED),
        ("org.example.new", {ME: "join", KIM: "join"}, PlaceNow.SHARED),
        (None, {ME: "join", KIM: "join"}, PlaceNow.SHARED),
        ("invite", {ME: "join", KIM: "leave"}, PlaceNow.GONE),
        ("invite", {ME: "join", KIM: "invite"}, PlaceNow.GONE),  # they left, and may come back
        ("invite", {ME: "join"}, PlaceNow.GONE),
        ("invite", {ME: "join", KIM: "join", BAS: "join"}, PlaceNow.SHARED),
        ("invite", {ME: "join", KIM: "join", BAS: "invite"}, PlaceNow.SHARED),  # they may come in and read it
    ],
)
def test_a_room_is_between_two_when_nobody_else_reads_there(rule: str | None, people: dict[str, str], place: PlaceNow) -> None:
    members: list[dict[str, Any]] = [{"state_key": one, "content": {"membership": is_}} for one, is_ in people.items()]
    told = {"join_rule": rule}
    assert between_two(told, members, us=ME, person=KIM) is place
    assert between_two(None, members, us=ME, person=KIM) is PlaceNow.SHARED
    assert between_two(told, [*members, {"state_key": 5, "content": "?"}], us=ME, person=KIM) is place


@pytest.mark.parametrize(
    ("levels", "may"),
    [
        ({}, True),
        ({"events_default": 50}, False),
        ({"events_default": 50, "users_default": 50}, True),
        ({"events_default": 50, "users": {ME: 50}}, True),
        ({"events": {"m.room.message": 10}}, False),
        ({"events_default": 50, "events": {"m.room.message": 0}}, True),
        ({"users": {ME: -1}}, False),
        ({"users": None, "events": "?", "events_default": "veel"}, True),
    ],
)
def test_power_levels_say_who_may_speak(levels: dict[str, Any], may: bool) -> None:
    assert may_speak(levels, ME) is may


def test_only_who_is_in_the_room_is_in_it() -> None:
    assert in_room({"membership": "join"})
    assert not any(in_room({"membership": one}) for one in ("leave", "ban", "invite", "knock", None))


@pytest.mark.parametrize(
    ("changes", "read"),
    [
        ({}, ("$ons", "Dag")),
        ({"content": {}}, None),
        ({"sender": "@kim:example.nl"}, None),
        ({"type": "m.reaction"}, None),
        ({"content": {"body": 1}}, None),
        (
            {"content": {"body": "* Nee", "m.new_content": {"body": "Nee"}, "m.relates_to": {"rel_type": "m.replace", "event_id": "$een"}}},
            ("$een", "Nee"),
        ),
    ],
)
def test_our_own_standing_texts_are_read_and_nothing_else(changes: dict[str, Any], read: tuple[str, str] | None) -> None:
    """A redacted message has no content; an edit is the message it edits."""
    event = {"event_id": "$ons", "type": "m.room.message", "sender": ME, "content": {"msgtype": "m.text", "body": "Dag"}} | changes
    assert read_message(event, sender=ME) == read


def test_a_place_without_a_room_is_none() -> None:
    assert room_of(Target(platform="matrix", realm="example.nl", thread_id="!kamer:example.nl")) == "!kamer:example.nl"
    assert room_of(Target(platform="matrix", realm="r/nederland", thread_id="t3_1")) == ""
