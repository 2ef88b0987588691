"""Bring insight up to date with the ledger, or derive it again from nothing; texts are never encoded here, vectors are copied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from listener.insight.store import Insight
from listener.ledger.ledger import Ledger
from listener.model.analysis import AnalysedMention
from listener.ports import Progress
from listener.progress import NoProgress

MOST_CHANGES = 2_000
"""Changes applied in one transaction: enough to be fast, few enough to fit in memory with their vectors."""


def catch_up(ledger: Ledger, insight: Insight, *, model_id: str) -> int:
    """Apply what changed in the ledger since the last time and return how many facts were written or dropped.

    When the copy holds vectors of another model, they are replaced all at once, and counts stay readable meanwhile. When it is ahead of
    the ledger (a restored backup), it starts again from nothing.
    """
    _hide_people(ledger, insight)
    applied = insight.applied_seq()
    if applied and ledger.analyses.last_seq() < applied:
        insight.clear()
    elif applied and insight.applied_model() != model_id:
        insight.replace_vectors(_in_batches(ledger, applied, model_id), model_id=model_id)
    return _apply_new(ledger, insight, model_id, NoProgress())


def rebuild_insight(ledger: Ledger, insight: Insight, *, model_id: str, progress: Progress) -> int:
    """Clear insight, apply every change again, and return the number of mentions it holds. Encodes nothing."""
    insight.clear()
    _hide_people(ledger, insight)
    progress.start("Rebuilding insight", ledger.analyses.analysed_count())
    _apply_new(ledger, insight, model_id, progress)
    progress.finish()
    return insight.count()


def _hide_people(ledger: Ledger, insight: Insight) -> None:
    """Let insight tell people apart by stand-ins from the first night on which words were let go: then one person stays one person."""
    if not insight.people_hidden() and ledger.expiry.begun():
        insight.hide_people(ledger.suppression.stand_in)


def _in_batches(ledger: Ledger, applied: int, model_id: str) -> Iterator[list[AnalysedMention]]:
    """Yield the facts of what insight holds, by the vectors of a model."""
    seq = 0
    while seq < applied:
        mentions, _, reached = ledger.analyses.changes_since(seq, MOST_CHANGES, model_id)
        if reached == seq:
            return
        yield mentions
        seq = reached


def _apply_new(ledger: Ledger, insight: Insight, model_id: str, progress: Progress) -> int:
    touched = 0
    while True:
        applied = insight.applied_seq()
        mentions, removed, seq = ledger.analyses.changes_since(applied, MOST_CHANGES, model_id)
        if seq == applied:
            return touched
        insight.apply(_hidden(ledger, mentions) if insight.people_hidden() else mentions, removed, seq, model_id=model_id)
        touched += len(mentions) + len(removed)
        progress.advance(len(mentions))


def _hidden(ledger: Ledger, mentions: list[AnalysedMention]) -> list[AnalysedMention]:
    return [replace(one, author_key=ledger.suppression.stand_in(one.author_key)) for one in mentions]
