"""Matrix rooms: what a sync leaves out is paged, edits and redactions follow, threads keep their beginning, what cannot be read is told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import SettingsError, SourceError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention, Removal
from listener.model.page import Cursor, Page
from listener.sources.http import HttpClient
from listener.sources.matrix import MatrixSource
from listener.sources.matrix_events import edited, read_event
from tests.fakes.matrix import ROOM, TOKEN, FakeMatrix
from tests.fakes.site import Reply, Site

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KIM, BAS = "@kim:matrix.example", "@bas:far.example"
Open = Callable[..., MatrixSource]


@pytest.fixture
def fake(site: Site) -> FakeMatrix:
    made = FakeMatrix()
    site.answer = made
    return made


@pytest.fixture
def opened(site: Site, http: HttpClient, clock: ManualClock) -> Open:
    def open_source(*, token: Callable[[], str] = lambda: TOKEN, **what: Any) -> MatrixSource:
        return MatrixSource("matrix", site.url(""), token=token, http=http, clock=clock, allow_http=True, allow_private=True, **what)

    return open_source


async def _round(source: MatrixSource, cursor: Cursor | None = None) -> tuple[list[Page], Cursor | None]:
    pages = [await source.pull(cursor)]
    while pages[-1].more:
        pages.append(await source.pull(pages[-1].next))
        assert len(pages) < 60
    return pages, pages[-1].next


def _read(pages: list[Page]) -> dict[str, Mention]:
    return {m.native_id: m for page in pages for m in page.mentions}


def _edit(fake: FakeMatrix, of: str, text: str, at: datetime, *, who: str = KIM) -> str:
    new = {"msgtype": "m.text", "body": text}
    return fake.add(
        {"msgtype": "m.text", "body": f"* {text}", "m.new_content": new, "m.relates_to": {"rel_type": "m.replace", "event_id": of}},
        at,
        who=who,
    )


@pytest.mark.parametrize("number", [100, 101, 350, 2_300])
async def test_a_burst_is_read_whole(fake: FakeMatrix, opened: Open, number: int) -> None:
    """A sync shows the newest hundred of a room. The rest is paged, a thousand in one pull."""
    fake.say("rustig", NOW - timedelta(hours=1))
    _, cursor = await _round(opened())
    said = {fake.say(f"bericht {n}", NOW + timedelta(seconds=n)) for n in range(number)}
    pages, cursor = await _round(opened(), cursor)
    assert _read(pages).keys() == said
    assert sum(len(page.mentions) for page in pages) == number
    assert await _round(opened(), cursor) == ([Page(mentions=(), next=cursor)], cursor)


@pytest.mark.parametrize("number", [1, 150])
async def test_the_first_pull_goes_back_as_far_as_asked(fake: FakeMatrix, opened: Open, number: int) -> None:
    """And no further, however long the room is."""
    for n in range(300):
        fake.say(f"lang geleden {n}", NOW - timedelta(days=30))
    wanted = {fake.say(f"deze week {n}", NOW - timedelta(days=2)) for n in range(number)}
    pages, _ = await _round(opened())
    assert _read(pages).keys() == wanted


async def test_a_message_of_another_server_that_arrives_late_is_read(fake: FakeMatrix, opened: Open) -> None:
    """Servers were apart for an hour: what was said there meanwhile comes with its old time."""
    fake.say("eerst", NOW)
    _, cursor = await _round(opened())
    late = fake.say("van toen", NOW - timedelta(hours=1), who=BAS)
    assert late in _read((await _round(opened(), cursor))[0])


async def test_an_edit_is_the_message_with_its_new_words(fake: FakeMatrix, opened: Open) -> None:
    """In the same sync or later; the last one holds, and nobody edits somebody else's words."""
    one = fake.say("fout", NOW)
    _edit(fake, one, "beter", NOW + timedelta(seconds=5))
    pages, cursor = await _round(opened())
    assert [(m.native_id, m.text, m.edited_at) for m in pages[0].mentions] == [(one, "beter", NOW + timedelta(seconds=5))]
    _edit(fake, one, "best", NOW + timedelta(seconds=9))
    _edit(fake, one, "gekaapt", NOW + timedelta(seconds=10), who=BAS)
    pages, _ = await _round(opened(), cursor)
    (again,) = pages[0].mentions
    assert (again.native_id, again.text, again.posted_at) == (one, "best", NOW)
    assert [skip.reason for skip in pages[0].skipped] == ["it edits no message of its sender"]


