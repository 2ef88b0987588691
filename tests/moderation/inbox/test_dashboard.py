"""The dashboard: every number is counted again by SQL of its own; nobody sees another brand; the page holds what it says."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from listener.errors import CannotDraw
from moderation.charts.palette import properties
from moderation.inbox.dashboard_parts import DashboardChoice
from moderation.inbox.pages import Pages
from moderation.model.dashboard import DashboardFigures, DashboardQuestion
from moderation.week_room import week_parts
from moderation.workflows.count_dashboard import count_dashboard
from moderation.workflows.draw_charts import DrawCharts
from tests.fakes.asking import Asking
from tests.fakes.house import OURS, THEIRS, WORDS, House
from tests.fakes.posts_of_weeks import TITLES

_MENTIONS = """
select count(distinct m.mention_id) from mention m join analysis a using (mention_id)
left join mention_brand b using (mention_id)
where m.latest_revision >= 0 and m.posted_at > ? and m.posted_at <= ?
and m.mention_id not in (select mention_id from label where name = 'spam' and value = 'yes')
"""


@pytest.fixture(scope="module")
def house(weeks_house: House) -> House:
    return weeks_house


@pytest.fixture(scope="module")
def asking(house: House) -> Iterator[Asking]:
    opened = Asking(house.app)
    yield opened
    opened.close()


def figures_of(house: House, **asked: object) -> DashboardFigures:
    return count_dashboard(week_parts(house.parts.listening), DashboardQuestion(**asked))  # type: ignore[arg-type]  # fields by name


def counted(house: House, sql: str, *given: object) -> int:
    with sqlite3.connect(f"file:{house.home / 'ledger.db'}?mode=ro", uri=True) as db:
        return int(db.execute(sql, given).fetchone()[0])


def stored(moment: object) -> str:
    """Return a moment as the ledger keeps it."""
    return str(moment).replace("+00:00", "")


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"days": 7}, ""),
        ({"days": 14}, ""),
        ({"days": 30, "channel": "mastodon"}, " and m.platform = 'mastodon'"),
        ({"days": 30, "language": "en"}, " and a.language = 'en'"),
        ({"days": 14, "brand": THEIRS}, f" and b.brand = '{THEIRS}'"),
        (
            {"days": 90, "brand": OURS, "channel": "x", "language": "nl"},
            f" and b.brand = '{OURS}' and m.platform = 'x' and a.language = 'nl'",
        ),
    ],
)
def test_totals_are_those_of_the_ledger(house: House, asked: dict[str, object], where: str) -> None:
    """The page says it: without spam, the period up to now, and as much time before that."""
    found = figures_of(house, **asked)
    spans = {"totals": (found.from_at, found.as_of), "before": (found.before_from, found.before_to)}
    for name, (begins, ends) in spans.items():
        totals, span = getattr(found, name), (stored(begins), stored(ends))
        assert totals.mentions == counted(house, _MENTIONS + where, *span), name
        felt = " and m.mention_id in (select mention_id from label where name = 'sentiment' and value = 'negative')"
        assert totals.negative == counted(house, _MENTIONS + where + felt, *span), name
        people = _MENTIONS.replace("count(distinct m.mention_id)", "count(distinct m.author_key)") + where
        assert totals.people == counted(house, people, *span), name
    assert sum(found.days) == found.totals.mentions
    assert sum(found.days_before) == found.before.mentions
    assert found.totals.mentions > 0


def test_shares_of_unnecessary_contacts_are_of_those_addressed_to_us(house: House) -> None:
    found = figures_of(house, days=30)
    span = (stored(found.from_at), stored(found.as_of))
    directed = " and m.mention_id in (select mention_id from mention_brand where directed)"
    label = " and m.mention_id in (select mention_id from label where name = ? and value = 'yes')"
    of = counted(house, _MENTIONS + directed, *span)
    did = counted(house, _MENTIONS + directed + label, *span, "unnecessary")
    assert (found.unnecessary.n, round((found.unnecessary.value or 0) * of)) == (of, did)
    assert (found.searched.n, round((found.searched.value or 0) * of)) == (
        of,
        counted(house, _MENTIONS + directed + label, *span, "searched_first"),
    )
    assert found.unnecessary.low is not None
    assert found.unnecessary.high is not None
    assert found.unnecessary.low <= did / of <= found.unnecessary.high


def test_issues_and_their_days_are_those_of_the_ledger(house: House) -> None:
    found = figures_of(house, days=14)
    for one in found.issues:
        of = " and m.issue_id = ?"
        assert one.mentions == counted(house, _MENTIONS + of, stored(found.from_at), stored(found.as_of), one.issue_id)
        assert one.before == counted(house, _MENTIONS + of, stored(found.before_from), stored(found.before_to), one.issue_id)
        if one.days:
            assert (sum(one.days), sum(one.days_before)) == (one.mentions, one.before)
    assert {one.title for one in found.issues} >= set(TITLES)
    assert [one.mentions for one in found.issues] == sorted((one.mentions for one in found.issues), reverse=True)


def test_a_day_is_one_of_the_readers_clock_and_today_is_compared_with_as_much_of_a_day(house: House) -> None:
    """A morning beside a whole day would always look like a fall."""
    found = figures_of(house, days=7)
    zone = ZoneInfo("Europe/Amsterdam")
    assert {start.astimezone(zone).time().isoformat() for start in found.starts} == {"00:00:00"}
    for number, (begins, ends) in enumerate(zip(found.starts, (*found.starts[1:], found.as_of), strict=True)):
        assert found.days[number] == counted(house, _MENTIONS, stored(begins), stored(ends)), number
    assert found.as_of - found.before_to == timedelta(days=7)


def test_the_page_shows_every_chart_with_its_sentence_and_its_table(house: House, asking: Asking) -> None:
    answer = asking.page("GET", "/dashboard?days=14&lang=en", cookie=house.cookie("inkijker"))
    assert answer.status == 200
    found = figures_of(house, days=14)
    assert f"{found.totals.mentions} posts, from " in answer.text
    for section in re.findall(r'<section class="chart".*?</section>', answer.text, re.DOTALL):
        says = unescape(re.findall(r'<p class="chart-says"[^>]*>(.*?)</p>', section)[0])
        labels = {unescape(one) for one in re.findall(r'aria-label="([^"]*)"', section) if "region" not in one}
        assert says in labels or "<svg" not in section
        assert section.count("<svg") in (0, 2)
    assert answer.text.count('class="chart-svg"') == 2 * 4  # what has nothing to show is a sentence alone
    assert not re.search(r"\sstyle=|<script>|\son\w+=", answer.text)
    issue = found.issues[0]
    assert f'href="/issues/{issue.issue_id}"' in answer.text


def test_somebody_of_one_brand_sees_counts_of_theirs_alone(house: House, asking: Asking) -> None:
    """Also when the address asks for the other brand (RULES S3)."""
    for path in ("/dashboard?days=30", f"/dashboard?days=30&brand={THEIRS}"):
        answer = asking.page("GET", path, cookie=house.cookie("van een merk"))
        assert answer.status == 200
        assert [one for one in (THEIRS, WORDS[THEIRS]) if one in answer.text] == [], path
        found = figures_of(house, days=30)
        begins, ends = stored(found.from_at), stored(found.as_of)
        mine = " and (b.brand = ? or b.brand is null)"
        number = counted(house, _MENTIONS + mine, begins, ends, OURS)
        assert f">{number}</a>" in answer.text


def test_a_page_stands_when_nothing_can_be_drawn(house: House, asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence and the table are right without the picture."""

    def broken(self: DrawCharts, chart: object) -> str:
        raise CannotDraw("no")

    monkeypatch.setattr(DrawCharts, "page", broken)
    answer = asking.page("GET", "/dashboard?days=7&compare=no&lang=nl", cookie=house.cookie("inkijker"))
    assert answer.status == 200
    assert "De tekening lukte nu niet" in answer.text
    assert "Dezelfde cijfers als tabel" in answer.text


