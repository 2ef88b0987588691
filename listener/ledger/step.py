"""The statements behind `AnalysisLedger.save`: one analyser step, row by row kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from listener.ledger import tables
from listener.ledger.changes import batches
from listener.ledger.dialect import insert_missing, insert_or_update
from listener.ledger.facts import to_float16
from listener.ledger.removal import drop_unused_embeddings
from listener.ledger.tables import analysis, embedding, issue, label, membership, mention, signal
from listener.model.analysis import Analysis, NewEmbedding
from listener.model.issue import Membership, NewIssue, Signal

MODEL = tables.MODEL


@dataclass(slots=True)
class Standing:
    """Where a mention stands before a step; moved along while memberships are placed."""

    latest_revision: int
    analysed_revision: int
    issue_id: int | None
    placed_by_person: bool


def standings(tx: Connection, mention_ids: Iterable[int]) -> dict[int, Standing]:
    """Return how these mentions stand; removed and unknown ones are left out."""
    columns = (mention.c.mention_id, mention.c.latest_revision, mention.c.analysed_revision, mention.c.issue_id, mention.c.placed_by_person)
    found: dict[int, Standing] = {}
    for some in batches(sorted(set(mention_ids))):
        query = select(*columns).where(mention.c.mention_id.in_(some), mention.c.latest_revision >= 0).with_for_update()
        for mention_id, *rest in tx.execute(query):
            found[mention_id] = Standing(*rest)
    return found


def make_issues(tx: Connection, new_issues: Sequence[NewIssue]) -> dict[int, int]:
    """Create issues in order; return temporary id → real id."""
    real: dict[int, int] = {}
    for one in new_issues:
        row = {"title": one.title, "title_by": MODEL, "created_at": one.created_at}
        real[one.temporary_id] = tx.execute(insert(issue).values(row).returning(issue.c.issue_id)).scalar_one()
    return real


def write_analyses(tx: Connection, analyses: Sequence[Analysis], before: Mapping[int, Standing], at: Any) -> None:
    """Write analyses with their labels, in place of those of earlier revisions, and mark the mentions analysed."""
    if not analyses:
        return
    again = [one.mention_id for one in analyses if before[one.mention_id].analysed_revision >= 0]
    stale: list[str] = []
    for some in batches(again):
        stale += tx.execute(select(analysis.c.text_hash).where(analysis.c.mention_id.in_(some))).scalars()
        tx.execute(delete(label).where(label.c.mention_id.in_(some)))
    rows = [
        {
            "mention_id": one.mention_id,
            "revision": one.revision,
            "language": one.language,
            "card_id": one.card_id,
            "text_hash": one.text_hash,
            "analysed_at": at,
        }
        for one in analyses
    ]
    change = ["revision", "language", "card_id", "text_hash", "analysed_at"]
    tx.execute(insert_or_update(tx.dialect, analysis, key=["mention_id"], change=change), rows)
    labels = {(one.mention_id, said.name, said.value): said for one in analyses for said in one.labels}
    if labels:
        columns = ("mention_id", "name", "value")
        tx.execute(
            insert(label),
            [
                {**dict(zip(columns, key, strict=True)), "probability": said.probability, "model": said.model}
                for key, said in labels.items()
            ],
        )
    tx.execute(
        update(mention).where(mention.c.mention_id == bindparam("b_mention_id")).values(tries=0),
        [{"b_mention_id": one.mention_id, "analysed_revision": one.revision} for one in analyses],
    )
    drop_unused_embeddings(tx, sorted(set(stale)))


def write_embeddings(tx: Connection, embeddings: Sequence[NewEmbedding]) -> None:
    """Keep vectors whose text an analysis refers to, and that are not here yet: nothing of a removed mention stays."""
    used: set[str] = set()
    for some in batches({one.text_hash for one in embeddings}):
        used.update(tx.execute(select(analysis.c.text_hash).where(analysis.c.text_hash.in_(some))).scalars())
    rows = [
        {"text_hash": one.text_hash, "model": one.model, "vector": to_float16(one.vector)} for one in embeddings if one.text_hash in used
    ]
    if rows:
        tx.execute(insert_missing(tx.dialect, embedding), rows)


def final_issues(tx: Connection, issue_ids: Iterable[int]) -> dict[int, int]:
    """Return for each of these issues where it is now: itself, or the issue it was merged into."""
    found: dict[int, int] = {}
    for some in batches(sorted(set(issue_ids))):
        for issue_id, merged_into in tx.execute(select(issue.c.issue_id, issue.c.merged_into).where(issue.c.issue_id.in_(some))):
            found[issue_id] = merged_into or issue_id
    return found


def write_memberships(tx: Connection, lines: Sequence[Membership], real: Mapping[int, int], now: dict[int, Standing]) -> set[int]:
    """Add lines to the record and place the mentions; return the ids of those that moved.

    Left out: removed mentions; what the model says of a mention that a person placed; and what the model says that holds already.
    """
    rows: list[dict[str, Any]] = []
    moved: set[int] = set()
    for one in lines:
        standing = now.get(one.mention_id)
        target = None if one.issue_id is None else real[one.issue_id]
        by_model = one.by == MODEL
        if standing is None or (by_model and (standing.placed_by_person or standing.issue_id == target)):
            continue
        rows.append({"mention_id": one.mention_id, "issue_id": target, "made_by": one.by, "reason": one.reason, "at": one.at})
        standing.issue_id, standing.placed_by_person = target, standing.placed_by_person or not by_model
        moved.add(one.mention_id)
    if rows:
        tx.execute(insert(membership), rows)
        placed = [
            {"b_mention_id": one, "issue_id": now[one].issue_id, "placed_by_person": now[one].placed_by_person} for one in sorted(moved)
        ]
        tx.execute(update(mention).where(mention.c.mention_id == bindparam("b_mention_id")), placed)
    return moved


def write_signals(tx: Connection, signals: Sequence[Signal], real: Mapping[int, int]) -> None:
    """Keep signals, in order."""
    rows = [
        {
            "kind": one.kind,
            "issue_id": None if one.issue_id is None else real[one.issue_id],
            "at": one.at,
            "seen": one.seen,
            "usual": one.usual,
            "p_value": one.p_value,
            "window_hours": one.window_hours,
            "mention_ids": list(one.mention_ids),
            "learning_day": one.learning_day,
            "about": one.about,
            "judged": None if one.judged is None else asdict(one.judged),
        }
        for one in signals
    ]
    if rows:
        tx.execute(insert(signal), rows)


def write_titles(tx: Connection, titles: Sequence[tuple[int, str]], real: Mapping[int, int]) -> None:
    """Give issues their new titles, except those that a person named."""
    rows = [{"b_issue_id": real[issue_id], "title": title} for issue_id, title in titles]
    if rows:
        tx.execute(update(issue).where(issue.c.issue_id == bindparam("b_issue_id"), issue.c.title_by == MODEL), rows)


def issue_ids_of(lines: Sequence[Membership], signals: Sequence[Signal], titles: Sequence[tuple[int, str]]) -> set[int]:
    """Return every issue id that a step speaks of, temporary ones included."""
    named = {one.issue_id for one in lines} | {one.issue_id for one in signals} | {issue_id for issue_id, _ in titles}
    return {one for one in named if one is not None}


def set_meta(tx: Connection, key: str, value: str) -> None:
    """Write one fact of the home."""
    tx.execute(insert_or_update(tx.dialect, tables.meta, key=["key"], change=["value"]), {"key": key, "value": value})
