"""Matrix: what is said where not everybody may read is private, from when that holds, and never public where it cannot be known."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import SettingsError, SourceUnavailable
from listener.ledger.ledger import open_ledger
from listener.model.mention import Mention
from listener.model.page import Cursor, Page
from listener.settings.schema import BrandSettings, SourceSettings
from listener.sources.http import HttpClient
from listener.sources.matrix import MatrixSource
from listener.sources.matrix_events import is_rule
from listener.sources.said_to import said_to, said_to_in_private
from listener.workflows.collect_mentions import CollectMentions
from tests.fakes.matrix import READER, ROOM, RULES, TOKEN, FakeMatrix
from tests.fakes.site import Site

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KIM, BAS = "@kim:matrix.example", "@bas:far.example"
SHUT = "!besloten:matrix.example"
OURS = "Stroomwerk"
Open = Callable[..., MatrixSource]


@pytest.fixture
def fake(site: Site) -> FakeMatrix:
    made = FakeMatrix()
    made.joined = [ROOM, SHUT]
    made.members[SHUT] = [KIM, READER]
    site.answer = made
    return made


@pytest.fixture
def opened(site: Site, http: HttpClient, clock: ManualClock) -> Open:
    def open_source(**what: Any) -> MatrixSource:
        told = {"in_private_to": OURS, "allow_http": True, "allow_private": True, **what}
        return MatrixSource("matrix", site.url(""), token=lambda: TOKEN, http=http, clock=clock, **told)

    return open_source


async def _round(source: MatrixSource, cursor: Cursor | None = None) -> tuple[dict[str, Mention], Cursor | None]:
    pages: list[Page] = [await source.pull(cursor)]
    while pages[-1].more:
        pages.append(await source.pull(pages[-1].next))
        assert len(pages) < 60
    return {one.text: one for page in pages for one in page.mentions}, pages[-1].next


def _channels(read: dict[str, Mention]) -> dict[str, str]:
    return {text: one.channel for text, one in read.items()}


@pytest.mark.parametrize(
    ("rule", "channel"),
    [
        ("public", ""),
        ("invite", "matrix"),
        ("knock", "matrix"),  # whoever is inside lets people in
        ("restricted", "matrix"),  # whoever is in a room that may be a team's
        ("knock_restricted", "matrix"),
        ("private", "matrix"),
        ("org.example.new", "matrix"),
        ("", "matrix"),
        (None, "matrix"),
        (True, "matrix"),
        (["public"], "matrix"),
    ],
)
async def test_only_where_anybody_may_come_in_something_is_said_in_public(fake: FakeMatrix, opened: Open, rule: Any, channel: str) -> None:
    """By the first sync, by one that goes on, and when a message is looked up."""
    fake.rules[ROOM] = rule
    fake.say("eerst", NOW)
    source = opened()
    first, cursor = await _round(source)
    said = fake.say("daarna", NOW)
    then, _ = await _round(source, cursor)
    again = await opened().look_up_in(ROOM, said)
    assert isinstance(again, Mention)
    assert (first["eerst"].channel, then["daarna"].channel, again.channel) == (channel, channel, channel)


async def test_a_room_that_does_not_say_who_may_come_in_is_private(fake: FakeMatrix, opened: Open) -> None:
    """Neither at the first sync nor when it is asked later."""
    fake.shows_rules = False
    fake.say("eerst", NOW)
    read, cursor = await _round(opened())
    assert _channels(read) == {"eerst": "matrix"}
    said = fake.say("daarna", NOW)
    read, after = await _round(opened(), _without(cursor, "open"))
    assert _channels(read) == {"daarna": "matrix"}
    found = await opened().look_up_in(ROOM, said)
    assert isinstance(found, Mention)
    assert found.channel == "matrix"
    fake.let_in("public", NOW)
    fake.say("nu open", NOW)
    assert _channels((await _round(opened(), after))[0]) == {"nu open": ""}, "it said so after all"


def _without(cursor: Cursor | None, *names: str) -> Cursor:
    """Return a cursor as it was before rooms were told apart."""
    assert cursor is not None
    return Cursor(json.dumps({name: value for name, value in json.loads(cursor).items() if name not in names}))


@pytest.mark.parametrize("name", [ROOM, "#storing:matrix.example"])
async def test_a_room_that_the_settings_call_public_is(fake: FakeMatrix, opened: Open, name: str) -> None:
    """Whatever it says of itself, marked as direct or not: its owner knows who reads there."""
    fake.rules[ROOM] = "invite"
    fake.mark_direct(ROOM)
    fake.say("in de besloten club", NOW)
    fake.say("tegen ons", NOW, room=SHUT)
    read, _ = await _round(opened(public_rooms=[name]))
    assert _channels(read) == {"in de besloten club": "", "tegen ons": "matrix"}


async def test_an_address_that_leads_nowhere_makes_nothing_public(fake: FakeMatrix, opened: Open) -> None:
    fake.rules[ROOM] = "invite"
    fake.say("hoi", NOW)
    assert _channels((await _round(opened(public_rooms=["#weg:matrix.example"])))[0]) == {"hoi": "matrix"}


@pytest.mark.parametrize("alone", [True, False])
async def test_a_room_that_is_closed_is_private_from_then_on(fake: FakeMatrix, opened: Open, alone: bool) -> None:
    """What was read before stays what it was; what stood before the change in the same look counts as private."""
    fake.say("open", NOW)
    read, cursor = await _round(opened())
    assert _channels(read) == {"open": ""}
    fake.say("net voor", NOW)
    fake.let_in("invite", NOW)
    if alone:  # the change is all that a later look hears of
        _, cursor = await _round(opened(), cursor)
    fake.say("gesloten", NOW)
    read, _ = await _round(opened(), cursor)
    assert read["gesloten"].channel == "matrix"
    assert read.get("net voor", read["gesloten"]).channel == "matrix"


@pytest.mark.parametrize("before", [1, 90, 150, 2_300])
@pytest.mark.parametrize("after", [1, 150])
async def test_a_room_that_is_opened_does_not_make_public_what_was_said_before(
    fake: FakeMatrix, opened: Open, before: int, after: int
) -> None:
    """Also where the change lies in what a sync leaves out, whichever pull pages it, and when a page is read twice."""
    fake.rules[ROOM] = "invite"
    fake.say("lang geleden", NOW - timedelta(minutes=5))
    _, cursor = await _round(opened())
    for n in range(before):
        fake.say(f"voor {n}", NOW)
    fake.let_in("public", NOW)
    for n in range(after):
        fake.say(f"na {n}", NOW)
    for start in (cursor, _without(cursor, "open"), None):
        read, end = await _round(opened(), start)
        assert {one.channel for text, one in read.items() if text.startswith("voor")} == {"matrix"}
        assert {one.channel for text, one in read.items() if text.startswith("na")} == {""}
        assert len(read) == before + after + (start is None)
    fake.say("en verder", NOW)
    assert _channels((await _round(opened(), end))[0]) == {"en verder": ""}


async def test_a_hole_of_an_older_version_counts_as_private(fake: FakeMatrix, opened: Open) -> None:
    """Its cursor does not say how the room was."""
    for n in range(150):
        fake.say(f"bericht {n}", NOW)
    first = await opened().pull(None)
    assert first.next is not None
    memory = json.loads(first.next)
    memory["holes"] = [{name: value for name, value in hole.items() if name != "is_open"} for hole in memory["holes"]]
    read, _ = await _round(opened(), _without(Cursor(json.dumps(memory)), "open", "direct"))
    assert len(read) == 50
    assert {one.channel for one in read.values()} == {"matrix"}


async def test_the_rule_alone_is_no_mention_and_nothing_that_was_skipped(fake: FakeMatrix, opened: Open) -> None:
    fake.let_in("public", NOW)
    page = await opened().pull(None)
    fake.let_in("invite", NOW)
    later = await opened().pull(page.next)
    assert (page.mentions, page.skipped, later.mentions, later.skipped) == ((), (), (), ())


async def test_what_only_looks_like_a_rule_changes_nothing(fake: FakeMatrix, opened: Open) -> None:
    """Anybody may send a message of that type; a rule is state of the room."""
    fake.rules[ROOM] = "invite"
    fake.add({"join_rule": "public"}, NOW, kind=RULES)
    fake.say("hoi", NOW)
    assert not is_rule(fake.events[0])
    assert _channels((await _round(opened()))[0]) == {"hoi": "matrix"}


async def test_a_room_that_the_account_marks_as_direct_is_private(fake: FakeMatrix, opened: Open) -> None:
    """From the first sync, when it is marked later, until the mark goes, and for a cursor that knows nothing of marks."""
    fake.mark_direct(ROOM)
    fake.say("een", NOW)
    read, cursor = await _round(opened())
    fake.say("twee", NOW)
    more, cursor = await _round(opened(), cursor)
    fake.say("drie", NOW)
    old, _ = await _round(opened(), _without(cursor, "direct"))
    assert _channels(read | more | old) == dict.fromkeys(("een", "twee", "drie"), "matrix")
    fake.say("vier", NOW)
    fake.mark_direct()
    read, cursor = await _round(opened(), cursor)
    assert _channels(read) == {"drie": "matrix", "vier": "matrix"}, "it was marked when this was said"
    fake.say("vijf", NOW)
    read, _ = await _round(opened(), cursor)
    assert _channels(read) == {"vijf": ""}


async def test_a_mark_that_comes_alone_is_kept(fake: FakeMatrix, opened: Open) -> None:
    fake.say("een", NOW)
    _, cursor = await _round(opened())
    fake.mark_direct(ROOM)
    _, cursor = await _round(opened(), cursor)
    said = fake.say("twee", NOW)
    read, _ = await _round(opened(), cursor)
    found = await opened().look_up_in(ROOM, said)
    assert isinstance(found, Mention)
    assert (read["twee"].channel, found.channel) == ("matrix", "matrix")


async def test_marks_and_holes_go_together(fake: FakeMatrix, opened: Open) -> None:
    """Also where the mark went meanwhile: what a sync left out was said before."""
    fake.mark_direct(ROOM)
    for n in range(150):
        fake.say(f"bericht {n}", NOW)
    read, cursor = await _round(opened())
    for n in range(150):
        fake.say(f"nog een {n}", NOW)
    fake.mark_direct()
    more, _ = await _round(opened(), cursor)
    assert (len(read), len(more)) == (150, 150)
    assert {one.channel for one in (*read.values(), *more.values())} == {"matrix"}


async def test_an_edit_in_a_closed_room_is_private_and_one_of_private_words_stays_so(fake: FakeMatrix, opened: Open) -> None:
    """The new words were said in private, or stand for words that were."""
    one = fake.say("open", NOW)
    _, cursor = await _round(opened())
    fake.let_in("invite", NOW)
    two = fake.say("gesloten", NOW)
    _edit(fake, one, "in stilte", NOW + timedelta(seconds=5))
    read, _ = await _round(opened(), cursor)
    assert _channels(read) == {"in stilte": "matrix", "gesloten": "matrix"}
    fake.let_in("public", NOW)
    _edit(fake, two, "alsnog open", NOW + timedelta(seconds=9))
    read, _ = await _round(opened(), cursor)
    assert read["alsnog open"].channel == "matrix"


def _edit(fake: FakeMatrix, of: str, text: str, at: datetime) -> None:
    new = {"msgtype": "m.text", "body": text}
    fake.add(
        {"msgtype": "m.text", "body": f"* {text}", "m.new_content": new, "m.relates_to": {"rel_type": "m.replace", "event_id": of}}, at
    )


async def test_with_one_person_everything_is_one_conversation_said_to_the_brand(fake: FakeMatrix, opened: Open) -> None:
    """Our own words too: nobody begins a thread there. In public, and among more people, nothing is said to us by itself."""
    fake.say("Hallo?", NOW, room=SHUT)
    answered = fake.say("Dag Kim", NOW, room=SHUT, who=READER)
    fake.say("Dank je", NOW, room=SHUT, relates={"m.in_reply_to": {"event_id": answered}})
    fake.say("openbaar", NOW)
    source = opened()
    read, cursor = await _round(source)
    assert {text: (one.root_id, one.said_to) for text, one in read.items()} == {
        "Hallo?": (SHUT, OURS),
        "Dag Kim": (SHUT, OURS),
        "Dank je": (SHUT, OURS),
        "openbaar": ("", ""),
    }
    assert read["Dank je"].parent_id == answered
    fake.members[SHUT] = [KIM, READER, BAS]
    fake.say("ik ben er ook", NOW, room=SHUT, who=BAS)
    fake.say("mooi", NOW, room=SHUT)
    read, _ = await _round(source, cursor)
    assert {text: (one.root_id, one.said_to, one.channel) for text, one in read.items()} == {
        "ik ben er ook": ("", "", "matrix"),
        "mooi": ("", "", "matrix"),
    }


async def test_what_somebody_says_to_us_alone_is_kept_whatever_it_names(fake: FakeMatrix, opened: Open, tmp_path: Path) -> None:
    """As a private message to the brand; what people say among themselves in a closed room only when it names the brand."""
    club = "!club:matrix.example"
    fake.joined.append(club)
    fake.members[club] = [KIM, BAS, READER]
    for room in (ROOM, SHUT, club):
        fake.say(f"Hallo, iemand? {room}", NOW, room=room)
    clock = ManualClock(NOW)
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        await CollectMentions(ledger, (), clock=clock).round(opened(), keep="matching")
        (kept,) = ledger.mentions.latest(limit=10)
        assert (kept.mention.realm, kept.private, [(hit.brand, hit.directed) for hit in kept.hits]) == (SHUT, True, [(OURS, True)])


async def test_a_room_in_which_more_people_spoke_is_no_conversation_with_one(fake: FakeMatrix, opened: Open) -> None:
    """Whoever left meanwhile was there."""
    fake.say("een", NOW, room=SHUT)
    fake.say("twee", NOW, room=SHUT, who=BAS)
    fake.say("drie", NOW, room=SHUT, who=READER)
    read, _ = await _round(opened())
    assert {one.said_to for one in read.values()} == {""}


@pytest.mark.parametrize("people", [None, []])
async def test_a_room_that_does_not_show_its_people_may_be_one_persons(fake: FakeMatrix, opened: Open, people: Any) -> None:
    """Whoever writes to us is not lost for it."""
    fake.members[SHUT] = people
    fake.say("Hallo?", NOW, room=SHUT)
    read, _ = await _round(opened())
    assert (read["Hallo?"].said_to, read["Hallo?"].channel) == (OURS, "matrix")


async def test_what_is_known_of_rooms_is_asked_once(fake: FakeMatrix, opened: Open) -> None:
    """A sync tells who may come in and what is marked; a pair's people are asked for once, those of more people at each look."""
    source = opened()
    fake.say("een", NOW, room=SHUT)
    fake.say("een", NOW)
    people = f"rooms/{SHUT}/joined_members"
    _, cursor = await _round(source)
    assert fake.asked == ["joined_rooms", "sync", people]
    for _ in range(3):
        fake.asked.clear()
        fake.say("weer", NOW, room=SHUT)
        fake.say("weer", NOW)
        _, cursor = await _round(source, cursor)
        assert fake.asked == ["joined_rooms", "sync"]
    fake.asked.clear()
    _, cursor = await _round(opened(), _without(cursor, "open", "direct"))
    marks = ["account/whoami", f"user/{READER}/account_data/m.direct"]
    rules = [f"rooms/{ROOM}/state/{RULES}", f"rooms/{SHUT}/state/{RULES}"]
    assert sorted(fake.asked) == sorted(["joined_rooms", *rules, *marks, "sync"])
    fake.asked.clear()
    fake.say("verder", NOW)
    await _round(opened(), cursor)
    assert fake.asked == ["joined_rooms", "sync"], "a new process knows it by the cursor"


