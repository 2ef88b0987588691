"""Every number of the weekly report, counted again straight from the ledger by code that shares nothing with the code that made it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from listener.parts import Listening
from moderation.insight.sql import query
from moderation.ledger.actions import ActionLedger
from moderation.model.week_report import Part, WeekFigures
from moderation.page_parts.scope import about
from moderation.week_room import WeekRoom
from tests.fakes.week_home import BRANDS, MENTIONS, NOW, WEEKS, week_home
from tests.moderation.reports.recount import Recount, at

BOTH = (None, frozenset({BRANDS[1]}))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """Four weeks in which a lot happened; nothing here changes them."""
    with week_home(tmp_path_factory.mktemp("week") / "home") as opened:
        yield opened


@pytest.fixture(scope="module", params=[(week, brands) for week in WEEKS[1:] for brands in BOTH], ids=str)
def counted(request: pytest.FixtureRequest, home: Listening) -> tuple[WeekFigures, Recount]:
    """One week as the report has it, and as it is counted again: of the whole house, and of one brand."""
    week, brands = request.param
    shown = WeekRoom(home, lambda some: about(home, some)).shown(week, brands)
    assert shown is not None
    return shown.figures, Recount(home.home / "ledger.db", week, up_to=shown.figures.up_to, brands=brands)


def as_share(part: Part) -> object:
    return pytest.approx((part.did, part.of, part.low, part.high), abs=1e-9)


Counted = tuple[WeekFigures, Recount]


def test_totals(counted: Counted) -> None:
    figures, again = counted
    expected = again.totals()
    assert expected["mentions"] > 10
    assert {name: getattr(figures, name) for name in expected} | {"days": list(figures.days)} == expected


def test_issues(counted: Counted) -> None:
    figures, again = counted
    expected = again.issues()
    assert {one.issue_id for one in figures.issues} == set(expected)
    for one in figures.issues:
        told = {name: getattr(one, name) for name in ("contacts", "before", "people", "mentions")}
        assert told == {name: value for name, value in expected[one.issue_id].items() if name != "negative"}
        assert as_share(one.negative) == expected[one.issue_id]["negative"]
    assert [one.contacts for one in figures.issues] == sorted((one["contacts"] for one in expected.values()), reverse=True)


def test_both_percentages_from_text_marks_and_feedback(counted: Counted) -> None:
    figures, again = counted
    expected = again.percentages()
    assert as_share(figures.unneeded.text) == expected["unneeded"]
    assert as_share(figures.searched.text) == expected["searched"]
    assert as_share(figures.unneeded.marks) == expected["marks"]
    assert figures.unneeded.unsure == expected["unsure"]
    assert as_share(figures.unneeded.feedback) == expected["avoidable"]
    assert as_share(figures.searched.feedback) == expected["asked_searched"]


def test_feedback_and_reviews(counted: Counted) -> None:
    figures, again = counted
    expected = again.feedback()
    for name in ("answered", "within", "bare"):
        assert as_share(getattr(figures.feedback, name)) == expected[name]
    n, mean = expected["satisfaction"]
    assert figures.feedback.satisfaction.n == n
    assert figures.feedback.satisfaction.value == (None if mean is None else pytest.approx(mean))


def test_value_of_conversations(counted: Counted) -> None:
    figures, again = counted
    expected = again.value()
    for name, value in expected.items():
        told = getattr(figures.value, name)
        assert (as_share(told) if isinstance(told, Part) else told) == value, name


def test_what_was_left(counted: Counted) -> None:
    figures, again = counted
    waits, none = again.ignored()
    assert (figures.ignored.unanswered.did, figures.ignored.no_case) == (waits, none)
    assert figures.ignored.unanswered.of == figures.directed


def test_ideas_and_compliments(counted: Counted) -> None:
    figures, again = counted
    for name, remarks in (("idea", figures.ideas), ("compliment", figures.compliments)):
        expected = again.remarks(name)
        assert {"count": remarks.count, "loose": remarks.loose, "issues": dict(remarks.issues)} == expected


def test_what_is_not_known(counted: Counted) -> None:
    figures, again = counted
    expected = again.unknown()
    assert {name: getattr(figures.unknown, name) for name in expected} == expected


@pytest.mark.parametrize("week", WEEKS[1:])
def test_sources_and_promises_of_the_whole_house(home: Listening, week: str) -> None:
    shown = WeekRoom(home).shown(week)
    assert shown is not None
    figures, again = shown.figures, Recount(home.home / "ledger.db", week, up_to=shown.figures.up_to)
    assert {one.source: (one.mentions, one.gaps, one.skips) for one in figures.coverage or ()} == again.sources()
    kept = {None: "open", True: "kept", False: "broken"}
    assert sorted(kept[one.kept] for one in figures.promises) == sorted(again.promises().elements())


@pytest.mark.parametrize("week", WEEKS[1:])
def test_contacts_before_and_after_an_action(home: Listening, week: str) -> None:
    """A merged issue's action counts the contacts of the issue that it was merged into."""
    shown = WeekRoom(home).shown(week)
    assert shown is not None
    again = Recount(home.home / "ledger.db", week, up_to=shown.figures.up_to)
    done = [one for one in shown.figures.actions if one.state == "done"]
    issue_of = {one.action_id: one.issue_id for one in ActionLedger(home.ledger.engine).all()}
    for one in done:
        assert one.closed_at is not None
        issue_id = 2 if issue_of[one.action_id] == 7 else issue_of[one.action_id]
        before, after = again.around(issue_id, one.closed_at, 4)
        oldest = min(at(row["posted_at"]) for row in again.all)
        assert one.before_weeks == min(4, max(0, (one.closed_at - oldest) // timedelta(weeks=1)))
        assert one.after_weeks == min(4, (again.ends - one.closed_at) // timedelta(weeks=1))
        assert one.before == (sum(before[: one.before_weeks]) / one.before_weeks if one.before_weeks else None)
        assert one.after == (sum(after[: one.after_weeks]) / one.after_weeks if one.after_weeks else None)


def test_what_waits_to_be_read_is_not_counted_and_is_told(home: Listening) -> None:
    """The last mention was not read yet: a report that counted past it would never tell of it."""
    shown = WeekRoom(home).shown(WEEKS[-1])
    assert shown is not None
    assert shown.figures.up_to == MENTIONS - 1
    assert shown.figures.made_at == NOW


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
    ("week_evidence", "when 'directed' then not spam and directed", "when 'directed' then directed"),
]


@pytest.mark.parametrize(("name", "old", "new"), MUTATIONS, ids=[f"{name}: {new or old}" for name, old, new in MUTATIONS])
def test_a_wrong_count_is_noticed(home: Listening, monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str) -> None:
    """A recount that agrees with everything would prove nothing: each of these queries, made wrong in one place, disagrees with it."""
    original = query

    def wrong(asked: str) -> str:
        text = original(asked)
        assert asked != name or old in text, f"{name} has no {old!r}"
        return text.replace(old, new, 1) if asked == name else text

    for room in ("moderation.insight.sql", "moderation.insight.week"):
        monkeypatch.setattr(f"{room}.query", wrong)
    differs = 0
    for week in WEEKS[1:]:
        shown = WeekRoom(home).shown(week)
        assert shown is not None
        counted = shown.figures, Recount(home.home / "ledger.db", week, up_to=shown.figures.up_to)
        for check in (test_totals, test_issues, test_both_percentages_from_text_marks_and_feedback, test_what_was_left,
                      test_ideas_and_compliments, test_what_is_not_known):  # fmt: skip
            try:
                check(counted)
            except AssertionError:
                differs += 1
    assert differs