def test_an_edit_that_the_server_tells_beside_the_message_is_its_words() -> None:
    """Servers bundle the last edit; of two the later one holds, and one by somebody else is none."""
    fake = FakeMatrix()
    fake.say("fout", NOW)
    told = {
        "sender": KIM,
        "origin_server_ts": (NOW.timestamp() + 5) * 1000,
        "content": {"m.new_content": {"msgtype": "m.text", "body": "goed"}},
    }
    fake.events[0]["unsigned"] = {"m.relations": {"m.replace": told}}
    read = read_event(fake.events[0], room=ROOM)
    assert isinstance(read, Mention)
    assert (read.text, read.edited_at) == ("goed", NOW + timedelta(seconds=5))
    later = told | {"origin_server_ts": (NOW.timestamp() + 9) * 1000, "content": {"m.new_content": {"msgtype": "m.text", "body": "beter"}}}
    assert (edited(read, later).text, edited(read, later).edited_at) == ("beter", NOW + timedelta(seconds=9))
    assert edited(edited(read, later), told).text == "beter"
    fake.events[0]["unsigned"] = {"m.relations": {"m.replace": told | {"sender": BAS}}}
    stolen = read_event(fake.events[0], room=ROOM)
    assert isinstance(stolen, Mention)
    assert (stolen.text, stolen.edited_at) == ("fout", None)


async def test_a_redaction_is_a_removal(fake: FakeMatrix, opened: Open) -> None:
    """By its sender or by a moderator; it holds for a message that comes without its words as well."""
    own, other = fake.say("weg", NOW), fake.say("schelden", NOW, who=BAS)
    _, cursor = await _round(opened())
    fake.redact(own, NOW + timedelta(minutes=1))
    pages, _ = await _round(opened(), cursor)
    assert [(one.native_id, one.realm) for one in pages[0].removals] == [(own, ROOM)]
    fake.redact(other, NOW + timedelta(minutes=2))
    pages, _ = await _round(opened())
    assert {(one.native_id, one.reason) for one in pages[0].removals} >= {(own, "deleted"), (other, "removed")}
    assert _read(pages) == {}


async def test_threads_and_chains_of_answers_keep_their_beginning(fake: FakeMatrix, opened: Open) -> None:
    """Also when what is answered came long before. What only helps older apps is no answer."""
    first = fake.say("Storing?", NOW)
    reply = {"m.in_reply_to": {"event_id": first}}
    second = fake.say("> <@kim:matrix.example> Storing?\n\nHier ook", NOW, who=BAS, relates=reply)
    _, cursor = await _round(opened())
    third = fake.say("En nu?", NOW, relates={"m.in_reply_to": {"event_id": second}})
    below = {"rel_type": "m.thread", "event_id": first, "is_falling_back": True, "m.in_reply_to": {"event_id": second}}
    fourth = fake.say("In de draad", NOW, relates=below)
    lost = fake.say("Waarop?", NOW, relates={"m.in_reply_to": {"event_id": "$weg"}})
    read = _read((await _round(opened(), cursor))[0])
    assert {one: (m.parent_id, m.root_id) for one, m in read.items()} == {
        third: (second, first),
        fourth: (first, first),
        lost: ("$weg", "$weg"),
    }
    assert _read((await _round(opened()))[0])[second].text == "Hier ook"


async def test_encrypted_messages_are_skipped_and_told(fake: FakeMatrix, opened: Open) -> None:
    """Silence would look like a quiet room."""
    for n in range(3):
        fake.add({"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": f"geheim {n}"}, NOW, kind="m.room.encrypted")
    said = fake.say("leesbaar", NOW)
    page = await opened().pull(None)
    assert [m.native_id for m in page.mentions] == [said]
    assert len(page.skipped) == 3
    assert "3 messages" in page.gap
    assert "encrypted" in page.gap


async def test_a_room_that_we_are_not_in_is_told(fake: FakeMatrix, opened: Open) -> None:
    """By its address or its id; in none of them at all a person has to act."""
    said = fake.say("hoi", NOW)
    page = await opened(rooms=["#storing:matrix.example", "!elders:far.example", "#weg:far.example"]).pull(None)
    assert [m.native_id for m in page.mentions] == [said]
    assert [(one.name, "leads to no room" in one.why) for one in page.lost] == [("!elders:far.example", False), ("#weg:far.example", True)]
    assert page.gap == ""
    with pytest.raises(SourceRefused, match="let it in"):
        await opened(rooms=["!elders:far.example"]).pull(None)


