"""People choose how they are called: nobody gets another's things, and nobody's erasure takes away what is kept of others or of us."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from listener.bootstrap import new_reader
from listener.errors import InputError
from listener.ledger.transactions import reading, writing
from listener.model.mention import Author, BrandHit, Kept, MentionKey
from moderation.ledger.subject_sweep import sweep
from moderation.ledger.tables import outbox
from moderation.ledger.tables_conversation import planning_note
from moderation.ledger.tables_status import broadcast_item
from moderation.model.object_kind import ObjectKind
from moderation.policy.traces import Traces
from moderation.workflows.subjects import Subjects
from tests.fakes.desk import mention
from tests.fakes.house import AUTHOR, OURS, House, open_house

NAME = "Jan de Vries"
FIRST, SECOND = "feed/forum.example/u1", "feed/forum.example/u2"
SPOKE = {
    "u1": (NAME, "alles doet het al weken niet meer"),
    "u2": (NAME, "mijn rekening staat er nog open"),
    "u3": (OURS, "ik heet zoals jullie heten"),
    "u4": ("Piet", "hoe laat gaan jullie morgen open"),
    "u5": (FIRST, "ik noem mij zoals een ander geschreven wordt"),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("home")) as opened:
        at, hit = opened.clock.now(), BrandHit(brand=OURS, directed=True, terms=(OURS.lower(),))
        said = [
            replace(
                mention(f"said-{one}", f"{OURS}: {text}"),
                posted_at=at,
                author=Author(platform="feed", realm="forum.example", native_id=one, name=name),
            )
            for one, (name, text) in SPOKE.items()
        ]
        ledger = opened.parts.listening.ledger
        ledger.mentions.add_page([Kept(mention=one, hits=(hit,)) for one in said], source="feed", next_cursor=None, at=at)
        opened.clock.advance(timedelta(minutes=11))
        opened.parts.desk.open_cases()
        yield opened


@pytest.fixture(scope="module")
def subjects(house: House) -> Subjects:
    listening = house.parts.listening
    return Subjects(house.home, listening.ledger, house.clock, lambda: new_reader(listening.settings))


def test_of_two_who_are_called_so_nothing_is_handed_over(subjects: Subjects, tmp_path: Path) -> None:
    """A file for one of them with the words of both would be a leak; the command tells which accounts there are."""
    out = tmp_path / "theirs.json"
    for ask in (
        lambda: subjects.export("feed", NAME, out, by=AUTHOR),
        lambda: subjects.subject("feed", NAME),
        lambda: subjects.object("feed", NAME, by=AUTHOR),
    ):
        with pytest.raises(InputError, match=f"{FIRST}, {SECOND}"):
            ask()
    assert not out.exists()


def test_a_whole_key_is_one_person_whoever_calls_himself_so(subjects: Subjects) -> None:
    """Else somebody could keep another from being found, or get into their file."""
    assert subjects.subject("feed", FIRST).keys == (FIRST,)


def test_names_of_others_and_ours_are_told_and_not_looked_for(subjects: Subjects) -> None:
    assert subjects.known("feed", FIRST).not_looked_for == (NAME,)
    assert subjects.known("feed", "u3").not_looked_for == (OURS,)
    assert subjects.known("feed", "u4").not_looked_for == ()


def test_whoever_bears_our_name_takes_nothing_of_others_along(house: House, subjects: Subjects) -> None:
    """Replies to others name the brand, and so do reports: they stay, and what waits still leaves as it was approved."""
    desk, ledger = house.parts.desk, house.parts.listening.ledger
    asked = ledger.mentions.find(MentionKey(*_key("said-u4")))
    assert asked is not None
    row = next(one for one in desk.cases.rows() if asked.mention_id in one.mention_ids)
    desk.queueing.acts.claim(row.case_id, AUTHOR, row.version)
    desk.inbox.send(desk.inbox.draft_reply(row.case_id, AUTHOR, f"{OURS} gaat om negen uur open.").draft_id, AUTHOR)
    report = house.home / "report.md"
    report.write_text(f"# {OURS} in week 10\n")
    before = _rows(house)
    receipt = subjects.erase(subjects.subject("feed", "u3"), by=AUTHOR)
    assert receipt.counts["messages"] == 1
    assert _rows(house) == before
    assert report.exists()


@pytest.fixture
def notes(house: House, subjects: Subjects) -> dict[str, int]:
    """Three people whose handles are words, and notes of colleagues with those words; returned is each note's number."""
    ledger, at = house.parts.listening.ledger, house.clock.now()
    hit = BrandHit(brand=OURS, directed=True, terms=(OURS.lower(),))

    def say(native_id: str, who: str, name: str, text: str) -> Kept:
        author = Author(platform="feed", realm="forum.example", native_id=who, name=name)
        return Kept(mention=replace(mention(native_id, f"{OURS}: {text}"), posted_at=at, author=author), hits=(hit,))

    said = [say(f"w-{one}", f"w{one}", f"Klant {one}", f"weer een storing hier ({one}), vraag @meterman of @vrolijk_9") for one in range(3)]
    said += [say("w-8", "u8", "Storing", "ik zelf"), say("w-9", "u9", "vrolijk_9", "ik zelf"), say("w-10", "u10", "Meterman", "ik zelf")]
    said += [say("w-11", "u11", "Alles", "ik zelf")]
    ledger.mentions.add_page(said, source="feed", next_cursor=None, at=at)
    issue_id = house.things[ObjectKind.ISSUE][OURS]
    add = house.parts.desk.conversation.notes
    words = ("storing", "vrolijk_9", "meterman", "alles")
    return {one: add.plan(issue_id, f"bel over {one}", AUTHOR).note_id for one in words}


