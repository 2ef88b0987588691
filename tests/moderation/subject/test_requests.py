"""Who asks what is kept of them has an answer within a month, or is told why it takes longer: nobody is forgotten in a drawer (GDPR 12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from listener.clock import ManualClock
from listener.errors import InputError
from listener.ledger.ledger import Ledger, open_ledger
from listener.model.mention import Author, Kept
from moderation.ledger.alarms import AlarmLedger
from moderation.messages.reasons import alarm_sentence
from moderation.model.languages import LANGUAGES
from moderation.model.subject_request import Ending, RequestKind, due_at, months_later
from moderation.subject_desk import SubjectDesk, subject_desk
from moderation.workflows.load_wording import load_words
from tests.fakes.desk import mention

ZONE = ZoneInfo("Europe/Amsterdam")
ASKED = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)
PERSON = Author(platform="feed", realm="forum.example", native_id="kanarie77", name="Kanarie Vogel")
BY = "Anna de Groot"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(ASKED)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        said = replace(mention("1", "hij vonkt"), author=PERSON, posted_at=ASKED)
        opened.mentions.add_page([Kept(mention=said, hits=())], source="feed", next_cursor=None, at=ASKED)
        yield opened


@pytest.fixture
def desk(tmp_path: Path, ledger: Ledger, clock: ManualClock) -> SubjectDesk:
    return subject_desk(tmp_path, ledger, clock, zone=ZONE, reader=None)


@pytest.mark.parametrize(
    ("received", "months", "last"),
    [
        (date(2026, 3, 5), 1, date(2026, 4, 5)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),  # April has no 31st
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 30), 1, date(2028, 2, 29)),  # a leap year
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),  # extended: counted from when it came, not from the 30 December
    ],
)
def test_a_month_is_a_month_of_the_calendar(received: date, months: int, last: date) -> None:
    assert months_later(received, months) == last


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (datetime(2026, 3, 31, 9, 0, tzinfo=UTC), datetime(2026, 4, 30, 22, 0, tzinfo=UTC)),  # the day ends in Amsterdam, in summer time
        (datetime(2026, 3, 31, 22, 30, tzinfo=UTC), datetime(2026, 5, 1, 22, 0, tzinfo=UTC)),  # it is 1 April there
        (datetime(2026, 9, 25, 12, 0, tzinfo=UTC), datetime(2026, 10, 25, 23, 0, tzinfo=UTC)),  # the day on which winter time begins
    ],
)
def test_days_are_those_of_the_people_who_count_them(received: datetime, due: datetime) -> None:
    assert due_at(received, 1, ZONE) == due


def test_the_clock_runs_from_the_day_on_which_it_came(desk: SubjectDesk) -> None:
    """A letter that lay on a desk for ten days has ten days less."""
    made = desk.keep.add(RequestKind.ACCESS, "feed", "kanarie vogel", received_at=ASKED - timedelta(days=10), by=BY)
    assert (made.person, made.last_day(ZONE)) == (PERSON.key, date(2026, 4, 21))
    again = desk.keep.add(RequestKind.ACCESS, "feed", PERSON.key, received_at=None, by=BY)
    assert again == made, "asking again does not begin a new month"
    with pytest.raises(InputError, match="future"):
        desk.keep.add(RequestKind.ERASE, "feed", "kanarie77", received_at=ASKED + timedelta(days=1), by=BY)


def test_it_is_extended_once_with_a_reason_and_in_time(desk: SubjectDesk, clock: ManualClock) -> None:
    """GDPR 12(3): two further months, told with the reasons within the first."""
    made = desk.keep.add(RequestKind.ACCESS, "feed", "kanarie77", received_at=None, by=BY)
    with pytest.raises(InputError, match="why"):
        desk.keep.extend(made.request_id, why="  ", by=BY)
    longer = desk.keep.extend(made.request_id, why="honderden gesprekken", by=BY)
    assert (longer.last_day(ZONE), longer.extended_why) == (date(2026, 6, 30), "honderden gesprekken")
    with pytest.raises(InputError, match="once"):
        desk.keep.extend(made.request_id, why="nog meer", by=BY)
    late = desk.keep.add(RequestKind.RECTIFY, "feed", "kanarie77", received_at=None, by=BY)
    clock.advance(timedelta(days=31))
    with pytest.raises(InputError, match="before that"):
        desk.keep.extend(late.request_id, why="te laat bedacht", by=BY)


def test_who_asked_is_kept_until_it_ends_and_no_longer(desk: SubjectDesk, tmp_path: Path) -> None:
    """Also of somebody of whom nothing is here: they are owed an answer, and then nothing more is to be known of them."""
    made = desk.keep.add(RequestKind.ACCESS, "reddit", "@Stille_Lezer", received_at=None, by=BY)
    assert made.person.endswith("Stille_Lezer")
    assert b"stille_lezer" in _bytes(tmp_path)
    assert desk.keep.add(RequestKind.ACCESS, "reddit", "stille_lezer", received_at=None, by=BY).request_id == made.request_id
    done = desk.keep.end(made.request_id, Ending.REFUSED, why="niet bewezen wie het is", by=BY)
    assert (done.person, done.ending, done.open) == ("", Ending.REFUSED, False)
    assert desk.keep.all(ended=False) == []
    with pytest.raises(InputError, match="ended"):
        desk.keep.end(made.request_id, Ending.DONE, why="toch", by=BY)
    desk.subjects._ledger.tidy()
    assert b"stille_lezer" not in _bytes(tmp_path)


def test_a_name_that_was_typed_is_no_second_account(desk: SubjectDesk, ledger: Ledger) -> None:
    """Somebody asks before they ever wrote here; once they did, their name finds one person, and their request ends with it."""
    late = replace(PERSON, native_id="u9", name="Nieuwkomer")
    made = desk.keep.add(RequestKind.ERASE, "feed", "nieuwkomer", received_at=None, by=BY)
    ledger.mentions.add_page(
        [Kept(mention=replace(mention("9", "hoi"), author=late, posted_at=ASKED), hits=())], source="feed", next_cursor=None, at=ASKED
    )
    desk.subjects.erase(desk.subjects.subject("feed", "nieuwkomer"), by=BY)
    (ended,) = desk.keep.all()
    assert (ended.request_id, ended.ending, ended.receipt_id is not None) == (made.request_id, Ending.DONE, True)


@pytest.mark.parametrize(
    ("kind", "act", "ending"),
    [
        (RequestKind.ACCESS, "export", Ending.DONE),
        (RequestKind.OBJECT, "object", Ending.DONE),
        (RequestKind.ERASE, "erase", Ending.DONE),
        (RequestKind.OBJECT, "erase", Ending.DONE),  # who is erased is not collected either
        (RequestKind.RECTIFY, "erase", Ending.WITHDRAWN),  # nothing is left to put right
        (RequestKind.RECTIFY, "export", Ending.OPEN),
        (RequestKind.ERASE, "export", Ending.OPEN),
        (RequestKind.ACCESS, "object", Ending.OPEN),
    ],
)
def test_what_was_done_ends_what_was_asked(desk: SubjectDesk, tmp_path: Path, kind: RequestKind, act: str, ending: Ending) -> None:
    """Nobody has to remember to tick it off, and nothing is ticked off that was not done."""
    made = desk.keep.add(kind, "feed", "kanarie77", received_at=None, by=BY)
    if act == "export":
        desk.subjects.export("feed", "kanarie77", tmp_path / "theirs.json", by=BY)
    elif act == "object":
        desk.subjects.object("feed", "kanarie77", by=BY)
    else:
        desk.subjects.erase(desk.subjects.subject("feed", "kanarie77"), by=BY)
    assert next(one for one in desk.keep.all() if one.request_id == made.request_id).ending is ending


def test_who_is_nearly_late_and_who_is_late_is_told_once_each(desk: SubjectDesk, ledger: Ledger, clock: ManualClock) -> None:
    """An alarm where colleagues look, in both languages; it is over with the request."""
    made = desk.keep.add(RequestKind.ACCESS, "feed", "kanarie77", received_at=None, by=BY)
    alarms = AlarmLedger(ledger.engine)

    def up() -> list[str]:
        desk.once()
        desk.once()
        return [one.kind for one in alarms.unseen() if one.over_at is None]

    assert up() == []
    clock.move_to(made.due_at - timedelta(days=7, seconds=1))
    assert up() == []
    clock.move_to(made.due_at - timedelta(days=7))
    assert up() == ["request_soon"]
    clock.move_to(made.due_at)
    assert up() == ["request_late"]
    for language in LANGUAGES:
        assert all(str(made.request_id) in alarm_sentence(one, load_words(language, "outbox")) for one in alarms.unseen())
    desk.keep.end(made.request_id, Ending.DONE, why="gegeven", by=BY)
    assert up() == []


def _bytes(home: Path) -> bytes:
    return b"".join(file.read_bytes().lower() for file in home.glob("ledger.db*"))
