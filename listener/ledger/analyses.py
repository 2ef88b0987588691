"""What the analyser found out, saved step by step, and handed out as facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, exists, func, or_, select

from listener.ledger import step as rows
from listener.ledger.changes import batches, note_changes
from listener.ledger.dialect import in_one_row, numbered
from listener.ledger.expiry import NO_HASH
from listener.ledger.facts import ANALYSED, analysed_mentions, from_float16
from listener.ledger.stored import mentions_with_text, stored_mentions
from listener.ledger.tables import analysis, change, embedding, mention, meta
from listener.ledger.transactions import reading, writing
from listener.model.analysis import AnalysedMention, AnalysisStep, NewEmbedding, Remembered
from listener.model.mention import StoredMention

LAST_REGROUP = "last_regroup_count"
LAST_REGROUP_MODEL = "last_regroup_model"
_HAS_WORDS = analysis.c.text_hash != NO_HASH


class AnalysisLedger:
    """Analyses, labels, vectors and memberships: one step is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, step: AnalysisStep) -> dict[int, int]:
        """Save all of a step, or nothing; return temporary issue id → real issue id.

        A mention already analysed at a revision keeps what it has; one that was removed meanwhile gets nothing. A step whose analyses
        are all here already was saved before a crash: nothing is written, and the ids it got then are returned. The model's lines do
        not move a mention that a person placed. Issues merged meanwhile are followed. Raises ValueError for an issue id that is neither
        known nor made by the step.
        """
        with writing(self._engine) as tx:
            lines = step.memberships
            now = rows.standings(tx, [one.mention_id for one in step.analyses] + [one.mention_id for one in lines])
            fresh = [a for a in step.analyses if a.mention_id in now and now[a.mention_id].analysed_revision < a.revision]
            if step.analyses and not fresh and all(a.mention_id in now for a in step.analyses):
                return _ids_given_before(step, now)
            rows.write_analyses(tx, fresh, now, step.at)
            rows.write_embeddings(tx, step.embeddings)
            made = rows.make_issues(tx, step.new_issues)
            real = made | _known_issues(tx, rows.issue_ids_of(lines, step.signals, step.titles) - made.keys())
            moved = rows.write_memberships(tx, lines, real, now)
            rows.write_signals(tx, step.signals, real)
            rows.write_titles(tx, step.titles, real)
            if step.regrouped is not None:
                rows.set_meta(tx, LAST_REGROUP, str(step.regrouped))
                rows.set_meta(tx, LAST_REGROUP_MODEL, step.model)
            note_changes(tx, {one.mention_id for one in fresh} | moved)
        return made

    def vectors(self, text_hashes: Iterable[str], model: str) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of `model` that are here, float32 `(n_dims,)` by text hash."""
        found: dict[str, NDArray[np.float32]] = {}
        with reading(self._engine) as tx:
            for some in batches(sorted(set(text_hashes))):
                query = select(embedding.c.text_hash, embedding.c.vector).where(embedding.c.text_hash.in_(some), embedding.c.model == model)
                kept = tx.execute(query.order_by(embedding.c.text_hash)).all()
                found.update(zip([row.text_hash for row in kept], from_float16([row.vector for row in kept]), strict=True))
        return found

    def vectors_of(self, mention_ids: Iterable[int], model: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the ids of those mentions that have a vector of `model`, int64 `(n,)`, and the vectors, float32 `(n, n_dims)`."""
        of_model = (embedding.c.text_hash == analysis.c.text_hash) & (embedding.c.model == model)
        kept: list[tuple[int, bytes]] = []
        with reading(self._engine) as tx:
            for some in batches(sorted(set(mention_ids))):
                query = select(in_one_row(tx.dialect, analysis.c.mention_id, embedding.c.vector)).join_from(analysis, embedding, of_model)
                kept += numbered(tx.execute(query.where(analysis.c.mention_id.in_(some))).scalar())
        return np.asarray([one for one, _ in kept], dtype=np.int64), from_float16([vector for _, vector in kept])

    def keep_vectors(self, embeddings: Sequence[NewEmbedding]) -> None:
        """Keep vectors of another model for texts analysed before. No fact changes by it, so insight hears nothing."""
        with writing(self._engine) as tx:
            rows.write_embeddings(tx, embeddings)

    def drop_vectors(self, model: str) -> int:
        """Delete all vectors of a model and return how many there were."""
        with writing(self._engine) as tx:
            return int(tx.execute(delete(embedding).where(embedding.c.model == model)).rowcount)

    def models(self) -> dict[str, int]:
        """Return the number of vectors per model."""
        query = select(embedding.c.model, func.count()).group_by(embedding.c.model).order_by(embedding.c.model)
        with reading(self._engine) as tx:
            return {model: int(texts) for model, texts in tx.execute(query)}

    def newest_model(self) -> str:
        """Return the model that the mention analysed last by number has a vector of (the later by name of two); empty without vectors."""
        newest = (
            select(embedding.c.model)
            .join_from(analysis, embedding, embedding.c.text_hash == analysis.c.text_hash)
            .order_by(analysis.c.mention_id.desc(), embedding.c.model.desc())
            .limit(1)
        )
        with reading(self._engine) as tx:
            return str(tx.execute(newest).scalar() or "")

    def remembered(self, issue_ids: Iterable[int], model: str, most: int) -> list[Remembered]:
        """Return the latest `most` members with a vector of `model` of each of these issues, by issue; none gives an empty one."""
        place = func.row_number().over(partition_by=mention.c.issue_id, order_by=(mention.c.posted_at.desc(), mention.c.mention_id.desc()))
        found: list[Remembered] = []
        with reading(self._engine) as tx:
            for some in batches(sorted(set(issue_ids))):
                ranked = (
                    select(mention.c.issue_id, place.label("place"), analysis.c.language, embedding.c.vector)
                    .join_from(mention, analysis, ANALYSED)
                    .join(embedding, (embedding.c.text_hash == analysis.c.text_hash) & (embedding.c.model == model))
                    .where(mention.c.issue_id.in_(some))
                    .subquery()
                )
                query = select(ranked).where(ranked.c.place <= most).order_by(ranked.c.issue_id, ranked.c.place)
                members: dict[int, list[tuple[bytes, str]]] = {one: [] for one in some}
                for row in tx.execute(query):
                    members[row.issue_id].append((row.vector, row.language))
                for one, lines in members.items():
                    vectors = from_float16([vector for vector, _ in lines])
                    found.append(Remembered(one, vectors, tuple(language for _, language in lines)))
        return found

    def without_vector(self, model: str, limit: int, *, before: int | None = None) -> list[tuple[int, str]]:
        """Return (mention id, text hash) of analysed mentions whose text has no vector of `model`, newest id first, below `before`."""
        query = select(analysis.c.mention_id, analysis.c.text_hash).where(_HAS_WORDS, ~_has_vector(model))
        if before is not None:
            query = query.where(analysis.c.mention_id < before)
        with reading(self._engine) as tx:
            found = tx.execute(query.order_by(analysis.c.mention_id.desc()).limit(limit))
            return [(row.mention_id, row.text_hash) for row in found]

    def without_vector_count(self, model: str) -> int:
        """Return how many different analysed texts have no vector of `model`."""
        query = select(func.count(analysis.c.text_hash.distinct())).where(_HAS_WORDS, ~_has_vector(model))
        with reading(self._engine) as tx:
            return tx.execute(query).scalar_one()

    def text_count(self) -> int:
        """Return how many different analysed texts there are."""
        with reading(self._engine) as tx:
            return tx.execute(select(func.count(analysis.c.text_hash.distinct())).where(_HAS_WORDS)).scalar_one()

    def analysed(self, *, since: datetime | None, model: str) -> list[AnalysedMention]:
        """Return the current facts of every analysed mention with a vector that was posted at `since` or later (None: all), by id."""
        with reading(self._engine) as tx:
            return analysed_mentions(tx, _posted(since) & mention.c.expired_at.is_(None), model)

    def changes_since(self, seq: int, limit: int, model: str) -> tuple[list[AnalysedMention], list[int], int]:
        """Return what changed after `seq`: current facts by id, ids of removed mentions, and the `seq` to go on from.

        At most `limit` mentions; when the returned `seq` is the one given, there is nothing more. Applying the same facts twice is
        harmless. An edited mention keeps its old facts until the analyser has read the new text.
        """
        with reading(self._engine) as tx:
            turn = tx.execute(select(change.c.seq, change.c.mention_id).where(change.c.seq > seq).order_by(change.c.seq).limit(limit)).all()
            facts: list[AnalysedMention] = []
            removed: list[int] = []
            for some in batches(sorted(row.mention_id for row in turn)):
                here = mention.c.mention_id.in_(some)
                facts += analysed_mentions(tx, here, model)
                gone = select(mention.c.mention_id).where(here, mention.c.removed_at.is_not(None)).order_by(mention.c.mention_id)
                removed += tx.execute(gone).scalars()
        return facts, removed, turn[-1].seq if turn else seq

    def removed_since(self, seq: int) -> tuple[list[int], int]:
        """Return the ids of mentions that lost their words after `seq` (removed, or kept long enough), and the newest `seq`."""
        gone = select(change.c.mention_id).join(mention, mention.c.mention_id == change.c.mention_id)
        lost = or_(mention.c.removed_at.is_not(None), mention.c.expired_at.is_not(None))
        with reading(self._engine) as tx:
            newest = tx.execute(select(func.max(change.c.seq))).scalar() or 0
            return list(tx.execute(gone.where(change.c.seq > seq, lost).order_by(change.c.seq)).scalars()), newest

    def last_seq(self) -> int:
        """Return the newest `seq`; lower than what insight has applied means that an older ledger was put back."""
        with reading(self._engine) as tx:
            return tx.execute(select(func.max(change.c.seq))).scalar() or 0

    def changes_left(self, seq: int) -> int:
        """Return how many mentions changed after `seq`: what whoever follows has yet to take over."""
        with reading(self._engine) as tx:
            return tx.execute(select(func.count()).select_from(change).where(change.c.seq > seq)).scalar_one()

    def cards(self, since: datetime | None = None) -> list[tuple[int, int, StoredMention]]:
        """Return (mention id, card id, mention) of every analysed mention posted at `since` or later, by id."""
        query = mentions_with_text().join(analysis, ANALYSED).where(_posted(since))
        cards = select(analysis.c.mention_id, analysis.c.card_id).join_from(mention, analysis, ANALYSED).where(_posted(since))
        with reading(self._engine) as tx:
            card_ids = {row.mention_id: row.card_id for row in tx.execute(cards)}
            stored = sorted(stored_mentions(tx, query), key=lambda one: one.mention_id)
        return [(one.mention_id, card_ids[one.mention_id], one) for one in stored]

    def languages(self, mention_ids: Iterable[int]) -> dict[int, str]:
        """Return the language found for each of these mentions that is analysed."""
        found: dict[int, str] = {}
        with reading(self._engine) as tx:
            for some in batches(sorted(set(mention_ids))):
                rows_found = tx.execute(select(analysis.c.mention_id, analysis.c.language).where(analysis.c.mention_id.in_(some)))
                found.update({row.mention_id: row.language for row in rows_found})
        return found

    def text_hashes(self, mention_ids: Iterable[int]) -> dict[int, str]:
        """Return the text hash of each of these mentions that is analysed."""
        found: dict[int, str] = {}
        with reading(self._engine) as tx:
            for some in batches(sorted(set(mention_ids))):
                rows_found = tx.execute(select(analysis.c.mention_id, analysis.c.text_hash).where(analysis.c.mention_id.in_(some)))
                found.update({row.mention_id: row.text_hash for row in rows_found})
        return found

    def analysed_count(self) -> int:
        """Return how many mentions have an analysis."""
        with reading(self._engine) as tx:
            return tx.execute(select(func.count()).select_from(analysis)).scalar_one()

    def last_regroup_count(self) -> int:
        """Return how many analysed mentions the last regrouping had seen; 0 before the first."""
        with reading(self._engine) as tx:
            return int(tx.execute(select(meta.c.value).where(meta.c.key == LAST_REGROUP)).scalar() or 0)

    def last_regroup_model(self) -> str:
        """Return the model whose vectors the last regrouping compared; empty before the first."""
        with reading(self._engine) as tx:
            return str(tx.execute(select(meta.c.value).where(meta.c.key == LAST_REGROUP_MODEL)).scalar() or "")

    def latest_posted_at(self) -> datetime | None:
        """Return when the newest analysed mention was posted, or None."""
        newest = select(mention.c.posted_at).where(mention.c.analysed_revision >= 0, mention.c.posted_at.is_not(None))
        with reading(self._engine) as tx:
            return tx.execute(newest.order_by(mention.c.posted_at.desc()).limit(1)).scalar()


def _has_vector(model: str) -> ColumnElement[bool]:
    return exists().where(and_(embedding.c.text_hash == analysis.c.text_hash, embedding.c.model == model))


def _posted(since: datetime | None) -> ColumnElement[bool]:
    return mention.c.posted_at >= since if since else mention.c.posted_at.is_not(None)


def _known_issues(tx: Connection, issue_ids: set[int]) -> dict[int, int]:
    known = rows.final_issues(tx, (one for one in issue_ids if one > 0))
    strange = sorted(issue_ids - known.keys())
    if strange:
        raise ValueError(f"a step names issues that nobody made: {strange[:5]}")
    return known


def _ids_given_before(step: AnalysisStep, now: dict[int, rows.Standing]) -> dict[int, int]:
    """Return the real ids that a step got when it was saved: where its mentions are now."""
    given: dict[int, int] = {}
    for line in step.memberships:
        standing = now.get(line.mention_id)
        if line.issue_id is not None and line.issue_id < 0 and standing and standing.issue_id is not None:
            given.setdefault(line.issue_id, standing.issue_id)
    return given
