"""The analyser's memory is that of the ledger: filled whole or not at all, never ahead of it, and let go of when it is made anew."""

from __future__ import annotations

import gc
import weakref
from datetime import timedelta
from typing import Any

import pytest

from listener.errors import StoreFull, StoreLocked
from listener.insight.store import Insight
from listener.issues.analyst import Analyst
from listener.ledger.ledger import Ledger
from listener.model.analysis import AnalysisStep
from listener.model.issue import Signal
from tests.fakes.analysing import CountingEmbedder, analysis, post, run, store
from tests.fakes.complaints import START


def test_an_analyst_that_could_not_be_filled_is_filled_before_the_next_batch(
    ledger: Ledger, insight: Insight, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ledger that was busy for ten seconds: an empty one would take every old topic for a new one, until the next restart."""
    store(ledger, *(post(number, "de app laat me niet inloggen") for number in range(3)))
    run(analysis(ledger, insight, CountingEmbedder()))
    filled: list[int] = []
    restore = Analyst.restore

    def busy_at_first(self: Analyst, mentions: Any, **named: Any) -> None:
        filled.append(len(mentions))
        if len(filled) == 1:
            raise StoreLocked("the ledger is in use")
        restore(self, mentions, **named)

    monkeypatch.setattr(Analyst, "restore", busy_at_first)
    store(ledger, post(9, "de app laat me niet inloggen"))
    workflow = analysis(ledger, insight, CountingEmbedder())
    with pytest.raises(StoreLocked):
        workflow.once()
    run(workflow)
    assert filled == [3, 3]


def test_an_analyst_whose_regrouping_could_not_be_saved_is_filled_anew(
    ledger: Ledger, insight: Insight, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has made groups that the ledger knows nothing of, and would place what comes next in them."""
    workflow = analysis(ledger, insight, CountingEmbedder())
    store(ledger, *(post(number, "de app laat me niet inloggen") for number in range(3)))
    run(workflow)

    def full(_step: AnalysisStep) -> dict[int, int]:
        raise StoreFull("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(ledger.analyses, "save", full)
        with pytest.raises(StoreFull):
            workflow.regroup(START + timedelta(hours=1))
    filled: list[int] = []
    restore = Analyst.restore

    def listen(self: Analyst, mentions: Any, **named: Any) -> None:
        filled.append(len(mentions))
        restore(self, mentions, **named)

    monkeypatch.setattr(Analyst, "restore", listen)
    store(ledger, post(9, "de app laat me niet inloggen"))
    run(workflow)
    assert filled == [3]


def test_signals_about_a_whole_are_kept_from_the_analyser(ledger: Ledger, insight: Insight, monkeypatch: pytest.MonkeyPatch) -> None:
    """A running analyser never hears of them; one that was started again may not either, or it would decide otherwise."""
    store(ledger, *(post(number, "de app laat me niet inloggen") for number in range(3)))
    run(analysis(ledger, insight, CountingEmbedder()))
    facts: dict[str, Any] = {
        "issue_id": None,
        "at": START,
        "seen": 9,
        "usual": 1.0,
        "p_value": 1e-6,
        "window_hours": 1.0,
        "mention_ids": (),
    }
    kinds = ("volume", "silence", "copies")
    ledger.analyses.save(AnalysisStep(at=START, signals=tuple(Signal(kind=kind, about="Stroomwerk", **facts) for kind in kinds)))
    heard: list[str] = []
    restore = Analyst.restore

    def listen(self: Analyst, *given: Any, **named: Any) -> None:
        heard.extend(one.kind for one in named["signals"])
        restore(self, *given, **named)

    monkeypatch.setattr(Analyst, "restore", listen)
    store(ledger, post(9, "de app laat me niet inloggen"))
    run(analysis(ledger, insight, CountingEmbedder()))
    assert heard == ["copies"]


def test_a_window_that_is_let_go_needs_no_collector(ledger: Ledger, insight: Insight) -> None:
    """A service keeps its window out of the collector's sight: one held by a cycle of its own would stay in memory for ever."""
    workflow = analysis(ledger, insight, CountingEmbedder())
    store(ledger, *(post(n, f"klacht nummer {n} over de rekening") for n in range(40)))
    gc.collect()
    gc.disable()
    try:
        run(workflow)
        analyst = workflow._analysts.ready()
        vectors = [
            entry.vector.base if entry.vector.base is not None else entry.vector for entry in analyst._memory.window.snapshot().entries
        ]
        gone = [weakref.ref(one) for one in (analyst, analyst._memory, *vectors)]
        del analyst, vectors
        workflow.begin_anew()
        workflow._analysts.ready()
        assert [one() for one in gone] == [None] * len(gone)
    finally:
        gc.enable()


def test_a_service_keeps_its_window_out_of_the_collectors_sight(ledger: Ledger, insight: Insight) -> None:
    """A look at a month of mentions stops every page for more than a second; a command that ends soon changes nothing."""
    workflow = analysis(ledger, insight, CountingEmbedder())
    store(ledger, *(post(n, f"klacht nummer {n} over de rekening") for n in range(40)))
    run(workflow)
    assert gc.get_freeze_count() == 0
    gc.freeze()
    try:
        before = gc.get_freeze_count()
        workflow.begin_anew()
        workflow._analysts.ready()
        assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()