async def test_only_a_room_that_came_by_is_asked(fake: FakeMatrix, opened: Open) -> None:
    """One more room in the settings: its state is not in a sync that goes on."""
    fake.rules[SHUT] = "public"
    fake.say("een", NOW)
    _, cursor = await _round(opened(rooms=[ROOM]))
    fake.asked.clear()
    fake.say("twee", NOW, room=SHUT)
    read, _ = await _round(opened(rooms=[ROOM, SHUT]), cursor)
    assert [one for one in fake.asked if one.endswith(RULES)] == [f"rooms/{SHUT}/state/{RULES}"]
    assert _channels(read) == {"twee": ""}


async def test_a_lost_place_is_read_again_with_what_the_server_says_then(fake: FakeMatrix, opened: Open) -> None:
    """What an old cursor knew of a room does not hold for what is read from the look-back."""
    fake.say("open", NOW)
    read, cursor = await _round(opened())
    assert _channels(read) == {"open": ""}
    fake.forgets_before, fake.shows_rules = 100, False
    read, _ = await _round(opened(), cursor)
    assert _channels(read) == {"open": "matrix"}


async def test_encrypted_direct_messages_are_counted(fake: FakeMatrix, opened: Open) -> None:
    """Most apps encrypt direct rooms by themselves: silence there would look like nobody writing."""
    fake.add({"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "geheim"}, NOW, room=SHUT, kind="m.room.encrypted")
    page = await opened().pull(None)
    assert f"1 messages in {SHUT} are encrypted" in page.gap


@pytest.mark.parametrize("odd", [None, 5, "x", [], {}, {KIM: "x"}, {KIM: [None, 5, {}]}, {KIM: {"a": ROOM}}])
async def test_marks_of_any_shape_are_read(fake: FakeMatrix, opened: Open, odd: object) -> None:
    fake.direct, fake.direct_since = odd, 1
    fake.say("hoi", NOW)
    read, cursor = await _round(opened())
    assert _channels(read) == {"hoi": ""}
    fake.say("weer", NOW)
    if odd is None or isinstance(odd, dict):  # else the server answers nonsense: what cannot be known is asked for again
        assert _channels((await _round(opened(), _without(cursor, "direct")))[0]) == {"weer": ""}
    else:
        with pytest.raises(SourceUnavailable):
            await opened().pull(_without(cursor, "direct"))


def test_settings_that_would_do_nothing_are_refused(opened: Open) -> None:
    with pytest.raises(SettingsError, match=r"public_rooms: 'storing' is no room"):
        opened(public_rooms=["storing"])
    with pytest.raises(SettingsError, match=r"public_rooms: '#storing:matrix.example' is not among 'rooms'"):
        opened(rooms=[ROOM], public_rooms=["#storing:matrix.example"])
    opened(rooms=[ROOM], public_rooms=[ROOM])


def test_the_brand_of_a_matrix_source_is_that_of_private_messages() -> None:
    """What everybody reads in a room is said to everybody."""
    brands = [BrandSettings.model_validate({"name": name}) for name in (OURS, "Gaswerk")]
    source = SourceSettings.model_validate({"id": "m", "kind": "matrix", "brand": "Gaswerk"})
    assert (said_to(source, brands), said_to_in_private(source, brands)) == ("", "Gaswerk")
    assert said_to_in_private(SourceSettings.model_validate({"id": "m", "kind": "matrix"}), brands[:1]) == OURS
