"""Articles in the ledger: kept, found, used, flagged, and emptied of the words of messages that are gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, and_, delete, exists, insert, or_, select, update
from sqlalchemy.orm import aliased

from listener.errors import NotAllowed
from listener.ledger.changes import batches
from listener.ledger.dialect import insert_missing, insert_or_update
from listener.ledger.facts import from_float16, to_float16
from listener.ledger.tables import mention
from listener.ledger.transactions import reading, writing
from moderation.ledger.audit import note
from moderation.ledger.knowledge_forgetting import forget_removed
from moderation.ledger.knowledge_rows import read_articles, read_versions, theirs
from moderation.ledger.tables import conversation, support_case
from moderation.ledger.tables_knowledge import (
    article,
    article_act,
    article_brand,
    article_evidence,
    article_use,
    article_vector,
    article_version,
)
from moderation.model.knowledge import (
    MACHINE,
    Article,
    ArticleAct,
    ArticleState,
    ArticleVectors,
    ArticleVersion,
    Evidence,
    EvidenceLine,
    Flag,
    NewArticle,
    Used,
)

QUESTION, EVIDENCE = "question", "evidence"


class KnowledgeLedger:
    """Articles, what they rest on, and where they were used. What people decide about them is in `knowledge_acts`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, new: NewArticle, *, at: datetime) -> Article:
        """Keep a new article as a suggestion."""
        with writing(self._engine) as tx:
            values = {
                "state": ArticleState.SUGGESTED.value,
                "language": new.language,
                "turn": 0,
                "version": 1,
                "issue_id": new.issue_id,
                "made_by": new.made_by,
                "made_at": at,
                "changed_at": at,
            }
            article_id = tx.execute(insert(article).values(values).returning(article.c.article_id)).scalar_one()
            if new.brands:
                tx.execute(insert(article_brand), [{"article_id": article_id, "brand": brand} for brand in sorted(new.brands)])
            _write_version(tx, article_id, 1, new, at)
            _write_evidence(tx, article_id, new.evidence, at)
            detail = {"evidence": len(new.evidence), "language": new.language}
            note(tx, at=at, who=new.made_by, verb="suggest_article", subject=f"article:{article_id}", detail=detail)
            return read_articles(tx, article.c.article_id == article_id)[0]

    def get(self, article_id: int) -> Article | None:
        """Return an article, or None."""
        with reading(self._engine) as tx:
            found = read_articles(tx, article.c.article_id == article_id)
        return found[0] if found else None

    def all(self, states: Iterable[ArticleState] = (), *, language: str = "", brands: Collection[str] | None = None) -> list[Article]:
        """Return articles in these states (none named: all), in one language or any; of these brands or of none (None: all). By id."""
        wanted = [state.value for state in states]
        conditions = [theirs(brands)]
        if wanted:
            conditions.append(article.c.state.in_(wanted))
        if language:
            conditions.append(article.c.language == language)
        with reading(self._engine) as tx:
            return read_articles(tx, *conditions)

    def versions(self, article_id: int) -> list[ArticleVersion]:
        """Return the wordings of an article, newest first."""
        with reading(self._engine) as tx:
            return read_versions(tx, article_id)

    def acts(self, article_id: int) -> list[ArticleAct]:
        """Return what people did to an article, newest first. The last one may be taken back while nothing happened since."""
        taken_back = aliased(article_act)
        undone = exists().where(taken_back.c.undoes == article_act.c.act_id)
        query = (
            select(article_act, undone.label("undone"), article.c.turn.label("now"))
            .join_from(article_act, article, article.c.article_id == article_act.c.article_id)
            .where(article_act.c.article_id == article_id)
            .order_by(article_act.c.act_id.desc())
        )
        with reading(self._engine) as tx:
            return [
                ArticleAct(
                    act_id=row.act_id,
                    article_id=row.article_id,
                    verb=row.verb,
                    made_by=row.made_by,
                    at=row.at,
                    other_article_id=row.other_article_id,
                    undone=bool(row.undone),
                    undoable=not row.undone and row.verb != "undo" and row.turn == row.now,
                )
                for row in tx.execute(query)
            ]

    def evidence(self, article_id: int, *, brands: Collection[str] | None = None) -> list[Evidence]:
        """Return what an article rests on and can still be read, nearest first; of these brands (None: all)."""
        here = and_(mention.c.mention_id == article_evidence.c.mention_id, mention.c.removed_at.is_(None))
        query = (
            select(article_evidence, mention.c.platform, mention.c.url, mention.c.posted_at, conversation.c.brand)
            .join_from(article_evidence, mention, here)
            .join(support_case, support_case.c.case_id == article_evidence.c.case_id, isouter=True)
            .join(conversation, conversation.c.conversation_id == support_case.c.conversation_id, isouter=True)
            .where(article_evidence.c.article_id == article_id)
            .order_by(article_evidence.c.fit.desc(), article_evidence.c.mention_id)
        )
        if brands is not None:
            query = query.where(or_(conversation.c.brand.is_(None), conversation.c.brand.in_(sorted(brands))))
        with reading(self._engine) as tx:
            return [
                Evidence(
                    mention_id=row.mention_id,
                    case_id=row.case_id,
                    entry_id=row.entry_id,
                    fit=row.fit,
                    at=row.posted_at,
                    platform=row.platform,
                    url=row.url,
                    brand=row.brand or "",
                )
                for row in tx.execute(query)
            ]

    def resting_on(self) -> dict[int, frozenset[int]]:
        """Return, for every article in whatever state, the mentions it rests on: by it a suggestion is known again."""
        found: dict[int, set[int]] = {}
        with reading(self._engine) as tx:
            for row in tx.execute(select(article_evidence.c.article_id, article_evidence.c.mention_id)):
                found.setdefault(row.article_id, set()).add(row.mention_id)
        return {article_id: frozenset(mentions) for article_id, mentions in found.items()}

    def grow(self, article_id: int, new: NewArticle, *, at: datetime) -> bool:
        """Add what was asked since to an article's evidence; the wording of an untouched suggestion follows. False: nothing new."""
        with writing(self._engine) as tx:
            known = set(tx.execute(select(article_evidence.c.mention_id).where(article_evidence.c.article_id == article_id)).scalars())
            lines = [one for one in new.evidence if one.mention_id not in known]
            if not lines:
                return False
            _write_evidence(tx, article_id, lines, at)
            tx.execute(delete(article_vector).where(article_vector.c.article_id == article_id, article_vector.c.kind == EVIDENCE))
            untouched = and_(
                article.c.article_id == article_id,
                article.c.state == ArticleState.SUGGESTED.value,
                article.c.made_by == MACHINE,
                article.c.version == 1,
                article.c.turn == 0,
            )
            if tx.execute(update(article).where(untouched).values(changed_at=at, issue_id=new.issue_id)).rowcount == 1:
                tx.execute(delete(article_version).where(article_version.c.article_id == article_id))
                _write_version(tx, article_id, 1, new, at)
                tx.execute(delete(article_vector).where(article_vector.c.article_id == article_id))
        return True

    def flag(self, article_id: int, why: Flag, *, at: datetime) -> bool:
        """Mark an approved article as one that may no longer hold, once; False when it is marked already or not approved."""
        free = and_(article.c.article_id == article_id, article.c.state == ArticleState.APPROVED.value, article.c.flagged_why == "")
        with writing(self._engine) as tx:
            done = tx.execute(update(article).where(free).values(flagged_why=why.value, flagged_at=at)).rowcount == 1
            if done:
                note(tx, at=at, who=MACHINE, verb="flag_article", subject=f"article:{article_id}", detail={"why": why.value})
        return done

    def use(self, article_id: int, case_id: int, *, by: str, at: datetime) -> Used:
        """Note that an approved article was put into the reply to a case; once a case. Raises `NotAllowed` when it may not be used."""
        with writing(self._engine) as tx:
            found = read_articles(tx, article.c.article_id == article_id)
            if not found or found[0].state is not ArticleState.APPROVED or not found[0].complete:
                raise NotAllowed(f"Article {article_id} is not approved; only approved articles are put into replies.", key="know_unusable")
            version = found[0].version
            values = {"article_id": article_id, "version": version, "case_id": case_id, "made_by": by, "at": at}
            if tx.execute(insert_missing(tx.dialect, article_use).values(values)).rowcount == 1:
                note(tx, at=at, who=by, verb="use_article", subject=f"case:{case_id}", detail={"article": article_id, "version": version})
        return Used(article_id=article_id, version=version, case_id=case_id, made_by=by, at=at)

    def used_in(self, case_id: int) -> list[Used]:
        """Return the articles that were put into replies of a case, in that order."""
        with reading(self._engine) as tx:
            rows = tx.execute(select(article_use).where(article_use.c.case_id == case_id).order_by(article_use.c.use_id)).all()
        return [Used(article_id=row.article_id, version=row.version, case_id=row.case_id, made_by=row.made_by, at=row.at) for row in rows]

    def of_conversations(self, conversation_ids: Collection[int]) -> dict[int, int]:
        """Return how many articles each of these conversations helped to make, or had put into a reply; none is left out."""
        found: dict[int, set[int]] = {one: set() for one in conversation_ids}
        with reading(self._engine) as tx:
            for table in (article_use, article_evidence):
                query = select(support_case.c.conversation_id, table.c.article_id).join_from(
                    support_case, table, table.c.case_id == support_case.c.case_id
                )
                for some in batches(sorted(found)):
                    for row in tx.execute(query.where(support_case.c.conversation_id.in_(some))):
                        found[row.conversation_id].add(row.article_id)
        return {one: len(articles) for one, articles in found.items()}

    def vectors(self, article_ids: Collection[int], model: str) -> list[ArticleVectors]:
        """Return the vectors of `model` of each of these articles that has some, by id. One of an older wording is not handed out."""
        current = or_(article_vector.c.kind == EVIDENCE, article_vector.c.version == article.c.version)
        query = (
            select(article_vector)
            .join_from(article_vector, article, article.c.article_id == article_vector.c.article_id)
            .where(article_vector.c.model == model, current)
        )
        with reading(self._engine) as tx:
            rows = [row for row in tx.execute(query.order_by(article_vector.c.article_id)) if row.article_id in article_ids]
        kept: dict[int, dict[str, NDArray[np.float32]]] = {}
        for row, vector in zip(rows, from_float16([row.vector for row in rows]), strict=True):
            kept.setdefault(row.article_id, {})[row.kind] = vector
        return [
            ArticleVectors(article_id=article_id, question=by_kind.get(QUESTION), evidence=by_kind.get(EVIDENCE))
            for article_id, by_kind in sorted(kept.items())
        ]

    def keep_vectors(self, kind: str, vectors: Mapping[int, tuple[int, NDArray[np.float32]]], model: str) -> None:
        """Keep vectors of one kind: (version, vector) by article."""
        statement = ["version", "vector"]
        with writing(self._engine) as tx:
            for article_id, (version, vector) in sorted(vectors.items()):
                row = {"article_id": article_id, "kind": kind, "model": model, "version": version, "vector": to_float16(vector)}
                tx.execute(insert_or_update(tx.dialect, article_vector, key=["article_id", "kind", "model"], change=statement), row)

    def forget_removed(self, *, at: datetime) -> tuple[int, int]:
        """Delete what came of messages that are gone; return how many articles lost something, and how many suggestions went with it."""
        with writing(self._engine) as tx:
            return forget_removed(tx, at=at)


def _write_version(tx: Connection, article_id: int, version: int, new: NewArticle, at: datetime) -> None:
    values = {
        "article_id": article_id,
        "version": version,
        "question": new.question,
        "answer": new.answer,
        "question_mention_id": new.question_mention_id,
        "answer_mention_id": new.answer_mention_id,
        "made_by": new.made_by,
        "made_at": at,
    }
    tx.execute(insert(article_version).values(values))


def _write_evidence(tx: Connection, article_id: int, lines: Sequence[EvidenceLine], at: datetime) -> None:
    for one in lines:
        values = {
            "article_id": article_id,
            "mention_id": one.mention_id,
            "case_id": one.case_id,
            "entry_id": one.entry_id,
            "fit": one.fit,
            "added_at": at,
        }
        tx.execute(insert_missing(tx.dialect, article_evidence).values(values))
