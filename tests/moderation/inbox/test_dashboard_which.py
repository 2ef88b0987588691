"""Behind a dashboard's figures stand exactly the mentions that they counted, and beside them whether a tap closed."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from moderation.inbox.dashboard_parts import FIGURES, DashboardParts, DashboardShown, until_asked
from moderation.insight.dashboard import _days, stretch_of
from moderation.model.dashboard import DashboardQuestion
from moderation.model.evidence import Evidence
from moderation.page_parts.dashboard import dashboard_parts
from moderation.page_parts.scope import about
from tests.fakes.asking import Asking
from tests.fakes.desk import Desk, open_desk
from tests.fakes.house import OURS, THEIRS, WORDS, House
from tests.fakes.staff import StaffDay
from tests.moderation.inbox.conftest import visit, words_of
from tests.moderation.inbox.test_actions_page import FEW, Drawing, looked_at, parts_on
from tests.moderation.reports.test_tap_looks import CLOSED


@pytest.fixture(scope="module")
def house(weeks_house: House) -> House:
    room_of(weeks_house).look(DashboardQuestion(days=7), "nl")  # lists hold what a look at the figures counted
    return weeks_house


@pytest.fixture(scope="module")
def asking(house: House) -> Iterator[Asking]:
    opened = Asking(house.app)
    yield opened
    opened.close()


def room_of(house: House) -> DashboardParts:
    return dashboard_parts(house.parts, lambda brands: about(house.parts.listening, brands))


@pytest.mark.parametrize(
    "asked", [{"days": 7}, {"days": 14, "channel": "mastodon"}, {"days": 7, "brand": THEIRS, "language": "nl"}], ids=str
)
def test_a_figure_leads_to_as_many_mentions_as_it_says(house: House, asked: dict[str, Any]) -> None:
    """And to no others: a list that is longer than its number teaches people that neither can be trusted."""
    room, question = room_of(house), DashboardQuestion(**asked)
    figures = room.look(question, "nl").figures
    totals = figures.totals
    numbers = {name: getattr(totals, name) for name in FIGURES}
    assert numbers["mentions"] > 0
    for name, number in numbers.items():
        found, period = room.which(question, name, figures.as_of, 1)
        assert (name, found.total) == (name, number)
        assert period == (figures.from_at, figures.as_of)
        assert len(found.quotes) == min(number, room.evidence_page)
        assert all(figures.from_at < one.posted_at <= figures.as_of for one in found.quotes)
        assert [one.posted_at for one in found.quotes] == sorted((one.posted_at for one in found.quotes), reverse=True)


def test_all_pages_together_hold_each_mention_once(house: House) -> None:
    room, question = room_of(house), DashboardQuestion(days=14)
    total, ids = room.which(question, "mentions", None, 1)[0].total, set()
    pages = -(-total // room.evidence_page)
    for page in range(1, pages + 1):
        ids |= {one.mention_id for one in room.which(question, "mentions", None, page)[0].quotes}
    assert len(ids) == total > room.evidence_page
    assert room.which(question, "mentions", None, pages + 1)[0].quotes == ()


def test_every_tile_leads_to_its_list_and_the_list_back(house: House, asking: Asking) -> None:
    answer = asking.page("GET", "/dashboard?days=7&lang=nl", cookie=house.cookie("inkijker"))
    links = {re.findall(r"/dashboard/(\w+)", one)[0]: unescape(one) for one in re.findall(r'href="(/dashboard/[^"]+)"', answer.text)}
    assert set(links) == set(FIGURES)
    for name in ("negative", "loose"):
        (number,) = re.findall(rf'href="/dashboard/{name}[^"]*">([\d.]+)</a>', answer.text)
        page = asking.page("GET", links[name], cookie=house.cookie("inkijker"))
        assert page.status == 200
        assert f"{number} bericht" in words_of(page.text)
        assert 'href="/dashboard?days=7' in page.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/dashboard/spam", 404),  # no figure of the page
        ("/dashboard/negative?until=nonsense&page=-3&days=x", 200),  # read leniently, as every address
        ("/dashboard/negative?until=9999-12-31T23:59:59%2B00:00", 200),  # not there yet: now
        ("/dashboard/negative?until=0001-01-01T00:00:00%2B14:00", 200),  # before there was a calendar: now
        ("/dashboard/negative?until=2026-03-01T00:00:00", 200),  # of no clock: now
    ],
)
def test_an_address_by_hand_harms_nothing(house: House, asking: Asking, path: str, status: int) -> None:
    assert asking.page("GET", path, cookie=house.cookie("inkijker")).status == status


def test_a_moment_of_no_clock_is_none() -> None:
    assert until_asked("2026-03-01T00:00:00") is None
    assert until_asked("2026-03-01T01:00:00+01:00") == datetime(2026, 3, 1, tzinfo=UTC)


def test_somebody_of_one_brand_reads_mentions_of_theirs_alone(house: House, asking: Asking) -> None:
    """Also when the address asks for the other brand (RULES S3)."""
    for path in ("/dashboard/mentions?days=14", f"/dashboard/mentions?days=14&brand={THEIRS}"):
        answer = asking.page("GET", path, cookie=house.cookie("van een merk"))
        assert answer.status == 200
        assert WORDS[OURS] in answer.text, path
        assert [one for one in (THEIRS, WORDS[THEIRS]) if one in answer.text] == [], path


@pytest.mark.parametrize(
    ("zone", "now"),
    [
        ("Europe/Amsterdam", "2026-11-02T09:17:31.5+00:00"),  # the clocks went back within the week before
        ("Europe/Amsterdam", "2026-03-29T22:00:00+00:00"),  # an end that is a midnight, after a day of 23 hours
        ("Asia/Kathmandu", "2026-05-04T03:14:15+00:00"),  # days that begin at a quarter past the hour
        ("UTC", "2026-05-04T00:00:00+00:00"),
    ],
)
def test_days_are_cut_where_the_clock_cuts_them(zone: str, now: str) -> None:
    """Quarters of an hour are counted, for speed; a mention of midnight itself still ends the day before, one after it begins the day."""
    stretch = stretch_of(datetime.fromisoformat(now), 7, ZoneInfo(zone))
    edges = [*stretch.before_starts, stretch.before_to, *stretch.starts, stretch.as_of]
    rng = random.Random(7)
    moments = [edge + timedelta(microseconds=by) for edge in edges for by in (-1, 0, 1)]
    moments += [stretch.before_from + (stretch.as_of - stretch.before_from) * rng.random() for _ in range(400)]
    held = [one for one in moments if stretch.from_at < one <= stretch.as_of or stretch.before_from < one <= stretch.before_to]
    facts = [(one.astimezone(UTC).replace(tzinfo=None), rng.choice([1, 2, None])) for one in held]
    with duckdb.connect() as connection:
        connection.execute("create temp table dashboard_fact (posted_at timestamp, issue_id bigint)")
        moments_of, issues_of = zip(*facts, strict=True)
        connection.execute("insert into dashboard_fact select unnest($1), unnest($2)", [list(moments_of), list(issues_of)])
        found = _days(connection, stretch, [2, 1])

    def by_hand(issue: int | None, starts: tuple[datetime, ...], end: datetime) -> tuple[int, ...]:
        spans = list(zip(starts, (*starts[1:], end), strict=True))
        counted = [moment.replace(tzinfo=UTC) for moment, of in facts if issue is None or of == issue]
        return tuple(sum(begins < one <= ends for one in counted) for begins, ends in spans)

    for issue in (None, 1, 2):
        wanted = by_hand(issue, stretch.starts, stretch.as_of), by_hand(issue, stretch.before_starts, stretch.before_to)
        assert found[issue] == wanted, issue


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "home") as opened:
        yield opened


def dashboard_of(house: House) -> DashboardParts:
    """Return a dashboard of the house's figures without charts of its own: what is beside them is looked at."""
    figures = room_of(house).look(DashboardQuestion(days=7), "nl").figures
    nothing = Evidence(week="", figure="mentions", total=0, quotes=())
    return DashboardParts(
        look=lambda _question, _language: DashboardShown(figures=figures, charts=()),
        which=lambda _question, _figure, _as_of, _page: (nothing, (figures.from_at, figures.as_of)),
    )