@pytest.mark.parametrize(
    ("query", "brands", "expected"),
    [
        ({}, None, DashboardChoice()),
        ({"days": "30", "channel": "x", "compare": "no"}, None, DashboardChoice(days=30, channel="x", compare=False)),
        ({"days": "31"}, None, DashboardChoice()),  # no period of ours
        ({"days": "1e9", "language": "n" * 999}, None, DashboardChoice(language="n" * 200)),
        ({"brand": THEIRS}, frozenset({OURS}), DashboardChoice()),  # not theirs to ask for
        ({"brand": OURS}, frozenset({OURS}), DashboardChoice(brand=OURS)),
    ],
)
def test_an_address_is_read_leniently(query: dict[str, str], brands: frozenset[str] | None, expected: DashboardChoice) -> None:
    choice = DashboardChoice.from_query(query, brands)
    assert choice == expected
    assert DashboardChoice.from_query(dict(re.findall(r"(\w+)=([^&]*)", choice.with_())), brands) == choice


def test_the_style_sheet_has_the_colours_of_the_palette(house: House) -> None:
    """Two places with colours; a chart on a dark page that kept its light colours would not be readable."""
    css = Pages(house.app.state.parts).static["charts.css"].decode()
    assert css.count(properties(dark=False)) == 1
    assert css.count(properties(dark=True)) == 2