async def test_only_rooms_that_are_named_are_read(fake: FakeMatrix, opened: Open) -> None:
    fake.joined = [ROOM, "!prive:matrix.example"]
    fake.say("vertrouwelijk", NOW, room="!prive:matrix.example")
    said = fake.say("hoi", NOW)
    assert _read((await _round(opened(rooms=[ROOM])))[0]).keys() == {said}
    assert len(_read((await _round(opened()))[0])) == 2


async def test_who_wrote_is_known_by_id_and_shown_by_name(fake: FakeMatrix, opened: Open) -> None:
    """As the account that posts is known, so that our own messages are recognised."""
    kim, bas = fake.say("hoi", NOW), fake.say("hoi", NOW, who=BAS)
    read = _read((await _round(opened()))[0])
    authors = [read[one].author for one in (kim, bas)]
    assert [(one.key, one.name) for one in authors if one is not None] == [
        ("matrix/matrix.example/@kim:matrix.example", "Kim"),
        ("matrix/far.example/@bas:far.example", "bas"),
    ]
    assert read[kim].url == "https://matrix.to/#/%21room%3Amatrix.example/%24event0"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"msgtype": "m.image", "body": "foto.jpg"}, ""),  # a file's name is nobody's words
        ({"msgtype": "m.image", "body": "kijk nou", "filename": "foto.jpg"}, "kijk nou"),  # a caption is
        ({"msgtype": "m.notice", "body": "melding"}, "melding"),
        ({"msgtype": "m.emote", "body": "zucht"}, "zucht"),
        ({"msgtype": "m.location", "body": "hier"}, ""),
        ({"msgtype": "m.text", "body": "> citaat\n\nzonder antwoord"}, "> citaat\n\nzonder antwoord"),
    ],
)
def test_what_of_a_message_are_words(content: dict[str, Any], text: str) -> None:
    fake = FakeMatrix()
    fake.add(content, NOW)
    read = read_event(fake.events[0], room=ROOM)
    assert (read.text if isinstance(read, Mention) else "") == text


async def test_a_token_that_ended_asks_a_person_and_a_new_one_goes_on(fake: FakeMatrix, opened: Open) -> None:
    said = {fake.say(f"bericht {n}", NOW) for n in range(150)}
    held = {"token": ""}
    source = opened(token=lambda: held["token"])
    with pytest.raises(SourceRefused, match="READ_TOKEN") as told:
        await source.pull(None)
    assert told.value.cause == "token_missing"
    held["token"] = TOKEN
    first = await source.pull(None)
    fake.token = "new"
    with pytest.raises(SourceRefused) as told:
        await source.pull(first.next)
    assert told.value.cause == "token_expired"
    assert TOKEN not in str(told.value)
    held["token"] = "new"
    rest, _ = await _round(source, first.next)
    assert _read([first, *rest]).keys() == said


async def test_a_server_that_forgot_where_we_were_is_read_from_the_look_back(fake: FakeMatrix, opened: Open) -> None:
    """A restored backup knows no such place; what may be missing is told once, and reading goes on."""
    fake.say("eerst", NOW - timedelta(minutes=5))
    _, cursor = await _round(opened())
    said = fake.say("daarna", NOW)
    fake.forgets_before = 10
    page = await opened().pull(cursor)
    assert said in _read([page])
    assert "does not know any more" in page.gap
    fake.forgets_before = 0
    assert (await opened().pull(page.next)).gap == ""


async def test_messages_are_looked_up_as_they_stand_now(fake: FakeMatrix, opened: Open) -> None:
    """For re-checks: what stands, what was redacted, and what the server does not show, which is no proof."""
    fake.joined = ["!elders:matrix.example", ROOM]
    stands, gone = fake.say("hoi", NOW), fake.say("weg", NOW)
    fake.redact(gone, NOW)
    one, two, three = await opened().look_up([stands, gone, "$unknown"])
    assert isinstance(one, Mention)
    assert isinstance(two, Removal)
    assert (one.realm, two.realm) == (ROOM, ROOM)
    assert not isinstance(three, Mention | Removal)