def test_the_dashboard_says_whether_the_tap_closed(house: House, desk: Desk) -> None:
    """Of the actions that were done last, with the chart that their own page shows; one that was never looked at says nothing."""
    looked_at(desk, FEW, CLOSED, change="kaart elke 5 minuten")
    looked_at(desk, change="nooit bekeken")
    drawing = Drawing()
    staff = visit(StaffDay(), feedback=parts_on(desk, drawing), dashboard=dashboard_of(house)).come_in()
    page = staff.get("/dashboard").text
    assert "De kraan is dicht." in words_of(page)
    assert page.count("<svg xmlns") == 2
    assert "nooit bekeken" not in page
    drawn = len(drawing.asked)
    assert staff.get("/dashboard").text.count("<svg xmlns") == 2
    assert len(drawing.asked) == drawn, "a look never changes: nobody waits for its chart twice"


def test_a_chart_that_was_not_drawn_is_tried_again(house: House, desk: Desk) -> None:
    looked_at(desk, CLOSED)
    drawing = Drawing(broken=True)
    staff = visit(StaffDay(), feedback=parts_on(desk, drawing), dashboard=dashboard_of(house)).come_in()
    assert "<svg xmlns" not in staff.get("/dashboard").text
    drawing.broken = False
    assert staff.get("/dashboard").text.count("<svg xmlns") == 2


def test_a_dashboard_without_actions_has_no_place_for_them(house: House) -> None:
    page = visit(StaffDay(), dashboard=dashboard_of(house)).come_in().get("/dashboard").text
    assert 'id="chart-taps"' not in page
