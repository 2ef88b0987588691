"""Every number of the weekly report, counted again straight from the ledger by code that shares nothing with the code that made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from listener.model.plain import plain
from listener.parts import Listening
from moderation.insight.sql import query
from moderation.ledger.week_reports import WeekReportLedger
from moderation.model.week_report import WeekFigures
from moderation.page_parts.scope import about
from moderation.reports.week import week_named
from moderation.settings import KlankbordSettings
from moderation.week_room import WeekRoom, week_parts
from moderation.workflows.count_week import count_week
from tests.fakes.week_home import BRANDS, MENTIONS, NOW, SETTINGS, WEEKS, week_home
from tests.moderation.reports.again.book import Book, Row
from tests.moderation.reports.again.grounds import ground_of
from tests.moderation.reports.again.whole import counted_again, differences, numbers

BOTH = (None, frozenset({BRANDS[1]}))
GROUND = ground_of(KlankbordSettings.model_validate(SETTINGS))
KEPT, KNOWN = WEEKS[1], 200
NEVER_HERE = {".invented", ".ideas.no_team"}
"""The drawn home is no demo; only compliments name teams."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """Four weeks in which a lot happened. The second had its report before all of it came in."""
    with week_home(tmp_path_factory.mktemp("week") / "home") as opened:
        WeekRoom(opened).shown(WEEKS[-1])  # insight catches up
        week = week_named(KEPT, opened.settings.zone)
        assert week is not None
        made_at = week.as_of + timedelta(hours=9)
        early = count_week(week_parts(opened), week, made=(), up_to=KNOWN, made_at=made_at)
        kept: dict[str, Any] = plain(early)
        WeekReportLedger(opened.ledger.engine).add(kept, from_at=week.from_at, to_at=week.as_of, made_at=made_at)
        yield opened


def figures_of(home: Listening, week: str, brands: frozenset[str] | None = None) -> WeekFigures:
    shown = WeekRoom(home, lambda some: about(home, some)).shown(week, brands)
    assert shown is not None
    return shown.figures


def again_of(home: Listening, figures: WeekFigures, brands: frozenset[str] | None = None) -> Row:
    book = Book(home.home / "ledger.db", figures.period, GROUND, up_to=figures.up_to, made_at=figures.made_at, brands=brands)
    return counted_again(book)


@pytest.fixture(scope="module")
def counted(home: Listening) -> dict[str, Row]:
    """The weeks without a report of their own, counted again; no wrong query of the product changes that."""
    return {week: again_of(home, figures_of(home, week)) for week in WEEKS[2:]}


@pytest.mark.parametrize("brands", BOTH, ids=str)
@pytest.mark.parametrize("week", WEEKS)
def test_every_number_of_the_report_is_in_the_ledger(home: Listening, week: str, brands: frozenset[str] | None) -> None:
    """A manager decides on these; a wrong one is worse than none. Of the whole house and of somebody of one brand, the first week too."""
    figures = figures_of(home, week, brands)
    assert sorted(differences(figures, again_of(home, figures, brands))) == []


def test_there_is_something_to_count_everywhere(home: Listening) -> None:
    """A recount of nothing agrees with everything: each number of the figures is more than 0 in one of the weeks."""
    largest: Counter[str] = Counter()
    for week in WEEKS[1:]:
        for place, value in numbers(figures_of(home, week)):
            largest[place] = max(largest[place], abs(value) > 0)
    assert {place for place, more in largest.items() if not more} == NEVER_HERE


def test_a_figure_that_nobody_counts_again_is_noticed(home: Listening) -> None:
    """Whoever adds a number to the report adds its recount: each field that is left out is missed, at every depth."""
    figures = figures_of(home, WEEKS[-1])
    again = again_of(home, figures)
    assert len(again) > 30
    for name in again:
        assert [*differences(figures, {key: value for key, value in again.items() if key != name})] == [f".{name} was not counted again"]
    for name, inner in again.items():
        for key in inner if is_dataclass(getattr(figures, name)) else ():
            thinner = {**again, name: {one: value for one, value in inner.items() if one != key}}
            assert [*differences(figures, thinner)] == [f".{name}.{key} was not counted again"]


def test_a_number_that_is_one_off_is_noticed(home: Listening) -> None:
    figures = figures_of(home, WEEKS[-1])
    again = again_of(home, figures)
    for field in fields(figures):
        value = getattr(figures, field.name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            changed: dict[str, Any] = {field.name: value + 1}
            assert [*differences(replace(figures, **changed), again)], field.name


def test_an_earlier_report_stays_as_it_was_and_later_ones_tell_what_came_in_since(home: Listening) -> None:
    assert figures_of(home, KEPT).up_to == KNOWN
    assert figures_of(home, WEEKS[-1]).late[KEPT] > 5


def test_what_waits_to_be_read_is_not_counted_and_is_told(home: Listening) -> None:
    """The last mention was not read yet: a report that counted past it would never tell of it."""
    figures = figures_of(home, WEEKS[-1])
    assert figures.up_to == MENTIONS - 1
    assert figures.made_at == NOW


MUTATIONS = [
    ("week_fact", "posted_at < $to_at", "posted_at <= $to_at"),  # Monday 00:00 belongs to the next week
    ("week_fact", "posted_at >= $from_at as now", "posted_at > $from_at as now"),
    ("week_fact", "day <= posted_at", "day < posted_at"),
    ("week_fact", "name = 'spam' and value = 'yes'", "name = 'spam' and value = 'no'"),
    ("week_fact", "and mention_id <= $up_to", "and mention_id < $up_to - 40"),
    ("week_totals", "now and not spam and directed and unnecessary", "now and not spam and directed and searched"),
    ("week_totals", "count(distinct person)", "count(person)"),
    ("week_totals", "count(distinct (person, day, issue_id)) filter (where now", "count(distinct (person, day)) filter (where now"),
    ("week_totals", "now and not spam and nameless", "now and nameless"),
    ("week_issues", "count(distinct (person, day)) filter (where now)", "count(*) filter (where now)"),
    ("week_issues", "and not spam", ""),
    ("week_remarks", "count(*) as mentions", "1 as mentions"),
    ("week_remarks", "now and not spam", "now"),
    ("week_days", "where not spam", ""),
    ("week_signs", "count(*) as mentions", "1 as mentions"),
    ("week_signs", "posted_at < $to_at", "posted_at < $to_at - interval 14 day"),
    ("week_late", "mention_id > $known", "mention_id > $known - 20"),
    ("week_late", "posted_at >= starts_at", "true"),
    ("week_written", "posted_at >= since_at", "posted_at > since_at - interval 2 day"),
    ("week_around", "mention_id not in (select mention_id from label where name = 'spam' and value = 'yes')", "true"),
    ("week_around", "count(distinct (person, floor(epoch(posted_at - $done_at) / 86400)))", "count(*)"),
    ("week_sources", "where now", "where now and not spam"),
    ("week_evidence", "when 'directed' then not spam and directed", "when 'directed' then directed"),
]


@pytest.mark.parametrize(("name", "old", "new"), MUTATIONS, ids=[f"{name}: {new or old}" for name, old, new in MUTATIONS])
def test_a_wrong_count_is_noticed(
    home: Listening, counted: dict[str, Row], monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str
) -> None:
    """A recount that agrees with everything would prove nothing: each of these queries, made wrong in one place, disagrees with it."""
    original = query

    def wrong(asked: str) -> str:
        text = original(asked)
        assert asked != name or old in text, f"{name} has no {old!r}"
        return text.replace(old, new, 1) if asked == name else text

    for room in ("moderation.insight.sql", "moderation.insight.week"):
        monkeypatch.setattr(f"{room}.query", wrong)
    assert any([*differences(figures_of(home, week), counted[week])] for week in reversed(counted))
