"""What people decide about articles: each act is one transaction with what stood before, so that it can be told and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, func, insert, select, update

from listener.errors import ActionError, NotAllowed
from listener.ledger.transactions import writing
from moderation.ledger.audit import note
from moderation.ledger.knowledge_rows import moment, read_articles
from moderation.ledger.tables_knowledge import article, article_act, article_evidence, article_vector, article_version
from moderation.model.knowledge import Article, ArticleState

_KEPT = ("state", "version", "approved_by", "approved_at", "checked_at", "flagged_why", "flagged_at", "merged_into")
_MOMENTS = ("approved_at", "checked_at", "flagged_at")
_UNFLAGGED: Mapping[str, Any] = {"flagged_why": "", "flagged_at": None}


class KnowledgeActs:
    """Every act names the `turn` it was decided on.

    Each raises `ActionError` when the article changed since, and `NotAllowed` when its state forbids the act.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def edit(
        self,
        article_id: int,
        turn: int,
        question: str,
        answer: str,
        *,
        by: str,
        at: datetime,
        reason: str = "",
        sources: tuple[int | None, int | None] = (None, None),
    ) -> Article:
        """Give an article another wording, as a new version. `sources`: the messages whose words question and answer still are."""
        with writing(self._engine) as tx:
            now = _at_turn(tx, article_id, turn)
            _not_in(now, ArticleState.MERGED)
            version = _new_version(tx, now, question, answer, sources, by=by, at=at, reason=reason)
            return _done(tx, now, "edit", {"version": version, **_UNFLAGGED, "checked_at": at}, by=by, at=at)

    def approve(self, article_id: int, turn: int, *, by: str, at: datetime) -> Article:
        """Let an article be offered beside replies."""
        with writing(self._engine) as tx:
            now = _at_turn(tx, article_id, turn)
            _not_in(now, ArticleState.APPROVED, ArticleState.MERGED)
            if not now.complete:
                raise NotAllowed(f"Article {article_id} lacks a question or an answer; write it first.", key="know_incomplete")
            approved = {"state": ArticleState.APPROVED.value, "approved_by": by, "approved_at": at, **_UNFLAGGED}
            return _done(tx, now, "approve", approved, by=by, at=at)

    def retire(self, article_id: int, turn: int, *, by: str, at: datetime) -> Article:
        """Offer an article no more; the same conversations suggest it no second time."""
        with writing(self._engine) as tx:
            now = _at_turn(tx, article_id, turn)
            _not_in(now, ArticleState.RETIRED, ArticleState.MERGED)
            return _done(tx, now, "retire", {"state": ArticleState.RETIRED.value, **_UNFLAGGED}, by=by, at=at)

    def check(self, article_id: int, turn: int, *, by: str, at: datetime) -> Article:
        """Say that a flagged article still holds: only what happens from now on can flag it again."""
        with writing(self._engine) as tx:
            now = _at_turn(tx, article_id, turn)
            if now.flag is None:
                raise NotAllowed(f"Article {article_id} is not flagged.", key="know_not_flagged")
            return _done(tx, now, "check", {"checked_at": at, **_UNFLAGGED}, by=by, at=at)

    def merge(self, article_id: int, turn: int, into: int, *, by: str, at: datetime) -> Article:
        """Let an article go into another one, which then rests on what both rested on. Its own wordings stay to be read."""
        with writing(self._engine) as tx:
            now = _at_turn(tx, article_id, turn)
            _not_in(now, ArticleState.MERGED)
            target = _found(tx, into)
            if target.article_id == article_id or target.state not in (ArticleState.SUGGESTED, ArticleState.APPROVED):
                raise NotAllowed(f"Article {article_id} cannot go into article {into}.", key="know_no_merge")
            if target.language != now.language or target.brands != now.brands:
                raise NotAllowed(
                    f"Articles {article_id} and {into} differ in language or brand; only like goes into like.", key="know_no_merge"
                )
            added = _take_over(tx, article_id, into, at)
            merged = {"state": ArticleState.MERGED.value, "merged_into": into, **_UNFLAGGED}
            return _done(tx, now, "merge", merged, by=by, at=at, other=into, further={"added": added})

    def undo(self, act_id: int, *, by: str, at: datetime) -> Article:
        """Take the last act on an article back; the article is as it was before. Raises `ActionError` when something happened since."""
        with writing(self._engine) as tx:
            row = tx.execute(select(article_act).where(article_act.c.act_id == act_id)).one_or_none()
            if row is None or row.verb == "undo":
                raise NotAllowed(f"There is no act {act_id} to take back.", key="know_no_act")
            now = _at_turn(tx, row.article_id, row.turn)
            before = {name: moment(row.before[name]) if name in _MOMENTS else row.before[name] for name in _KEPT}
            if row.verb == "merge":
                _give_back(tx, row.other_article_id, row.before.get("added", []))
            return _done(tx, now, "undo", before, by=by, at=at, other=row.other_article_id, undoes=act_id)


