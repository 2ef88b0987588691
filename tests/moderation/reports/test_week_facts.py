"""What the weekly report counts of what we said and answered, where it is easily counted wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from listener.ledger import tables
from listener.ledger.transactions import writing
from listener.parts import Listening
from moderation.ledger import tables as ours
from moderation.ledger import tables_status as status
from moderation.ledger.week_facts import WeekFacts
from moderation.reports.week import Week, week_named
from moderation.week_room import WeekRoom, week_parts
from moderation.workflows.count_week_work import clocks_of_week
from tests.fakes.week_home import BRANDS, WEEKS, week_home
from tests.fakes.week_talks import Talks

HOUR = timedelta(hours=1)
MERGED, INTO = 7, 2
OURS, THEIRS = (frozenset({brand}) for brand in BRANDS)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """Four drawn weeks in which we never said anything ourselves: what the tests below add is all there is."""
    with week_home(tmp_path_factory.mktemp("facts") / "home") as opened:
        with writing(opened.ledger.engine) as tx:
            for table in (status.status_promise, status.status_update):
                tx.execute(delete(table))
            tx.execute(update(ours.outbox).values(state="refused"))
        WeekRoom(opened).shown(WEEKS[-1])  # insight catches up
        yield opened


@pytest.fixture
def week(home: Listening) -> Week:
    found = week_named(WEEKS[-1], home.settings.zone)
    assert found is not None
    return found


def publish(home: Listening, update_id: int, issue_id: int, at: datetime) -> None:
    """Say something of an issue on our status page."""
    row = {"subjects": {}, "texts": {}, "templates": {}, "made_by": "anna", "made_at": at, "published_at": at, "no_news": False}
    with writing(home.ledger.engine) as tx:
        tx.execute(insert(status.status_update).values(update_id=update_id, issue_id=issue_id, state="published", status="seen", **row))


def answer(home: Listening, entry_id: int, case_id: int, mention_id: int, at: datetime) -> None:
    """Answer a customer."""
    with writing(home.ledger.engine) as tx:
        Talks(tx, random.Random(2), lambda: at).post(entry_id, case_id, mention_id, at, kind="reply", state="sent")


def test_what_was_said_of_an_issue_counts_for_the_one_it_went_into(home: Listening, week: Week) -> None:
    """People merge issues after we spoke; nobody was silent for that."""
    facts, said_at = WeekFacts(home.ledger.engine), week.from_at + HOUR
    assert facts.last_words([INTO], week.as_of, None) == {}
    publish(home, 901, MERGED, said_at)
    assert facts.last_words([INTO], week.as_of, None) == {INTO: said_at}
    assert facts.said([INTO], week.from_at, week.as_of, None)[INTO].updates == 1
    assert facts.said([INTO], week.from_at, said_at, None)[INTO].updates == 0  # a stretch ends before its last moment


def test_an_answer_to_a_customer_of_another_brand_is_not_told(home: Listening, week: Week) -> None:
    """Somebody of one brand sees and counts nothing of another (RULES S3)."""
    facts, at = WeekFacts(home.ledger.engine), week.from_at + 2 * HOUR
    with writing(home.ledger.engine) as tx:
        tx.execute(update(tables.mention).where(tables.mention.c.mention_id == 20).values(issue_id=4))
        tx.execute(update(ours.conversation).where(ours.conversation.c.conversation_id == 1).values(brand=BRANDS[1]))
    answer(home, 9004, 1, 20, at)
    assert [facts.said([4], week.from_at, week.as_of, brands)[4].answers for brands in (None, THEIRS, OURS)] == [1, 1, 0]
    assert [4 in facts.last_words([4], week.as_of, brands) for brands in (None, THEIRS, OURS)] == [True, True, False]


def test_a_wait_that_we_had_late_is_told_of_in_the_week_it_was_due(home: Listening, week: Week) -> None:
    """A source that was down over the weekend brings on Monday what was due on Sunday: in no other week would it ever be counted."""
    parts = week_parts(home)

    def waits() -> int:
        return sum(one.kept.of for one in clocks_of_week(parts, week))

    before = waits()
    with writing(home.ledger.engine) as tx:
        joined = select(ours.conversation_mention.c.mention_id)
        alone = select(tables.mention.c.mention_id).where(tables.mention.c.mention_id.not_in(joined), tables.mention.c.latest_revision == 0)
        mention_id = tx.execute(alone.order_by(tables.mention.c.mention_id).limit(1)).scalar_one()
        tx.execute(update(tables.mention).where(tables.mention.c.mention_id == mention_id).values(posted_at=week.from_at + 12 * HOUR))
        Talks(tx, random.Random(1), lambda: week.from_at).late(900, mention_id, week.as_of + HOUR)
    assert waits() == before + 1


def test_a_silence_tells_what_was_written_in_it(home: Listening, week: Week) -> None:
    """ "A day without a word, while seven wrote" is said of the seven who wrote in that day, not of the forty before we spoke."""
    room = WeekRoom(home)

    def told() -> dict[int, int]:
        shown = room.shown(week.name)
        assert shown is not None
        return {one.issue_id: one.written for one in shown.figures.silences}

    issue_id, written = next((one, n) for one, n in told().items() if one not in (INTO, 4))
    everything = room.evidence(week.name, f"issue-{issue_id}", None, 1)
    assert everything is not None
    assert everything.total == written > 2
    middle = everything.quotes[1].posted_at - timedelta(seconds=1)  # the newest two came after it
    publish(home, 902, issue_id, middle)
    after = told()
    assert issue_id not in after or after[issue_id] == 2
    found = room.evidence(week.name, f"silent-{issue_id}", None, 1)
    assert found is not None
    assert found.total == 2
