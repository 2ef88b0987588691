"""Let go of the words of messages that were kept long enough: texts, titles, authors, addresses, vectors. The message counts on."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, bindparam, delete, func, or_, select, update

from listener.ledger import tables
from listener.ledger.changes import batches, note_changes
from listener.ledger.dialect import insert_missing, written_out
from listener.ledger.page import content_hash
from listener.ledger.removal import drop_unused_embeddings, remove_mentions
from listener.ledger.said import forget_titles, said_by
from listener.ledger.suppression import SuppressionLedger
from listener.ledger.tables import analysis, mention, quarantine, revision
from listener.ledger.transactions import reading, writing

NO_HASH = ""
"""Instead of the fingerprint of a text that is not here any more: whoever guessed the text could otherwise make sure."""
AGE = "age"
"""Why the row of a message is empty that is older than figures are kept."""
MOST_AT_ONCE = 200
"""Messages of one transaction: it takes some tens of milliseconds, half a second on a machine with six times more to do than it can."""
_BEGUN = "words_let_go"
_X_NAMES = frozenset({"x", "twitter"})
_WORD = re.compile(r"[^\W_]+")

Held = Callable[[Connection, Sequence[int]], Collection[int]]
"""Returns those of some messages that have to stay whole for now, asked in the transaction that lets go of the others."""


def nothing_held(tx: Connection, mention_ids: Sequence[int]) -> Collection[int]:  # noqa: ARG001 - a listener alone has no cases
    """Return nothing: a listener alone has nothing that has to stay whole."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Messages that came before `raw` lose their words, those of X that came before `x`, and those before `whole` count no longer."""

    raw: datetime
    x: datetime
    whole: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LetGo:
    """What a step did: how many messages lost their words (`texts`, as they were) and stay whole, and titles that went with them."""

    expired: int = 0
    held: int = 0
    titles: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


class ExpiryLedger:
    """Finds messages whose time is over and empties them, some hundreds a transaction. Doing it twice changes nothing."""

    def __init__(self, engine: Engine, suppression: SuppressionLedger) -> None:
        self._engine = engine
        self._suppression = suppression

    def begun(self) -> bool:
        """Tell whether words were ever let go here."""
        with reading(self._engine) as tx:
            return tx.execute(select(tables.meta.c.key).where(tables.meta.c.key == _BEGUN)).first() is not None

    def due(self, cut: Cut, *, most: int = MOST_AT_ONCE) -> Iterator[list[int]]:
        """Yield the messages whose time is over and that have words, oldest first, some at a time; held ones are among them.

        What came in after this began to yield is too young to be among them. Reads only, and holds nothing open between two lists.
        """
        for came_before, only in ((cut.raw, None), (cut.x, self._x_platforms())):
            if only is not None and (not only or cut.x <= cut.raw):
                return
            after = None if only is None else (cut.raw, 0)  # older ones of X were in the first round
            while rows := self._page(came_before, only, after, most):
                after = (rows[-1].first_seen_at, rows[-1].mention_id)
                yield [row.mention_id for row in rows]

    def count(self, cut: Cut) -> int:
        """Return how many messages have words whose time is over, held ones included."""
        platforms = self._x_platforms()
        with reading(self._engine) as tx:
            return int(tx.execute(select(func.count()).select_from(mention).where(_over(cut, platforms))).scalar_one())

    def let_go(self, mention_ids: Sequence[int], *, at: datetime, held: Held = nothing_held) -> LetGo:
        """Empty these messages, except those that are held or have nothing left; one transaction.

        What stays: key, when posted, source, thread, brands, labels, issue, card, and a stand-in that tells the same author apart.
        """
        with writing(self._engine) as tx:
            stay = set(held(tx, mention_ids))
            here = mention.c.mention_id.in_([one for one in mention_ids if one not in stay])
            columns = (mention.c.mention_id, mention.c.author_key, mention.c.issue_id)
            rows = tx.execute(select(*columns).where(here, _has_words())).all()
            if not rows:
                return LetGo(held=len(stay))
            ids = [row.mention_id for row in rows]
            texts = said_by(tx, ids).texts
            titles = forget_titles(tx, {row.issue_id for row in rows if row.issue_id is not None}, texts)
            _empty(tx, rows, at, self._suppression)
            tx.execute(insert_missing(tx.dialect, tables.meta), {"key": _BEGUN, "value": at.isoformat()})
            note_changes(tx, ids)
        return LetGo(expired=len(ids), held=len(stay), titles=titles, texts=tuple(f"{title} {text}".strip() for title, text in texts))

    def uncounted(self, cut: Cut, *, most: int = MOST_AT_ONCE, after: int = 0) -> list[int]:
        """Return messages older than figures are kept that still count, by number, above `after`."""
        old = (mention.c.first_seen_at < cut.whole) & mention.c.posted_at.is_not(None) & (mention.c.mention_id > after)
        with reading(self._engine) as tx:
            return list(tx.execute(select(mention.c.mention_id).where(old).order_by(mention.c.mention_id).limit(most)).scalars())

    def uncounted_count(self, cut: Cut) -> int:
        """Return how many messages older than figures are kept still count."""
        old = (mention.c.first_seen_at < cut.whole) & mention.c.posted_at.is_not(None)
        with reading(self._engine) as tx:
            return int(tx.execute(select(func.count()).select_from(mention).where(old)).scalar_one())

    def drop(self, mention_ids: Sequence[int], *, at: datetime, held: Held = nothing_held) -> int:
        """Leave of these messages, except held ones, the bare row that blocks their return; return how many that were."""
        with writing(self._engine) as tx:
            stay = set(held(tx, mention_ids))
            going = {one: AGE for one in mention_ids if one not in stay}
            remove_mentions(tx, going, at)
        return len(going)

    def _page(
        self, came_before: datetime, only: Collection[str] | None, after: tuple[datetime, int] | None, most: int
    ) -> Sequence[Row[Any, Any]]:
        query = select(mention.c.first_seen_at, mention.c.mention_id).where(_has_words(), mention.c.first_seen_at < came_before)
        if only is not None:
            query = query.where(mention.c.platform.in_(sorted(only)))
        if after is not None:
            came, number = after
            later = or_(mention.c.first_seen_at > came, and_(mention.c.first_seen_at == came, mention.c.mention_id > number))
            query = query.where(mention.c.first_seen_at >= came, later)
        with reading(self._engine) as tx:
            return tx.execute(query.order_by(mention.c.first_seen_at, mention.c.mention_id).limit(most)).all()

    def _x_platforms(self) -> frozenset[str]:
        """Return how X is called here: sources say "x", a file that was imported may say "Twitter / X"."""
        with reading(self._engine) as tx:
            return frozenset(one for one in tx.execute(select(mention.c.platform).distinct()).scalars() if is_x(one))


