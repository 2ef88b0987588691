"""Insight is a copy: it follows the ledger, and thrown away it comes back the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from listener.insight.store import Insight, open_insight
from listener.ledger.ledger import Ledger
from listener.model.analysis import AnalysisStep, NewEmbedding
from listener.model.mention import Removal
from listener.model.plain import plain
from listener.progress import NoProgress
from listener.workflows.gather_figures import list_issues
from listener.workflows.rebuild_insight import catch_up, rebuild_insight

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MODEL = "by-hand"
Tell = Callable[..., list[int]]


class CountedProgress(NoProgress):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.total: int | None = None
        self.done = 0

    def start(self, what: str, total: int | None) -> None:
        self.total = total

    def advance(self, done: int = 1) -> None:
        self.done += done


def test_catching_up_applies_only_what_is_new(ledger: Ledger, insight: Insight, tell: Tell, new_issue: Callable[..., int]) -> None:
    """It runs after every batch; it must not read history again each time."""
    login = new_issue("Inloggen")
    tell(1, 2, issue_id=login)
    assert catch_up(ledger, insight, model_id=MODEL) == 2
    assert catch_up(ledger, insight, model_id=MODEL) == 0
    tell(3, issue_id=login)
    assert catch_up(ledger, insight, model_id=MODEL) == 1
    assert insight.count() == 3


def test_a_person_moving_or_merging_shows_after_catching_up(
    ledger: Ledger, insight: Insight, tell: Tell, new_issue: Callable[..., int]
) -> None:
    login, outage = new_issue("Inloggen"), new_issue("Storing")
    [first, _] = tell(1, 2, issue_id=login)
    tell(3, issue_id=outage)
    ledger.issues.move(first, outage, by="anna", at=NOON)
    catch_up(ledger, insight, model_id=MODEL)
    assert {one.issue_id: one.mentions for one in list_issues(ledger, insight, as_of=NOON)} == {login: 1, outage: 2}
    ledger.issues.merge(login, outage, by="anna", at=NOON)
    catch_up(ledger, insight, model_id=MODEL)
    assert {one.issue_id: one.mentions for one in list_issues(ledger, insight, as_of=NOON)} == {outage: 3}


def test_a_removed_mention_is_gone_after_catching_up(ledger: Ledger, insight: Insight, tell: Tell, new_issue: Callable[..., int]) -> None:
    """Deletion reaches every copy (RULES F7)."""
    login = new_issue("Inloggen")
    tell(1, 2, issue_id=login)
    catch_up(ledger, insight, model_id=MODEL)
    ledger.mentions.remove([Removal(platform="forum", realm="r.example", native_id="m1")], source="forum", at=NOON)
    catch_up(ledger, insight, model_id=MODEL)
    [figures] = list_issues(ledger, insight, as_of=NOON)
    assert (figures.mentions, insight.count()) == (1, 1)


def test_a_rebuilt_insight_gives_equal_issues(
    ledger: Ledger, insight: Insight, tell: Tell, new_issue: Callable[..., int], tmp_path: Path
) -> None:
    """The promise of `klankbord rebuild`: the file may be deleted, the answers stay, and no text is encoded."""
    login, outage = new_issue("Inloggen"), new_issue("Storing", hours_ago=10)
    ids = tell(*range(1, 60), issue_id=login, author="anna")
    tell(5, 6, issue_id=login, copies_of=ids[0], author=None)
    tell(*range(1, 9), issue_id=outage, platform="reddit", labels=("idea",))
    catch_up(ledger, insight, model_id=MODEL)
    ledger.issues.move(ids[3], outage, by="anna", at=NOON)
    ledger.mentions.remove([Removal(platform="forum", realm="r.example", native_id="m2")], source="forum", at=NOON)
    catch_up(ledger, insight, model_id=MODEL)
    before = plain(list_issues(ledger, insight, as_of=NOON))
    progress = CountedProgress()
    with open_insight(tmp_path / "other.duckdb") as other:
        rebuilt = rebuild_insight(ledger, other, model_id=MODEL, progress=progress)
        assert plain(list_issues(ledger, other, as_of=NOON)) == before
    assert rebuilt == insight.count() == progress.total == progress.done == 68
    assert rebuild_insight(ledger, insight, model_id=MODEL, progress=progress) == 68
    assert plain(list_issues(ledger, insight, as_of=NOON)) == before


def test_vectors_of_another_model_are_not_mixed(ledger: Ledger, insight: Insight, tell: Tell) -> None:
    """Two models' vectors cannot be compared, and are not even of one length."""
    [one, two] = tell(1, 2)
    catch_up(ledger, insight, model_id=MODEL)
    longer = np.ones(3, dtype=np.float32) / np.sqrt(3).astype(np.float32)
    vectors = tuple(NewEmbedding(text_hash=f"hash-{at}", model="other", vector=longer) for at in (one, two))
    ledger.analyses.save(AnalysisStep(at=NOON, embeddings=vectors))
    catch_up(ledger, insight, model_id="other")
    assert (insight.count(), insight.applied_model()) == (2, "other")
    assert [mention_id for mention_id, _ in insight.nearest(one, 5)] == [two]


def test_a_ledger_put_back_from_a_backup_makes_insight_start_again(ledger: Ledger, insight: Insight, tell: Tell) -> None:
    """An insight that knows more than the ledger would show mentions nobody has."""
    tell(1, 2)
    catch_up(ledger, insight, model_id=MODEL)
    insight.apply([], [], insight.applied_seq() + 50, model_id=MODEL)
    assert catch_up(ledger, insight, model_id=MODEL) == 2
    assert insight.applied_seq() == ledger.analyses.last_seq()
