"""What happens to articles when a message is taken away: its words, its line of evidence and every vector made of them go with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, exists, or_, select, update

from listener.ledger.tables import mention
from moderation.ledger.audit import note
from moderation.ledger.knowledge_rows import read_articles
from moderation.ledger.tables_knowledge import (
    article,
    article_act,
    article_brand,
    article_evidence,
    article_vector,
    article_version,
)
from moderation.model.knowledge import MACHINE, ArticleState, Flag


def forget_removed(tx: Connection, *, at: datetime) -> tuple[int, int]:
    """Delete what came of messages that are gone; return how many articles lost something, and how many suggestions went with it.

    Of messages that were kept long enough only the words go: an article rests on them as before.
    A suggestion that rests on nothing any more goes whole; an approved article that lost its words is flagged.
    """
    touched = _forget_words(tx) | _forget_evidence(tx)
    if touched:
        tx.execute(delete(article_vector).where(article_vector.c.article_id.in_(sorted(touched))))
    bare = [one for one in touched if _rests_on_nothing(tx, one)]
    for article_id in bare:
        _delete_article(tx, article_id)
        note(tx, at=at, who=MACHINE, verb="drop_article", subject=f"article:{article_id}", detail={"why": "evidence_removed"})
    for one in read_articles(tx, article.c.article_id.in_(sorted(touched - set(bare))), article.c.flagged_why == ""):
        if one.state is ArticleState.APPROVED and not one.complete:
            values = {"flagged_why": Flag.WORDS_GONE.value, "flagged_at": at}
            tx.execute(update(article).where(article.c.article_id == one.article_id).values(values))
            why = {"why": Flag.WORDS_GONE.value}
            note(tx, at=at, who=MACHINE, verb="flag_article", subject=f"article:{one.article_id}", detail=why)

    return len(touched), len(bare)


def _forget_words(tx: Connection) -> set[int]:
    touched: set[int] = set()
    for source, words in (
        (article_version.c.question_mention_id, article_version.c.question),
        (article_version.c.answer_mention_id, article_version.c.answer),
    ):
        lost = or_(mention.c.removed_at.is_not(None), mention.c.expired_at.is_not(None))
        gone = exists().where(mention.c.mention_id == source, lost)
        emptied = update(article_version).where(gone, words != "").values({words.name: ""}).returning(article_version.c.article_id)
        touched.update(tx.execute(emptied).scalars())
    return touched


def _forget_evidence(tx: Connection) -> set[int]:
    gone = exists().where(mention.c.mention_id == article_evidence.c.mention_id, mention.c.removed_at.is_not(None))
    return set(tx.execute(delete(article_evidence).where(gone).returning(article_evidence.c.article_id)).scalars())


def _rests_on_nothing(tx: Connection, article_id: int) -> bool:
    """Tell whether a suggestion has no conversation left, or lost the words of its answer."""
    found = read_articles(tx, article.c.article_id == article_id)[0]
    return found.state is ArticleState.SUGGESTED and (not found.evidence or not found.answer)


def _delete_article(tx: Connection, article_id: int) -> None:
    """Take a suggestion away whole; where another article went into it, its emptied row stays, retired."""
    into_it = exists().where(article.c.merged_into == article_id)
    named = select(article_act.c.act_id).where(article_act.c.other_article_id == article_id)
    tx.execute(update(article_version).where(article_version.c.article_id == article_id).values(question="", answer=""))
    if tx.execute(select(into_it)).scalar() or tx.execute(named).first():
        tx.execute(update(article).where(article.c.article_id == article_id).values(state=ArticleState.RETIRED.value))
        return
    for table in (article_act, article_vector, article_evidence, article_version, article_brand, article):
        tx.execute(delete(table).where(table.c.article_id == article_id))