def is_x(platform: str) -> bool:
    """Tell whether a platform, however it is spelled, is X."""
    return not _X_NAMES.isdisjoint(_WORD.findall(platform.lower()))


def _has_words() -> ColumnElement[bool]:
    """The message has words: what the index `ix_mention_with_text` is of."""
    return mention.c.expired_at.is_(None) & (mention.c.latest_revision >= written_out(0))


def _over(cut: Cut, platforms: Collection[str]) -> ColumnElement[bool]:
    of_x = mention.c.platform.in_(sorted(platforms)) & (mention.c.first_seen_at < cut.x)
    return _has_words() & or_(mention.c.first_seen_at < cut.raw, of_x)


def _empty(tx: Connection, rows: Sequence[Row[Any, Any, Any]], at: datetime, suppression: SuppressionLedger) -> None:
    newest = select(mention.c.latest_revision).where(mention.c.mention_id == revision.c.mention_id).scalar_subquery()
    nothing = {"title": "", "text": "", "content_hash": content_hash("", "")}
    for some in batches([row.mention_id for row in rows]):
        tx.execute(delete(revision).where(revision.c.mention_id.in_(some), revision.c.revision != newest))
        tx.execute(update(revision).where(revision.c.mention_id.in_(some)).values(nothing))
        tx.execute(delete(quarantine).where(quarantine.c.mention_id.in_(some)))
        hashes = list(tx.execute(select(analysis.c.text_hash).where(analysis.c.mention_id.in_(some))).scalars())
        tx.execute(update(analysis).where(analysis.c.mention_id.in_(some)).values(text_hash=NO_HASH))
        drop_unused_embeddings(tx, sorted(set(hashes)))
    bare = {"author_platform": None, "author_realm": None, "author_native_id": None, "author_name": "", "url": "", "tries": 0}
    emptied = update(mention).where(mention.c.mention_id == bindparam("b_mention_id"))
    emptied = emptied.values(**bare, analysed_revision=mention.c.latest_revision, expired_at=at, author_key=bindparam("b_author_key"))
    tx.execute(emptied, [{"b_mention_id": row.mention_id, "b_author_key": suppression.stand_in(row.author_key)} for row in rows])
