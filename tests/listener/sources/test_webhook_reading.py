"""What platforms send by themselves, read without recordings: shapes as documented, shapes as nobody documented, and whose they are."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.clock import ManualClock
from listener.errors import InputError, SettingsError
from listener.model.mention import Mention, Removal
from listener.model.page import Found, Page, Skip
from listener.sources.discourse_webhook import DiscourseWebhook
from listener.sources.meta_webhook import MetaWebhook, read_told
from listener.sources.pushed import read_body
from listener.sources.signed_webhook import SignedWebhook
from tests.fakes.calling import NOW, PAGE, comment, forum_post, our_mention, raw, told_by_page

NUMBER = "106540352242922"


def whatsapp(*messages: dict[str, Any], **value: Any) -> dict[str, Any]:
    """Return the body that tells of messages to our number."""
    contacts = [{"profile": {"name": "Kim"}, "wa_id": "31612345678", "user_id": "NL.1"}]
    told = {"metadata": {"phone_number_id": NUMBER}, "contacts": contacts, "messages": list(messages), **value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "102", "changes": [{"field": "messages", "value": told}]}]}


def message(kind: str, content: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"from": "31612345678", "id": "wamid.A", "timestamp": str(int(NOW.timestamp())), "type": kind, kind: content, **more}


def only(told: dict[str, Any]) -> Found:
    (one,) = read_told(told)
    return one.found


WORDS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("text", {"body": "Geen stroom"}, "Geen stroom"),
    ("button", {"payload": "P", "text": "Ja, graag"}, "Ja, graag"),
    (
        "interactive",
        {"type": "list_reply", "list_reply": {"id": "1", "title": "Storing", "description": "Geen stroom"}},
        "Storing\nGeen stroom",
    ),
    (
        "interactive",
        {"type": "nfm_reply", "nfm_reply": {"response_json": json.dumps({"straat": "Dorpsstraat", "flow_token": "x", "huisnummer": 7})}},
        "straat: Dorpsstraat\nhuisnummer: 7",
    ),
    ("image", {"id": "1", "caption": "Zie de meter"}, "Zie de meter"),
    ("location", {"latitude": 52.1, "longitude": 5.1, "name": "Thuis", "address": "Dorpsstraat 7"}, "Thuis, Dorpsstraat 7"),
    ("order", {"text": "Kan dit morgen?", "product_items": []}, "Kan dit morgen?"),
)


@pytest.mark.parametrize(("kind", "content", "text"), WORDS)
def test_whatsapp_tells_words_in_many_ways(kind: str, content: dict[str, Any], text: str) -> None:
    """Whoever taps a button or fills in a form said something; when it came decides until when we may answer (RULES P21)."""
    found = only(whatsapp(message(kind, content)))
    assert isinstance(found, Mention)
    assert (found.text, found.realm, found.channel, found.posted_at) == (text, NUMBER, "whatsapp", NOW)
    assert found.author is not None
    assert (found.author.native_id, found.author.name) == ("31612345678", "Kim")


@pytest.mark.parametrize("kind", ["audio", "sticker", "reaction", "contacts", "system", "unsupported", "unknown"])
def test_whatsapp_without_words_is_told_as_such(kind: str) -> None:
    found = only(whatsapp(message(kind, {})))
    assert isinstance(found, Skip)
    assert "without words" in found.reason


def test_whatsapp_a_message_taken_back_is_gone() -> None:
    found = only(whatsapp(message("revoke", {"original_message_id": "wamid.B"})))
    assert found == Removal(platform="whatsapp", realm=NUMBER, native_id="wamid.B")


def test_whatsapp_somebody_without_a_number_is_known_by_the_other_id() -> None:
    """People may hide their number; the id that Meta makes for our business stays."""
    told = message("text", {"body": "Hallo"}, from_user_id="NL.1")
    del told["from"]
    found = only(whatsapp(told))
    assert isinstance(found, Mention)
    assert found.author is not None
    assert (found.author.native_id, found.author.name) == ("NL.1", "Kim")


def threads(field: str, **value: Any) -> dict[str, Any]:
    inner = {"id": "8901", "username": "kim", "text": "Hoe lang nog?", "timestamp": "2026-03-02T13:00:00+0000", **value}
    return {"app_id": "1", "topic": "moderate", "target_id": "78", "time": int(NOW.timestamp()), "values": {"value": inner, "field": field}}


def test_threads_a_reply_a_mention_and_a_deletion() -> None:
    reply = only(threads("replies", replied_to={"id": "567"}, root_post={"id": "123", "owner_id": "42", "username": "zoemvolt"}))
    assert isinstance(reply, Mention)
    assert (reply.native_id, reply.parent_id, reply.root_id) == ("8901", "567", "123")
    assert reply.posted_at == datetime(2026, 3, 2, 13, tzinfo=UTC)
    assert isinstance(only(threads("mentions")), Mention)
    assert only(threads("delete")) == Removal(platform="threads", realm="threads.net", native_id="8901")
    assert isinstance(only(threads("publish")), Skip)


def test_a_private_message_to_a_page_is_heard_and_our_own_is_not() -> None:
    """Messenger and Instagram tell both sides of a conversation."""
    event = {"sender": {"id": "9"}, "recipient": {"id": PAGE}, "timestamp": int(NOW.timestamp() * 1000)}
    said, echo = {"mid": "m1", "text": "Hallo?"}, {"mid": "m2", "text": "Dag Kim", "is_echo": True}
    body = {"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": [{**event, "message": one} for one in (said, echo)]}]}
    heard, ours = (one.found for one in read_told(body))
    assert isinstance(heard, Mention)
    assert (heard.platform, heard.channel, heard.native_id, heard.posted_at) == ("messenger", "messenger", "m1", NOW)
    assert isinstance(ours, Skip)


def page(*accounts: str, told: dict[str, Any]) -> Page:
    source = MetaWebhook("meta", accounts=accounts, secret=lambda _: "", clock=ManualClock(NOW))
    return source.read(json.dumps(told).encode(), {})


@pytest.mark.parametrize("accounts", [(), (NUMBER,), ("102",), ("7", "102")])
def test_whatsapp_is_ours_by_its_number_or_its_business(accounts: tuple[str, ...]) -> None:
    assert len(page(*accounts, told=whatsapp(message("text", {"body": "Hallo"}))).mentions) == 1


def test_what_came_to_others_is_left_out() -> None:
    assert page("7", told=whatsapp(message("text", {"body": "Hallo"}))).mentions == ()
    assert page("7", told=told_by_page(comment())).mentions == ()
    reply = threads("replies", root_post={"id": "1", "owner_id": "42"})
    assert page("7", told=reply).mentions == ()
    assert len(page("42", told=reply).mentions) == 1


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["object", "entry", "changes", "value", "field", "messaging", "message", "messages", "id", "from", "time", "values"]
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(found=_ANY, kind=st.sampled_from(["page", "instagram", "whatsapp_business_account", "threads", "user"]))
def test_no_shape_stops_the_reader(found: Any, kind: str) -> None:
    """What Meta changes tomorrow is a reason beside a body, and never an error that makes it send the same again for a week."""
    bodies = (
        {"object": kind, "entry": found},
        {"object": kind, "entry": [found]},
        {
            "object": kind,
            "entry": [{"id": "1", "time": found, "changes": [{"field": "feed", "value": found}, {"field": "messages", "value": found}]}],
        },
        {"object": kind, "entry": [{"id": found, "messaging": [found]}]},
        {"object": kind, "values": found},
        {"object": found, "entry": found},
    )
    for body in bodies:
        for one in read_told(body):
            assert isinstance(one.found, Mention | Removal | Skip)


FORUM = DiscourseWebhook("forum", "https://forum.zoemvolt.example/", secret=lambda _: "")


def forum(told: dict[str, Any], event: str = "post_created") -> Page:
    return FORUM.read(raw(told), {"x-discourse-event": event})


def test_a_post_on_the_forum_is_what_asking_the_forum_gives() -> None:
    (found,) = forum(forum_post()).mentions
    assert found.key == ("discourse", "forum.zoemvolt.example", "12")
    assert (found.title, found.text, found.root_id) == ("Inloggen & meer", "De app laat me niet inloggen", "9")
    assert found.url == "https://forum.zoemvolt.example/t/9/1"
    assert found.channel == ""


def test_an_edit_a_message_between_people_and_notes_of_the_forum() -> None:
    (edited,) = forum(forum_post(version=2, updated_at="2026-03-02T13:30:00.000Z"), "post_edited").mentions
    assert edited.edited_at == datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
    (private,) = forum(forum_post(topic_archetype="private_message")).mentions
    assert private.channel == "discourse"
    assert forum(forum_post(post_type=4)).skipped[0].reason.startswith("a note")
    for ignored in ({"topic": {"id": 9}}, {"ping": "OK"}):
        assert forum(ignored) == Page(mentions=(), next=None)


@pytest.mark.parametrize(
    ("told", "event"),
    [
        (forum_post(user_deleted=True), "post_edited"),
        (forum_post(user_deleted=True), "post_destroyed"),
        (forum_post(deleted_at="2026-03-02"), "post_edited"),
    ],
)
def test_a_post_whose_signed_body_says_so_is_gone(told: dict[str, Any], event: str) -> None:
    assert [one.native_id for one in forum(told, event).removals] == ["12"]


def test_the_name_of_an_event_alone_removes_nothing() -> None:
    """The forum shows a destroyed post as it was, and does not sign the head that says so: whoever kept a body could erase any post."""
    found = forum(forum_post(), "post_destroyed")
    assert (found.mentions, found.removals, found.claimed) == ((), (), ("12",))
    private = forum(forum_post(topic_archetype="private_message"), "post_destroyed")
    assert (private.removals, private.claimed, private.skipped[0].reason[-4:]) == ((), (), "kept")
    assert forum(forum_post("12; drop"), "post_destroyed").claimed == ()


@pytest.mark.parametrize("url", ["", "forum.example", "/x"])
def test_a_forum_without_an_address_is_said_at_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="url"):
        DiscourseWebhook("forum", url, secret=lambda _: "")


def ours(told: dict[str, Any]) -> Page:
    return SignedWebhook("crm", secret=lambda _: "", clock=ManualClock(NOW)).read(raw(told), {})


def test_our_own_systems_say_what_they_know() -> None:
    full = our_mention(
        title="Wachten", url="https://crm.example/1", parent_id="t-0", root_id="t-0", channel="telephone", edited_at=int(NOW.timestamp())
    )
    (found,) = ours({"mentions": [full], "removed": ["t-9", 10]}).mentions
    assert found.key == ("webhook", "crm", "t-1")
    assert (found.title, found.url, found.parent_id, found.root_id, found.channel) == (
        "Wachten",
        "https://crm.example/1",
        "t-0",
        "t-0",
        "telephone",
    )
    assert (found.posted_at, found.edited_at) == (NOW - timedelta(minutes=30), NOW)
    assert [one.native_id for one in ours({"removed": ["t-9", 10, "", None]}).removals] == ["t-9", "10"]
    too_long = ours({"removed": ["a" * 201, "t-9"]})  # cut off it would name another
    assert ([one.native_id for one in too_long.removals], [one.where for one in too_long.skipped]) == (["t-9"], ["removed 0"])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"id": ""}, "an id"),
        ({"id": "x" * 201}, "an id"),
        ({"text": "", "title": ""}, "a text"),
        ({"posted_at": "gisteren"}, "posted_at"),
        ({"posted_at": None}, "posted_at"),
        ({"posted_at": "0001-01-01T00:00:00+14:00"}, "posted_at"),  # before the first moment there is, in UTC
    ],
)
def test_what_is_missing_in_one_of_many_is_said_and_the_others_are_kept(changes: dict[str, Any], why: str) -> None:
    found = ours({"mentions": [{**our_mention(), **changes}, our_mention("t-2")]})
    assert [one.native_id for one in found.mentions] == ["t-2"]
    assert why in found.skipped[0].reason


def test_an_address_that_is_no_web_address_is_left_out() -> None:
    (found,) = ours({"mentions": [our_mention(url="javascript:alert(1)")]}).mentions
    assert found.url == ""


def test_thirty_two_levels_are_deep_enough() -> None:
    """Nothing that we read is nested more than ten deep; a bomb of brackets is not walked through."""
    deep: Any = 1
    for _ in range(30):
        deep = [deep]
    assert read_body(raw({"x": deep}))
    with pytest.raises(InputError, match="deep"):
        read_body(raw({"x": [[deep]]}))
