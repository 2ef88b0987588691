"""A year passes in a home in which somebody stands in every place: what is over time goes, from every file, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from listener.ledger.metadata import metadata
from listener.ledger.tables import mention, revision
from listener.ledger.transactions import reading, writing
from moderation.inbox.shown import issues_now
from moderation.ledger.retention_limits import Limit
from moderation.ledger.retention_places import PLACES
from moderation.ledger.tables import conversation, outbox, support_case
from moderation.model.subject import Receipt
from moderation.retaining import retaining
from moderation.workflows.retain import WORDS, Retain, over_at
from tests.fakes.canary_person import NEEDLES, Planted, plant
from tests.fakes.desk import MORNING
from tests.fakes.house import House, open_house

OURS = {
    "draft",
    "outbox",
    "opt_out",
    "consent",
    "issue",
    "issue_act",
    "planning_note",
    "alarm",
    "report",
    "broadcast_item",
    "subject_request",
}
"""What still shows them: what we said or planned to say, wishes and requests that stand, titles of phrases or by colleagues."""
PLACES_OF_THREADS = {"invitation_event", "you_said_message", "shadow_item"}
"""Where a thread is on its platform: this one's id holds a handle."""
THEIRS_NOT_OURS = {"exports/case.json", "report.md", "klankbord.log", "simulated-platform.jsonl"}
"""Files that somebody wrote with a command, and the simulated platform's own record."""


@dataclass(frozen=True, slots=True)
class Year:
    """The home before, the figures of all its time before and after, and what the nights said."""

    house: House
    planted: Planted
    retain: Retain
    figures: tuple[Any, Any]
    nights: dict[int, Receipt | None]
    texts: dict[int, list[str]]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """Noticed on day 0; day 3: too early; day 100: no case holds these; all cases end on day 100; day 464 and 466."""
    with open_house(tmp_path_factory.mktemp("home")) as house:
        planted = plant(house)
        retain = retaining(house.parts.listening, house.parts.reader)
        retain.agreed()
        began, before = house.clock.now(), figures(house)
        nights, texts = {}, {}
        for day in (3, 100, 464, 466):
            house.clock.move_to(began + timedelta(days=day))
            nights[day] = retain.when_due()
            texts[day] = texts_of(house)
            if day == 100:
                end_all_cases(house)
        yield Year(house, planted, retain, (before, figures(house)), nights, texts)


def figures(house: House) -> Any:
    """Return what insight counts over all of the home's time, day by day and issue by issue."""
    listening = house.parts.listening
    issues_now(listening)  # catches up
    from_at, as_of = MORNING - timedelta(days=30), MORNING + timedelta(days=30)
    with listening.insight.asking() as cursor:
        what = "posted_at, platform, source, brands, directed, language, issue_id, card_id"
        facts = cursor.execute(f"select {what}, count(*) from fact group by all order by all").fetchall()
    totals = listening.insight.period_totals(from_at, as_of)
    return totals, listening.insight.issue_counts(from_at, as_of), listening.insight.issue_signs(as_of), facts


def texts_of(house: House) -> list[str]:
    with reading(house.parts.listening.ledger.engine) as tx:
        return list(tx.execute(select(revision.c.text).where(revision.c.text != "").order_by(revision.c.mention_id)).scalars())


def end_all_cases(house: House) -> None:
    with writing(house.parts.listening.ledger.engine) as tx:
        tx.execute(update(support_case).values(state="closed", changed_at=house.clock.now()))


def showing(house: House) -> set[str]:
    """Return the tables in which a needle stands."""
    found = set()
    with reading(house.parts.listening.ledger.engine) as tx:
        for table in metadata.sorted_tables:
            rows = tx.exec_driver_sql(f'select * from "{table.name}"')
            if any(needle in " ".join(map(str, row)).lower() for row in rows for needle in NEEDLES):
                found.add(table.name)
    return found


def test_nothing_goes_before_a_week_of_notice(year: Year) -> None:
    """A home that is updated must not lose a year of texts in its first night."""
    assert year.nights[3] is None
    assert len(year.texts[3]) > 3


def test_what_a_case_needs_stays_whole_until_it_has_been_over_for_a_year(year: Year) -> None:
    """Day 100: only what no case holds went; day 464: the cases ended 364 days ago."""
    first = year.nights[100]
    assert first is not None
    assert first.counts[WORDS] == 1
    assert len(year.texts[464]) == len(year.texts[100]) > 1


def test_no_row_is_over_its_limit_after_the_night(year: Year) -> None:
    """RULES P23: time travel, 0 rows over limit."""
    over = over_at(year.house.clock.now(), year.retain.wanted)
    with reading(year.house.parts.listening.ledger.engine) as tx:
        assert {one.words: left for one in PLACES if (left := len(tx.execute(select(one.table).where(one.due(over))).all()))} == {}
    assert year.texts[466] == []
    assert year.retain.show() == {}


def test_nothing_of_the_person_is_left_but_what_is_ours(year: Year) -> None:
    """What we sent is our own record; whoever asks to be forgotten is erased from that too (`subject erase`)."""
    assert showing(year.house) <= OURS | PLACES_OF_THREADS
    with reading(year.house.parts.listening.ledger.engine) as tx:
        keys = {*tx.execute(select(conversation.c.author_key)).scalars(), *tx.execute(select(mention.c.author_key)).scalars()}
        assert set(tx.execute(select(outbox.c.person)).scalars()) <= {""}
    assert all(one == "" or one.startswith("expired/") for one in keys)


def test_no_file_of_insight_or_search_shows_them(year: Year) -> None:
    """Whoever copies the disk finds no word, name or vector in what is made from the ledger."""
    home: Path = year.house.home
    files = {str(one.relative_to(home)): one.read_bytes().lower() for one in home.rglob("*") if one.is_file()}
    found = {name for name, held in files.items() if any(needle.encode() in held for needle in NEEDLES)}
    assert found <= THEIRS_NOT_OURS | {"ledger.db"}
    marks = (year.planted.vector.astype("<f2").tobytes()[:24], year.planted.vector.astype("<f4").tobytes()[:24])
    assert [name for name, held in files.items() if any(mark.lower() in held for mark in marks)] == []


def test_figures_of_every_day_are_as_they_were(year: Year) -> None:
    """Words went, no message did: counts of people, messages, issues and signs are equal before and after."""
    before, after = year.figures
    assert before == after
    assert before[0].mentions > 3


def test_the_next_night_changes_nothing_and_writes_no_receipt(year: Year) -> None:
    """A run that finds nothing leaves nothing, and none runs twice in one night."""
    assert year.retain.when_due() is None
    assert year.retain.once(year.retain.wanted, by="anna") is None


def test_the_receipts_stand_in_the_log_and_the_log_proves_itself(year: Year) -> None:
    """Lines that named the person were emptied, and the receipt's line says which."""
    audit = year.house.parts.desk.audit
    assert audit.find_break() is None
    told = [one for one in audit.lines() if one.verb == "let_go"]
    assert [one.subject for one in told] == [f"receipt:{one.receipt_id}" for one in reversed(year.retain.receipts())]
    last = year.nights[466]
    assert last is not None
    assert last.digest in told[-1].detail


def test_every_table_has_a_line() -> None:
    """A table that somebody adds is kept for ever unless they say for how long."""
    assert {one.table.name for one in PLACES} == set(metadata.tables)
    assert [one.table.name for one in PLACES if one.over is None and not one.why] == []
    assert {one.limit for one in PLACES} == set(Limit)