def _plans(house: House) -> dict[int, str]:
    with reading(house.parts.listening.ledger.engine) as tx:
        return {row.note_id: row.text for row in tx.execute(select(planning_note))}


def test_a_name_that_is_a_word_of_everybody_empties_nothing_of_others(house: House, subjects: Subjects, notes: dict[str, int]) -> None:
    """Somebody calls himself Storing: the house's notes about outages stay, and the desk is told which to look at."""
    for account, word in (("u8", "Storing"), ("u11", "Alles")):
        known = subjects.known("feed", account)
        assert known.not_looked_for == (word,)
        assert any("planning note" in one for one in known.perhaps)
        subjects.erase(known.subject, by=AUTHOR)
        assert _plans(house)[notes[word.lower()]] == f"bel over {word.lower()}"


def test_a_handle_that_others_only_mention_is_still_looked_for(house: House, subjects: Subjects, notes: dict[str, int]) -> None:
    """An @ before it means the person; so does a handle with a digit or a sign in it, which is no word."""
    for account, word in (("u9", "vrolijk_9"), ("u10", "Meterman")):
        known = subjects.known("feed", account)
        assert (known.not_looked_for, known.perhaps) == ((), ())
        subjects.erase(known.subject, by=AUTHOR)
        assert _plans(house)[notes[word.lower()]] == ""


def test_places_stay_apart_and_our_accounts_stay_ours(house: House) -> None:
    """Ids of places often hold whose thread it is. Two that are both emptied would be one place; an emptied account would be nobody's."""
    with reading(house.parts.listening.ledger.engine) as tx:
        places = set(tx.execute(select(broadcast_item.c.thread_id)).scalars())
        accounts = set(tx.execute(select(outbox.c.account_native_id)).scalars())
    assert len(places) > 1
    with writing(house.parts.listening.ledger.engine) as tx:
        sweep(tx, Traces.of([*places, *accounts], ()))
        after = tx.execute(select(broadcast_item.c.thread_id)).scalars().all()
        assert set(after).isdisjoint(places)
        assert len(set(after)) == len(after)
        assert set(tx.execute(select(outbox.c.account_native_id)).scalars()) == accounts


def _key(native_id: str) -> tuple[str, str, str]:
    key = mention(native_id, "").key
    return key.platform, key.realm, key.native_id


def _rows(house: House) -> list[tuple[object, ...]]:
    with reading(house.parts.listening.ledger.engine) as tx:
        return [tuple(row) for row in tx.execute(select(outbox).order_by(outbox.c.entry_id))]


@pytest.mark.parametrize("asked", ["@kim:matrix.example", "kim:matrix.example", "@Kim:Matrix.example", "matrix/!a:b/@kim:matrix.example"])
def test_an_id_that_begins_with_a_sign_is_found_as_it_is_written(house: House, subjects: Subjects, asked: str) -> None:
    """Ids of Matrix do, and their people call themselves something else."""
    author = Author(platform="matrix", realm="!a:b", native_id="@kim:matrix.example", name="Kim van Dijk")
    key = MentionKey("matrix", "!a:b", "$een")
    said = replace(mention("een", f"{OURS}: geen stroom"), platform="matrix", realm="!a:b", native_id="$een", author=author)
    assert said.key == key
    hit = BrandHit(brand=OURS, directed=True, terms=(OURS.lower(),))
    ledger = house.parts.listening.ledger
    ledger.mentions.add_page([Kept(mention=said, hits=(hit,))], source="matrix", next_cursor=None, at=house.clock.now())
    assert subjects.subject("matrix", asked).keys == ("matrix/!a:b/@kim:matrix.example",)
