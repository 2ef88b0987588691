"""Rows of articles as records. The words of a message that is gone are never handed out, even before they are deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from listener.ledger.changes import batches
from listener.ledger.tables import mention
from moderation.ledger.tables_knowledge import article, article_brand, article_evidence, article_use, article_version
from moderation.model.knowledge import Article, ArticleState, ArticleVersion, Flag

_ASKED, _ANSWERED = aliased(mention), aliased(mention)


def _lost(source: Any) -> ColumnElement[bool]:
    """The message was removed, or its words were kept long enough."""
    return or_(source.c.removed_at.is_not(None), source.c.expired_at.is_not(None))


_WORDS = (
    case((_lost(_ASKED), ""), else_=article_version.c.question).label("question"),
    case((_lost(_ANSWERED), ""), else_=article_version.c.answer).label("answer"),
)


def theirs(brands: Collection[str] | None) -> ColumnElement[bool]:
    """Articles of these brands, or of none; None: all of them."""
    owned = select(article_brand.c.article_id)
    if brands is None:
        return article.c.article_id.is_not(None)
    return or_(
        article.c.article_id.in_(owned.where(article_brand.c.brand.in_(sorted(brands)))),
        article.c.article_id.not_in(owned),
    )


def read_articles(tx: Connection, *conditions: ColumnElement[bool]) -> list[Article]:
    """Return the articles for which all conditions hold, by id."""
    standing = and_(article_version.c.article_id == article.c.article_id, article_version.c.version == article.c.version)
    query = _with_words(select(article, *_WORDS).join_from(article, article_version, standing))
    rows = tx.execute(query.where(*conditions).order_by(article.c.article_id)).all()
    ids = [row.article_id for row in rows]
    brands, evidence, used = _brands(tx, ids), _evidence(tx, ids), _used(tx, ids)
    return [_article(row, brands.get(row.article_id, ()), evidence.get(row.article_id, 0), used.get(row.article_id, 0)) for row in rows]


def read_versions(tx: Connection, article_id: int) -> list[ArticleVersion]:
    """Return the wordings of an article, newest first."""
    columns = [one for one in article_version.c if one.name not in ("question", "answer")]
    query = _with_words(select(*columns, *_WORDS).select_from(article_version)).where(article_version.c.article_id == article_id)
    return [
        ArticleVersion(
            version=row.version,
            question=row.question,
            answer=row.answer,
            made_by=row.made_by,
            made_at=row.made_at,
            note=row.note,
            question_mention_id=row.question_mention_id,
            answer_mention_id=row.answer_mention_id,
        )
        for row in tx.execute(query.order_by(article_version.c.version.desc()))
    ]


def _with_words(query: Select[Any]) -> Select[Any]:
    asked = _ASKED.c.mention_id == article_version.c.question_mention_id
    return query.join(_ASKED, asked, isouter=True).join(
        _ANSWERED, _ANSWERED.c.mention_id == article_version.c.answer_mention_id, isouter=True
    )


def _brands(tx: Connection, ids: Sequence[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for some in batches(ids):
        for row in tx.execute(select(article_brand).where(article_brand.c.article_id.in_(some))):
            found[row.article_id].add(row.brand)
    return found


def _evidence(tx: Connection, ids: Sequence[int]) -> dict[int, int]:
    here = and_(mention.c.mention_id == article_evidence.c.mention_id, mention.c.removed_at.is_(None))
    query = (
        select(article_evidence.c.article_id, func.count().label("lines"))
        .join_from(article_evidence, mention, here)
        .group_by(article_evidence.c.article_id)
    )
    return {row.article_id: row.lines for some in batches(ids) for row in tx.execute(query.where(article_evidence.c.article_id.in_(some)))}


def _used(tx: Connection, ids: Sequence[int]) -> dict[int, int]:
    query = select(article_use.c.article_id, func.count().label("uses")).group_by(article_use.c.article_id)
    return {row.article_id: row.uses for some in batches(ids) for row in tx.execute(query.where(article_use.c.article_id.in_(some)))}


def _article(row: Row[Any], brands: Iterable[str], evidence: int, used: int) -> Article:
    return Article(
        article_id=row.article_id,
        state=ArticleState(row.state),
        language=row.language,
        brands=frozenset(brands),
        turn=row.turn,
        version=row.version,
        question=row.question,
        answer=row.answer,
        made_by=row.made_by,
        made_at=row.made_at,
        changed_at=row.changed_at,
        issue_id=row.issue_id,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        checked_at=row.checked_at,
        flag=Flag(row.flagged_why) if row.flagged_why else None,
        flagged_at=row.flagged_at,
        merged_into=row.merged_into,
        evidence=evidence,
        used=used,
    )


def moment(written: str | None) -> datetime | None:
    """Read a moment that an act kept as text."""
    return None if written is None else datetime.fromisoformat(written)
