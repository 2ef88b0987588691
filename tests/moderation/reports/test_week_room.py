"""Reports read from the archive: nobody's words are kept in them, and each figure shows the very posts that it counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from listener.ledger.tables import mention
from listener.ledger.transactions import reading
from listener.model.mention import Removal
from listener.parts import Listening
from moderation.ledger.tables_report import week_report
from moderation.page_parts.scope import about
from moderation.reports.document_links import Links
from moderation.reports.week_html import week_html
from moderation.reports.week_markdown import week_markdown
from moderation.week_evidence import FIGURES, OF_ISSUE
from moderation.week_room import WeekRoom
from moderation.workflows.cases_behind import CASE_FIGURES
from moderation.workflows.load_wording import load_words
from tests.fakes.week_home import BRANDS, TEXTS, WEEKS, week_home

WEEK = WEEKS[-1]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    with week_home(tmp_path_factory.mktemp("room") / "home", now=datetime.fromisoformat("2026-04-06T15:00:00+00:00")) as opened:
        assert WeekRoom(opened).maker().once() == [WEEK]
        yield opened


@pytest.fixture
def room(shared: Listening) -> WeekRoom:
    return WeekRoom(shared, lambda brands: about(shared, brands))


def test_a_kept_report_holds_nobodys_words(shared: Listening) -> None:
    """What is kept for years must not have to be searched when somebody asks to be forgotten."""
    with reading(shared.ledger.engine) as tx:
        kept = json.dumps(tx.execute(select(week_report.c.figures)).scalar_one(), ensure_ascii=False)
    assert not [text for text in (*TEXTS, "Kwestie", "Naam", "/p1") if text in kept]


def test_no_handle_and_no_name_stands_in_a_report(room: WeekRoom, shared: Listening) -> None:
    """Customers stand under pseudonyms (RULES P27)."""
    with reading(shared.ledger.engine) as tx:
        names = set(tx.execute(select(mention.c.author_name)).scalars()) | set(tx.execute(select(mention.c.author_key)).scalars())
    names -= {""}
    assert len(names) > 20
    for brands in (None, frozenset({BRANDS[0]})):
        document = room.document(WEEK, "nl", brands)
        assert document is not None
        for form in (week_html(document, Links()), week_markdown(document, Links())):
            assert not [name for name in names if name in form]
            assert any(text in form.replace("\\", "") for text in TEXTS)  # it does quote


def test_each_figure_shows_the_posts_that_it_counted(room: WeekRoom) -> None:
    shown = room.shown(WEEK)
    assert shown is not None
    figures = shown.figures
    counts = {
        "all": figures.mentions, "spam": figures.spam, "directed": figures.directed, "unnecessary": figures.unneeded.text.did,
        "searched": figures.searched.text.did, "negative": figures.sentiments["negative"], "positive": figures.sentiments["positive"],
        "idea": figures.ideas.count, "compliment": figures.compliments.count, "loose": figures.unknown.loose,
        "before": figures.before_mentions, "nameless": figures.unknown.nameless, "language": figures.unknown.other_language,
    }  # fmt: skip
    assert set(counts) == set(FIGURES)
    counts |= {"ignored": figures.ignored.unanswered.did, "never": figures.ignored.no_case}
    for figure, count in counts.items():
        found = room.evidence(WEEK, figure, None, 1)
        assert found is not None
        assert (figure, found.total, len(found.quotes)) == (figure, count, min(50, count))
    for one in figures.issues:
        found = room.evidence(WEEK, f"issue-{one.issue_id}", None, 1)
        assert found is not None
        assert found.total == one.mentions


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_figure_has_words_for_what_it_shows(language: str) -> None:
    """A figure without words for its page would be a page that cannot be shown."""
    words = load_words(language, "report")
    assert [one for one in (*FIGURES, *OF_ISSUE, *CASE_FIGURES, "ignored", "never", "source") if f"which.{one}" not in words] == []


@pytest.mark.parametrize(
    "figure",
    [
        "cell",
        "cell-x",
        "waits-x",
        "source",
        "silent",
        "before-x",
        "closed-1",
        "issue-",
        "issue-x",
        "issue--1",
        "issue-１",
        "ISSUE-1",
        "all;drop table mention",
    ],
)
def test_a_figure_that_there_is_not_shows_nothing(room: WeekRoom, figure: str) -> None:
    assert room.evidence(WEEK, figure, None, 1) is None


def test_somebody_of_one_brand_sees_and_counts_nothing_of_another(room: WeekRoom) -> None:
    """The kept report is the whole house's; theirs is counted for them, and says so (RULES S3)."""
    whole, mine = room.shown(WEEK), room.shown(WEEK, frozenset({BRANDS[0]}))
    assert whole is not None
    assert mine is not None
    assert mine.recounted
    assert mine.figures.mentions < whole.figures.mentions
    assert mine.figures.coverage is None
    theirs, every = room.evidence(WEEK, "all", frozenset({BRANDS[0]}), 1), room.evidence(WEEK, "all", None, 1)
    assert theirs is not None
    assert every is not None
    assert theirs.total == mine.figures.mentions < every.total


def test_weeks_that_there_are_not_have_no_report(room: WeekRoom) -> None:
    for period in ("2026-W16", "2027-W53", "x", "2026-W9"):
        assert room.document(period, "nl") is None
    early = room.document("2026-W15", "en")
    assert early is not None
    assert "This week is not over" in week_markdown(early, Links())


def test_a_report_that_was_made_stays_and_a_removed_post_is_gone_from_it(tmp_path: Path) -> None:
    """Figures that were decided on do not move; the words of somebody who took them back do (RULES, retention)."""
    with week_home(tmp_path / "home", now=datetime.fromisoformat("2026-04-06T15:00:00+00:00")) as home:
        room = WeekRoom(home)
        room.maker().once()
        before = room.shown(WEEK)
        assert before is not None
        gone = before.figures.compliments.mention_ids
        (first, *_) = home.ledger.mentions.by_ids(gone)
        quoted = [one for one in gone if one in before.quotes]
        assert quoted
        keys = [one.mention.key for one in home.ledger.mentions.by_ids(gone)]
        removed = [Removal(platform=key.platform, realm=key.realm, native_id=key.native_id) for key in keys]
        home.ledger.mentions.remove(removed, source=first.mention.platform, at=home.clock.now())
        after = room.shown(WEEK)
        assert after is not None
        assert after.figures == before.figures
        assert not [one for one in gone if one in after.quotes]