def _at_turn(tx: Connection, article_id: int, turn: int) -> Article:
    now = _found(tx, article_id)
    if now.turn != turn:
        raise ActionError(f"Article {article_id} changed meanwhile; look at it again and decide anew.", key="know_changed")
    return now


def _found(tx: Connection, article_id: int) -> Article:
    found = read_articles(tx, article.c.article_id == article_id)
    if not found:
        raise NotAllowed(f"There is no article {article_id}.", key="know_none")
    return found[0]


def _not_in(now: Article, *states: ArticleState) -> None:
    if now.state in states:
        raise NotAllowed(f"Article {now.article_id} is {now.state.value}.", key=f"know_is_{now.state.value}")


def _new_version(
    tx: Connection, now: Article, question: str, answer: str, sources: tuple[int | None, int | None], *, by: str, at: datetime, reason: str
) -> int:
    latest = select(func.max(article_version.c.version)).where(article_version.c.article_id == now.article_id)
    version = int(tx.execute(latest).scalar_one()) + 1
    values = {
        "article_id": now.article_id,
        "version": version,
        "question": question,
        "answer": answer,
        "question_mention_id": sources[0],
        "answer_mention_id": sources[1],
        "made_by": by,
        "made_at": at,
        "note": reason,
    }
    tx.execute(insert(article_version).values(values))
    return version


def _take_over(tx: Connection, article_id: int, into: int, at: datetime) -> list[int]:
    """Copy lines of evidence to another article and return the mentions that it did not have yet."""
    has = set(tx.execute(select(article_evidence.c.mention_id).where(article_evidence.c.article_id == into)).scalars())
    rows = tx.execute(
        select(article_evidence).where(article_evidence.c.article_id == article_id).order_by(article_evidence.c.mention_id)
    ).all()
    added = [row for row in rows if row.mention_id not in has]
    for row in added:
        tx.execute(insert(article_evidence).values({**row._mapping, "article_id": into, "added_at": at}))
    _forget_middle(tx, into)
    return [row.mention_id for row in added]


def _give_back(tx: Connection, into: int | None, added: list[int]) -> None:
    if into is not None and added:
        tx.execute(delete(article_evidence).where(article_evidence.c.article_id == into, article_evidence.c.mention_id.in_(added)))
        _forget_middle(tx, into)


def _forget_middle(tx: Connection, article_id: int) -> None:
    tx.execute(delete(article_vector).where(article_vector.c.article_id == article_id, article_vector.c.kind == "evidence"))


def _done(
    tx: Connection,
    now: Article,
    verb: str,
    change: Mapping[str, Any],
    *,
    by: str,
    at: datetime,
    other: int | None = None,
    undoes: int | None = None,
    further: Mapping[str, Any] | None = None,
) -> Article:
    """Write the change, the act with what stood before, and the audit line; return the article as it is now."""
    row = tx.execute(select(article).where(article.c.article_id == now.article_id)).one()
    before = {name: getattr(row, name) for name in _KEPT}
    kept = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in before.items()}
    same = and_(article.c.article_id == now.article_id, article.c.turn == now.turn)
    tx.execute(update(article).where(same).values({**change, "turn": now.turn + 1, "changed_at": at}))
    line = {
        "article_id": now.article_id,
        "verb": verb,
        "made_by": by,
        "at": at,
        "turn": now.turn + 1,
        "other_article_id": other,
        "before": {**kept, **(further or {})},
        "undoes": undoes,
    }
    act_id = tx.execute(insert(article_act).values(line).returning(article_act.c.act_id)).scalar_one()
    detail = {"act": act_id, **({"into": other} if other else {}), **({"undoes": undoes} if undoes else {})}
    note(tx, at=at, who=by, verb=f"{verb}_article", subject=f"article:{now.article_id}", detail=detail)
    return _found(tx, now.article_id)
