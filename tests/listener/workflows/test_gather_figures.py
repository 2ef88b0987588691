"""The figures behind every page and digest, from a real ledger and a real insight."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from listener.insight.store import Insight
from listener.ledger.ledger import Ledger
from listener.model.analysis import AnalysisStep
from listener.model.figures import DigestFigures
from listener.model.issue import IssueState, Signal
from listener.settings.schema import ListenerSettings
from listener.workflows.gather_figures import bucket_hours_for, gather_figures, issue_detail, learning_day, list_issues
from listener.workflows.rebuild_insight import catch_up

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MODEL = "by-hand"
KEY = b"a key of this home"
Tell = Callable[..., list[int]]
NewIssue = Callable[..., int]


def raise_signal(ledger: Ledger, issue_id: int, *, hours_ago: float, seen: int = 9) -> None:
    signal = Signal(
        kind="burst",
        issue_id=issue_id,
        at=NOON - timedelta(hours=hours_ago),
        seen=seen,
        usual=0.5,
        p_value=1e-8,
        window_hours=12.0,
        mention_ids=(1,),
    )
    ledger.analyses.save(AnalysisStep(at=NOON, signals=(signal,)))


@pytest.fixture
def digest(ledger: Ledger, insight: Insight) -> Callable[..., DigestFigures]:
    def gather(*, days: float = 1.0, most_issues: int = 8, as_of: datetime = NOON) -> DigestFigures:
        catch_up(ledger, insight, model_id=MODEL)
        settings = ListenerSettings.model_validate({"digest": {"most_issues": most_issues}})
        return gather_figures(
            ledger,
            insight,
            brand="Stroomwerk",
            from_at=as_of - timedelta(days=days),
            as_of=as_of,
            settings=settings,
            pseudonym_key=KEY,
        )

    return gather


def test_issues_come_with_what_matters_first(ledger: Ledger, insight: Insight, tell: Tell, new_issue: NewIssue) -> None:
    """A new issue of five mentions matters more this morning than an old one of fifty."""
    steady, new, quiet = new_issue("Lang in de wacht"), new_issue("Inloggen", hours_ago=6), new_issue("Oude klacht")
    tell(*[hour * 6.0 for hour in range(1, 50)], issue_id=steady)
    tell(1, 2, 3, 4, 5, issue_id=new)
    tell(*[24 * 10.0 + hour for hour in range(60)], issue_id=quiet)
    catch_up(ledger, insight, model_id=MODEL)
    issues = list_issues(ledger, insight, as_of=NOON)
    assert [one.issue_id for one in issues] == [new, steady, quiet]
    assert [one.state for one in issues] == [IssueState.NEW, IssueState.STEADY, IssueState.QUIET]
    assert [sum(one.trend) for one in issues] == [one.period_mentions for one in issues]
    assert {len(one.trend) for one in issues} == {14}


def test_an_issue_carries_its_figures_and_its_latest_signal(ledger: Ledger, insight: Insight, tell: Tell, new_issue: NewIssue) -> None:
    login = new_issue("Inloggen", hours_ago=50)
    ids = tell(1, 2, 30, issue_id=login)
    tell(3, issue_id=login, copies_of=ids[0], platform="reddit", author=None)
    raise_signal(ledger, login, hours_ago=20, seen=5)
    raise_signal(ledger, login, hours_ago=2, seen=9)
    catch_up(ledger, insight, model_id=MODEL)
    [figures] = list_issues(ledger, insight, as_of=NOON, period_days=1)
    assert (figures.mentions, figures.authors, figures.cards, figures.nameless) == (4, 4, 3, 1)
    assert (figures.period_mentions, figures.before_mentions) == (3, 1)
    assert (figures.platforms, figures.languages, figures.brands) == (("forum", "reddit"), ("nl",), ("Stroomwerk",))
    assert figures.signal is not None
    assert figures.signal.seen == 9
    [back_then] = list_issues(ledger, insight, as_of=NOON - timedelta(hours=10), period_days=1)
    assert back_then.signal is not None
    assert (back_then.mentions, back_then.signal.seen) == (1, 5)


def test_a_page_of_one_issue_shows_its_texts_under_pseudonyms(ledger: Ledger, insight: Insight, tell: Tell, new_issue: NewIssue) -> None:
    """Reports and issue pages never show who wrote something (RULES P27)."""
    login = new_issue("Inloggen")
    ids = tell(1, 2, 3, issue_id=login)
    tell(1.5, issue_id=login, copies_of=ids[1])
    catch_up(ledger, insight, model_id=MODEL)
    detail = issue_detail(ledger, insight, login, as_of=NOON, pseudonym_key=KEY)
    assert detail is not None
    assert [one.mention_id for one in detail.mentions] == ids
    assert detail.copies == (0, 1, 0)
    assert detail.cards == 3
    assert len(detail.figures.quotes) == 3
    assert not any("person-" in one.author for one in (*detail.mentions, *detail.figures.quotes))
    second_page = issue_detail(ledger, insight, login, as_of=NOON, pseudonym_key=KEY, skip=2, most=2)
    assert second_page is not None
    assert [one.mention_id for one in second_page.mentions] == [ids[2]]


def test_an_unknown_or_merged_issue_has_no_page(ledger: Ledger, insight: Insight, tell: Tell, new_issue: NewIssue) -> None:
    login, outage = new_issue("Inloggen"), new_issue("Storing")
    tell(1, issue_id=login)
    tell(1, issue_id=outage)
    ledger.issues.merge(login, outage, by="anna", at=NOON)
    catch_up(ledger, insight, model_id=MODEL)
    assert issue_detail(ledger, insight, login, as_of=NOON, pseudonym_key=KEY) is None
    assert issue_detail(ledger, insight, 999, as_of=NOON, pseudonym_key=KEY) is None


def test_a_digest_puts_each_issue_in_one_section(
    ledger: Ledger, tell: Tell, new_issue: NewIssue, digest: Callable[..., DigestFigures]
) -> None:
    new, growing, steady = new_issue("Inloggen", hours_ago=5), new_issue("Storing"), new_issue("Wachttijd")
    fading, gone, muted = new_issue("Meter"), new_issue("Rekening"), new_issue("Reclame")
    tell(1, 2, 3, issue_id=new)
    tell(*range(1, 30), *[24.0 * day for day in range(3, 10)], issue_id=growing)
    tell(*[hour * 8.0 for hour in range(1, 40)], issue_id=steady)
    tell(20, *[24.0 * day + hour for day in range(3, 6) for hour in range(20)], issue_id=fading)
    tell(*[24.0 * 1.5 + hour for hour in range(10)], issue_id=gone)
    tell(1, 2, issue_id=muted)
    raise_signal(ledger, fading, hours_ago=100)
    ledger.issues.mute(muted, muted=True, by="anna", at=NOON)
    figures = digest()
    sections = {name: {one.issue_id for one in getattr(figures, name)} for name in ("new", "growing", "steady", "fading")}
    assert sections == {"new": {new}, "growing": {growing}, "steady": {steady}, "fading": {fading, gone}}
    assert all(len(one.quotes) == 2 for one in figures.new)


def test_totals_are_of_the_period_and_nothing_is_summed_over_hours(tell: Tell, digest: Callable[..., DigestFigures]) -> None:
    tell(1, 5, 9, author="anna")
    tell(2, 3, author=None)
    tell(30)
    figures = digest()
    assert (figures.mentions, figures.authors, figures.loose, figures.nameless) == (5, 3, 5, 2)


def test_signals_about_a_whole_are_those_of_the_period(ledger: Ledger, tell: Tell, digest: Callable[..., DigestFigures]) -> None:
    tell(1.0)
    facts = {"issue_id": None, "seen": 0, "usual": 9.0, "p_value": 1e-4, "window_hours": 20.0, "mention_ids": ()}
    for kind, hours in (("volume", 2.0), ("silence", 5.0), ("silence", 400.0), ("copies", 3.0)):
        one = Signal(kind=kind, at=NOON - timedelta(hours=hours), about=f"{kind} {hours}", **facts)  # type: ignore[arg-type]  # one dict for all
        ledger.analyses.save(AnalysisStep(at=NOON, signals=(one,)))
    assert [one.about for one in digest().whole] == ["silence 5.0", "volume 2.0"]


def test_ideas_and_compliments_have_their_own_sections(tell: Tell, digest: Callable[..., DigestFigures]) -> None:
    tell(1, 2, labels=("idea",), text="maak een kaart van storingen")
    tell(3, labels=("idea", "spam"))
    tell(4, labels=("compliment",), text="snel geholpen")
    figures = digest()
    assert (figures.idea_count, len(figures.ideas), figures.compliment_count) == (2, 2, 1)
    assert figures.compliments[0].text.startswith("snel geholpen")


def test_what_may_only_be_linked_leaves_without_text_and_last(
    tell: Tell, new_issue: NewIssue, digest: Callable[..., DigestFigures]
) -> None:
    """RULES, Quotes: X posts appear as a link; a digest of only such links would say nothing, so others go first."""
    login = new_issue("Inloggen", hours_ago=5)
    tell(1, 2, 3, issue_id=login, platform="x", labels=("idea",))
    tell(4, issue_id=login, text="op het forum", labels=("idea",))
    figures = digest()
    assert [(one.platform, bool(one.text)) for one in figures.new[0].quotes] == [("forum", True), ("x", False)]
    assert ([one.platform for one in figures.ideas], figures.idea_count) == (["forum"], 4)


def test_where_there_is_nothing_but_links_the_links_are_given(tell: Tell, digest: Callable[..., DigestFigures]) -> None:
    tell(1, 2, platform="x", labels=("compliment",))
    assert [(one.platform, one.text) for one in digest().compliments] == [("x", ""), ("x", "")]


def test_quotes_of_one_issue_come_from_different_people(tell: Tell, new_issue: NewIssue, digest: Callable[..., DigestFigures]) -> None:
    login = new_issue("Inloggen", hours_ago=5)
    tell(1, 2, 3, issue_id=login, author="anna")
    tell(4, issue_id=login, author="bo", toward=1.0)
    quotes = digest().new[0].quotes
    assert len({one.author for one in quotes}) == 2


def test_a_full_section_says_what_it_left_out(tell: Tell, new_issue: NewIssue, digest: Callable[..., DigestFigures]) -> None:
    for number in range(5):
        tell(1, 2, issue_id=new_issue(f"Kwestie {number}", hours_ago=5))
    figures = digest(most_issues=3)
    assert (len(figures.new), figures.left_out) == (3, 2)


def test_coverage_stands_in_every_digest(ledger: Ledger, tell: Tell, digest: Callable[..., DigestFigures]) -> None:
    tell(1)
    ledger.sources.note_ok("forum", at=NOON - timedelta(hours=1), new=1, seen=1)
    [line] = digest().coverage
    assert (line.source, line.state, line.mentions, line.lag_seconds) == ("forum", "ok", 1, 3600.0)


def test_learning_days_are_counted_from_the_first_mention(tell: Tell, digest: Callable[..., DigestFigures]) -> None:
    assert learning_day(None, NOON, 7) == 1
    assert [learning_day(NOON - DAY * days, NOON, 7) for days in (0.2, 1.5, 6.9, 7.0)] == [1, 2, 7, None]
    tell(30)
    assert digest().learning_day == 2


def test_trends_have_between_a_dozen_and_three_dozen_counts() -> None:
    assert {days: bucket_hours_for(DAY * days) for days in (1, 3, 7, 14, 28)} == {1: 1.0, 3: 2.0, 7: 6.0, 14: 24.0, 28: 24.0}
