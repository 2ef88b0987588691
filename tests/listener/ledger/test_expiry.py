"""Words that were kept long enough go; the message counts on, and nothing brings its words back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from listener.insight.store import Insight, open_insight
from listener.ledger import tables
from listener.ledger.check import damage_in
from listener.ledger.expiry import Cut, is_x
from listener.ledger.ledger import Ledger
from listener.model.mention import Author
from listener.progress import NoProgress
from listener.workflows.rebuild_insight import catch_up, rebuild_insight
from tests.listener.ledger.making import MODEL, NOON, add, analyse, contents, everything_on_disk, later, mention, removal, watched

SECRET = "Kanarie-9c1e-woont-op-nummer-7"
LONG_AGO = NOON - timedelta(days=100)
CUT = Cut(raw=NOON - timedelta(days=90), x=NOON - timedelta(days=30), whole=NOON - timedelta(days=730))


def _filled(ledger: Ledger) -> None:
    author = Author(platform="reddit", realm="reddit.com", native_id=f"id-{SECRET}", name=f"name-{SECRET}")
    old = mention("1", SECRET, title=f"title-{SECRET}", url=f"https://reddit.example/{SECRET}", author=author, posted_at=LONG_AGO)
    add(ledger, old, mention("2", "Al weer geen stroom", posted_at=LONG_AGO, author=author), at=LONG_AGO)
    add(ledger, mention("1", f"edited {SECRET}", edited_at=LONG_AGO + timedelta(minutes=1), author=author, posted_at=LONG_AGO), at=LONG_AGO)
    add(ledger, mention("3", "Nu pas geen stroom", author=author))
    analyse(ledger)


def _let_go(ledger: Ledger, cut: Cut = CUT) -> int:
    return sum(ledger.expiry.let_go(some, at=NOON).expired for some in ledger.expiry.due(cut))


def test_nothing_of_the_words_stays_in_the_tables_or_on_disk(ledger: Ledger, file: Path) -> None:
    """Every revision, title, name, id, address, fingerprint and vector: raw data is kept for so many days (RULES P23)."""
    _filled(ledger)
    ledger.mentions.quarantine(1, 1, "analyse", f"ValueError: {SECRET}")
    assert _let_go(ledger) == 2
    ledger.tidy()
    kept = contents(ledger)
    assert [row for row in kept["mention"] if SECRET in repr(row) and row[0] != 3] == []
    assert [row for name, rows in kept.items() if name != "mention" for row in rows if SECRET in repr(row)] == []
    assert len(kept["embedding"]) == 1, "that of the young one"
    assert f"title-{SECRET}".encode() not in everything_on_disk(file)
    assert damage_in(ledger.engine) == ""


def test_what_is_young_is_whole_and_twice_changes_nothing(ledger: Ledger) -> None:
    """A night that was cut off is gone on with, so everything may come twice."""
    _filled(ledger)
    _let_go(ledger)
    before = contents(ledger)
    assert (_let_go(ledger), ledger.expiry.count(CUT)) == (0, 0)
    assert contents(ledger) == before
    young = ledger.mentions.by_ids([3])[0]
    assert (young.mention.text, young.expired_at, young.mention.author is None) == ("Nu pas geen stroom", None, False)


def test_figures_do_not_move_when_words_go(ledger: Ledger, tmp_path: Path) -> None:
    """One author wrote all three: before and after, and in insight made anew, it is one person in one issue with three messages."""
    _filled(ledger)
    with open_insight(tmp_path / "insight.duckdb") as insight:
        catch_up(ledger, insight, model_id=MODEL)
        span = (LONG_AGO - timedelta(days=1), NOON)
        before = _figures(insight, *span)
        assert before[0][0].authors == 1
        _let_go(ledger)
        catch_up(ledger, insight, model_id=MODEL)
        assert insight.people_hidden()
        assert _figures(insight, *span) == before
        assert insight.rewrite()
        rebuilt = insight.count()
    assert SECRET.encode() not in (tmp_path / "insight.duckdb").read_bytes()
    with open_insight(None) as anew:
        assert rebuild_insight(ledger, anew, model_id=MODEL, progress=NoProgress()) == rebuilt == 3
        assert _figures(anew, *span) == before, "and made anew from the ledger"


def _figures(insight: Insight, *span: datetime) -> tuple[Any, ...]:
    from_at, as_of = span
    return (
        insight.issue_counts(from_at, as_of),
        insight.period_totals(from_at, as_of),
        insight.counts_by_issue(from_at, as_of, 24.0),
        insight.voices(from_at, as_of),
        insight.issue_signs(as_of),
    )


def test_neither_looking_back_nor_an_edit_nor_an_import_brings_words_back(ledger: Ledger) -> None:
    """The platform still shows it, so it will come again: as the same one, without a word."""
    _filled(ledger)
    _let_go(ledger)
    again = add(ledger, mention("1", f"edited once more {SECRET}", edited_at=later(5)), mention("2", "Al weer geen stroom"))
    assert (again.new, again.edited, again.unchanged) == (0, 0, 2)
    assert [one.mention.text for one in ledger.mentions.by_ids([1, 2])] == ["", ""]
    assert ledger.mentions.known([mention("1").key]) == {mention("1").key}, "nobody has to look it up"
    assert ledger.mentions.unanalysed(10) == []
    assert ledger.analyses.without_vector(MODEL, 10) == [], "and a new model asks for no words"


def test_what_its_author_takes_away_later_is_removed_as_ever(ledger: Ledger) -> None:
    """Its figures go too then (RULES F7)."""
    _filled(ledger)
    _let_go(ledger)
    add(ledger, removals=[removal("1")])
    assert ledger.mentions.by_ids([1]) == []
    assert ledger.mentions.count() == 2


def test_x_has_a_limit_of_its_own_however_a_file_spells_it(ledger: Ledger) -> None:
    """Thirty days, whatever the setting (RULES P5)."""
    came = NOON - timedelta(days=31)
    for number, platform in enumerate(("x", "Twitter / X", "reddit", "xing")):
        add(ledger, mention(str(number), platform=platform), at=came)
    add(ledger, mention("9", platform="x"), at=LONG_AGO)
    assert [len(some) for some in ledger.expiry.due(CUT)] == [1, 2], "each once, also one of X that is over both limits"
    assert _let_go(ledger) == 3
    assert [one.mention.platform for one in ledger.mentions.latest() if one.expired_at is not None] == ["x", "Twitter / X", "x"]
    assert not is_x("xing")


def test_what_is_held_stays_whole_and_is_seen_again_the_next_night(ledger: Ledger) -> None:
    """Work that goes on needs what was said."""
    _filled(ledger)

    def held(_tx: Connection, mention_ids: Sequence[int]) -> list[int]:
        return [2] if 2 in mention_ids else []

    done = [ledger.expiry.let_go(some, at=NOON, held=held) for some in ledger.expiry.due(CUT)]
    assert [(one.expired, one.held) for one in done] == [(1, 1)]
    assert ledger.mentions.by_ids([2])[0].mention.text == "Al weer geen stroom"
    assert list(ledger.expiry.due(CUT)) == [[2]]


def test_a_title_that_quotes_goes_and_one_of_phrases_stays(ledger: Ledger) -> None:
    """The beginning of somebody's text is their words; a phrase that several used is nobody's."""
    _filled(ledger)
    with ledger.engine.begin() as tx:
        tx.execute(tables.issue.update().values(title="Al weer geen stroom"))
        row = {"title": "slimme meter · storing", "title_by": "model", "created_at": NOON, "muted": False, "pinned": False}
        tx.execute(tables.issue.insert().values({**row, "merged_into": 1}))
    _let_go(ledger)
    with ledger.engine.connect() as tx:
        assert tx.execute(select(tables.issue.c.title).order_by(tables.issue.c.issue_id)).scalars().all() == ["…", "slimme meter · storing"]


def test_messages_older_than_figures_are_kept_count_no_longer(ledger: Ledger) -> None:
    """After 24 months only the key is left, which keeps it from being taken in as new."""
    _filled(ledger)
    cut = Cut(raw=NOON, x=NOON, whole=NOON - timedelta(days=99))
    _let_go(ledger, cut)
    assert ledger.expiry.uncounted(cut) == [1, 2]
    assert ledger.expiry.drop([1, 2], at=NOON) == 2
    assert (ledger.mentions.count(), ledger.expiry.uncounted(cut)) == (1, [])
    assert add(ledger, mention("1")).new == 0


@pytest.mark.parametrize("most", [1, 2, 500])
def test_due_ones_come_oldest_first_and_each_once(ledger: Ledger, most: int) -> None:
    """However many there are in a list."""
    _filled(ledger)
    assert [one for some in ledger.expiry.due(CUT, most=most) for one in some] == [1, 2]


def test_what_has_words_is_found_by_its_index(ledger: Ledger) -> None:
    """Most of an old home has none any more; a night that reads all of it for every page of a list never ends."""
    said: list[str] = []
    with watched(ledger, said.append):
        list(ledger.expiry.due(CUT))
    (query,) = [one for one in said if "ORDER BY mention.first_seen_at" in one]
    with ledger.engine.connect() as tx:
        plan = tx.exec_driver_sql(f"explain query plan {query}", ("2026-01-01", 500, 0)[: query.count("?")]).all()
    assert "ix_mention_with_text" in str(plan)