@pytest.mark.parametrize("odd", [None, 5, True, "x", [], {}, [None], {"event_id": {}}, 1e400, -(2**70)])
def test_an_event_of_any_shape_is_read_or_told(odd: object) -> None:
    """Any server of the federation may send anything."""
    fake = FakeMatrix()
    one = fake.say("hoi", NOW, relates={"m.in_reply_to": {"event_id": "$a"}})
    fake.redact(fake.say("weg", NOW), NOW)
    edit = {"sender": KIM, "origin_server_ts": 1, "content": {"m.new_content": {"msgtype": "m.text", "body": "x"}}}
    fake.events[0]["unsigned"] = {"m.relations": {"m.replace": edit}}
    assert one == fake.events[0]["event_id"]
    for whole in fake.events:
        events = [odd, *(whole | {name: odd} for name in whole)]
        events += [whole | {"content": whole["content"] | {name: odd}} for name in whole["content"]]
        events += [whole | {"unsigned": {"m.relations": {"m.replace": edit | {name: odd}}}} for name in edit]
        for event in events:
            read = read_event(event, room=ROOM)
            assert not isinstance(read, Mention) or (read.native_id and read.text and read.posted_at.tzinfo is UTC)
            assert not isinstance(read, Removal) or read.native_id


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b'{"rooms": {"join": {"!a:b": 5}}}', b'{"joined_rooms": [5, "!a:b"]}', b"<html>", b"[" * 9_000]
)
async def test_an_answer_of_any_shape_is_read_or_told(site: Site, opened: Open, body: bytes) -> None:
    joined = b'{"joined_rooms": ["!a:b"]}'
    site.answer = lambda request: Reply(body=joined if request.path.endswith("joined_rooms") else body)
    with suppress(SourceError):
        await opened().pull(None)
    site.answer = lambda _: Reply(body=body)
    with pytest.raises(SourceUnavailable):
        await opened().pull(None)


async def test_that_nothing_is_new_has_to_be_said(fake: FakeMatrix, site: Site, opened: Open) -> None:
    """A proxy's friendly empty answer is not silence, and moves nothing on (RULES F18)."""
    said = {fake.say(f"bericht {n}", NOW) for n in range(150)}
    first = await opened().pull(None)
    for cursor in (None, first.next):
        site.answer = lambda request: fake(request) if request.path.endswith("joined_rooms") else Reply(body=b"{}")
        with pytest.raises(SourceUnavailable):
            await opened().pull(cursor)
    site.answer = fake
    rest, _ = await _round(opened(), first.next)
    assert _read([first, *rest]).keys() == said


@pytest.mark.parametrize("room", ["", "storing", "@kim:matrix.example", "https://matrix.to/#/!a:b"])
def test_what_is_no_room_is_refused_when_settings_are_read(opened: Open, room: str) -> None:
    with pytest.raises(SettingsError, match="rooms"):
        opened(rooms=[room])


@pytest.mark.parametrize(("status", "put_out", "tries"), [(403, True, 0), (404, True, 0), (400, False, 2), (403, False, 2)])
async def test_what_a_room_shows_no_more_is_told_and_holds_up_no_other(
    fake: FakeMatrix, site: Site, opened: Open, status: int, put_out: bool, tries: int
) -> None:
    """Put out while a burst was being read: that room alone loses what was left of it. Where we still are, it is asked three times."""
    other = "!other:matrix.example"
    fake.joined.append(other)
    fake.rules[other] = "public"
    fake.say("rustig", NOW - timedelta(hours=1))
    source = opened()
    _, cursor = await _round(source)
    for n in range(150):
        fake.say(f"bericht {n}", NOW + timedelta(seconds=n))
    page = await source.pull(cursor)
    assert page.more
    if put_out:
        fake.joined.remove(ROOM)
    site.answer = lambda request: Reply(status=status, body=b'{"errcode":"M_FORBIDDEN"}') if "/messages" in request.path else fake(request)
    new = fake.say("in de andere", NOW + timedelta(hours=1), room=other)
    for _ in range(tries):
        with pytest.raises(SourceRefused):
            await source.pull(page.next)
    pages, cursor = await _round(source, page.next)
    assert f"what was said in {ROOM} between two looks is not shown to us any more" in pages[0].gap
    assert new in _read((await _round(source, cursor))[0])


async def test_a_message_on_which_its_server_always_fails_holds_up_no_other(fake: FakeMatrix, site: Site, opened: Open) -> None:
    """An edit of something old is asked for three times, and told after."""
    old = fake.say("oud", NOW - timedelta(days=20))
    source = opened()
    _, cursor = await _round(source)
    edit = _edit(fake, old, "nieuw", NOW)
    new = fake.say("en verder", NOW + timedelta(seconds=1))
    site.answer = lambda request: Reply(status=500, body=b"") if "/event/" in request.path else fake(request)
    for _ in range(2):
        with pytest.raises(SourceUnavailable):
            await source.pull(cursor)
    pages, _ = await _round(source, cursor)
    assert new in _read(pages)
    assert [one.where for one in pages[0].skipped] == [f"event {edit}"]
