"""The filled home is one the product could have made: whole, and its search and insight are what following the ledger gives."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from listener.insight.store import open_insight
from listener.ledger.ledger import open_ledger
from listener.model.search import Within
from listener.search.store import open_search
from listener.text.searching import terms_of
from listener.workflows.keep_search import keep_search
from listener.workflows.rebuild_insight import catch_up
from moderation.ledger.cases import CaseLedger
from tests.bench.inbox_home import MODEL, fill

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def test_a_filled_home_is_whole_and_follows_its_ledger(tmp_path: Path) -> None:
    filled = fill(tmp_path / "home", mentions=600, cases=40, issues=7, now=NOW)
    assert (filled.mentions, filled.cases, filled.texts) == (600, 40, 480)
    with open_ledger(f"sqlite:///{tmp_path / 'home' / 'ledger.db'}") as ledger:
        ledger.check()
        assert ledger.mentions.count() == 600
        assert len(CaseLedger(ledger.engine).rows()) == 32  # eight of forty are answered or closed
        assert not ledger.analyses.without_vector_count(MODEL)
        with open_search(tmp_path / "home" / "search") as search, open_search(tmp_path / "again") as again:
            assert not keep_search(ledger, search, model_id=MODEL)
            while keep_search(ledger, again, model_id=MODEL):
                pass
            for typed in ("stroom", '"dubbele incasso"', "klantnummer 77", "monteur stroomwerk"):
                for within in (Within(), Within(brand="Zoemvolt", in_issue=True), Within(platform="mail", language="en")):
                    found = [one.matching(terms_of(typed), within, 700).tolist() for one in (search, again)]
                    assert found[0] == found[1], (typed, within)
            _, vectors = ledger.analyses.vectors_of([77], MODEL)
            assert search.nearest(vectors[0], Within(), 20).tolist() == again.nearest(vectors[0], Within(), 20).tolist()
            assert search.nearest(vectors[0], Within(), 20)[0] == 77
        with open_insight(tmp_path / "home" / "insight.duckdb") as insight, open_insight(None) as derived:
            catch_up(ledger, derived, model_id=MODEL)
            assert insight.issue_counts(datetime(2026, 1, 1, tzinfo=UTC), NOW) == derived.issue_counts(
                datetime(2026, 1, 1, tzinfo=UTC), NOW
            )


def test_a_home_that_is_used_is_never_filled(tmp_path: Path) -> None:
    fill(tmp_path / "home", mentions=10, cases=1, parts=(), now=NOW)
    with pytest.raises(ValueError, match="holds mentions already"):
        fill(tmp_path / "home", mentions=10, cases=1, parts=(), now=NOW)
