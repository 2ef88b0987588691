"""A large backlog is scanned first and read in full afterwards: nothing is lost, numbers stay, and people are told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from listener.bootstrap import new_analysis
from listener.clock import ManualClock
from listener.embedding.hashed import HashedEmbedder
from listener.insight.store import Insight
from listener.ledger.ledger import Ledger
from listener.settings.schema import ListenerSettings
from listener.workflows.analyse_mentions import AnalyseMentions
from listener.workflows.read_quickly import QuickReading, is_quick, last_quick_read
from tests.fakes.complaints import START, complaint, kept

SETTINGS = ListenerSettings.model_validate({"detection": {"regroup_every": 40, "min_authors": 3}})
BATCH = 16
FULL = HashedEmbedder(64)


def process(ledger: Ledger, insight: Insight | None, folder: Path, above: int) -> AnalyseMentions:
    """A fresh process on the ledger, as after a start."""
    quick = QuickReading(ledger=ledger, embedder=FULL, folder=folder, above=above, clock=ManualClock(START))
    return new_analysis(SETTINGS, ledger, insight, FULL, batch_size=BATCH, open_earlier=quick.open, quick=quick)


def store(ledger: Ledger, numbers: range) -> None:
    ledger.mentions.add_page(kept(*(complaint(number) for number in numbers)), source="forum", next_cursor=None, at=START)


def run(workflow: AnalyseMentions) -> list[str]:
    """Let everything be read; return the model that served at each step."""
    served = []
    more = True
    while more:
        more = workflow.once().more
        served.append(workflow.model_id)
    return served


def test_a_backlog_above_the_threshold_is_scanned_first_and_then_read_in_full(ledger: Ledger, insight: Insight, tmp_path: Path) -> None:
    store(ledger, range(120))
    served = run(process(ledger, insight, tmp_path, above=60))
    scanned = [is_quick(model) for model in served]
    assert scanned[0], "the first batch is already scanned"
    assert not scanned[-1]
    assert scanned == sorted(scanned, reverse=True), "there and back once"
    assert ledger.analyses.analysed_count() == 120
    assert ledger.analyses.without_vector(FULL.model_id, 1) == []
    assert set(ledger.analyses.models()) == {FULL.model_id}, "what was only good for scanning is gone"
    assert list(tmp_path.glob("quick-*")) == []


@pytest.mark.parametrize("above", [0, 120, 500])
def test_a_smaller_backlog_is_read_in_full_at_once(ledger: Ledger, tmp_path: Path, above: int) -> None:
    store(ledger, range(120))
    assert set(run(process(ledger, None, tmp_path, above=above))) == {FULL.model_id}
    assert last_quick_read(ledger) is None


def test_numbers_and_corrections_outlive_the_scan(ledger: Ledger, insight: Insight, tmp_path: Path) -> None:
    store(ledger, range(60))
    before = process(ledger, insight, tmp_path, above=0)
    run(before)
    before.regroup(START + timedelta(days=4))
    issue = ledger.issues.all()[0].issue_id
    ledger.issues.rename(issue, "Dubbele incasso", by="anna", at=START)
    numbers = {one.issue_id for one in ledger.issues.all()}
    store(ledger, range(60, 180))
    run(process(ledger, insight, tmp_path, above=100))
    after = {one.issue_id: one for one in ledger.issues.all(include_merged=True)}
    assert after[issue].title == "Dubbele incasso"
    assert numbers <= set(after)


def test_a_process_killed_while_scanning_goes_on_scanning_and_loses_nothing(ledger: Ledger, tmp_path: Path) -> None:
    store(ledger, range(120))
    killed = process(ledger, None, tmp_path, above=60)
    for _ in range(3):
        killed.once()
    assert is_quick(killed.model_id)
    served = run(process(ledger, None, tmp_path, above=60))
    assert is_quick(served[0])
    assert served[-1] == FULL.model_id
    assert ledger.analyses.analysed_count() == 120


def test_when_the_static_model_is_gone_the_full_one_reads_everything(ledger: Ledger, tmp_path: Path) -> None:
    """Somebody cleans up `models/` while it serves: what waits must neither be lost nor keep the service spinning."""
    store(ledger, range(120))
    workflow = process(ledger, None, tmp_path, above=60)
    for _ in range(3):
        workflow.once()
    workflow.close()
    for file in tmp_path.glob("quick-*"):
        file.unlink()
    again = process(ledger, None, tmp_path, above=60)
    for _ in range(60):
        if not again.once().more:
            break
    assert again.model_id == FULL.model_id
    assert ledger.analyses.analysed_count() == 120


def test_when_the_scan_began_and_ended_is_kept_for_the_digest(ledger: Ledger, tmp_path: Path) -> None:
    store(ledger, range(120))
    workflow = process(ledger, None, tmp_path, above=60)
    workflow.once()
    going_on = last_quick_read(ledger)
    assert going_on is not None
    assert (going_on.mentions, going_on.until) == (120, None)
    run(workflow)
    over = last_quick_read(ledger)
    assert over is not None
    assert over.until == START
