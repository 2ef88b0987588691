"""Look at the answered conversations again: new suggestions, articles that grew, articles that may no longer hold, and what has to go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from listener.issues.life import LIFE_DAYS
from listener.ledger.ledger import Ledger
from listener.model.issue import Signal
from listener.ports import Clock
from listener.signals.rules import CAME_BACK
from listener.workflows.measure_issues import GROWTH
from moderation.knowledge.cluster import middle_of
from moderation.knowledge.propose import suggestions
from moderation.ledger.answered_cases import AnsweredCases
from moderation.ledger.knowledge import EVIDENCE, QUESTION, KnowledgeLedger
from moderation.ledger.status import StatusLedger
from moderation.model.knowledge import Article, ArticleState, Flag, NewArticle, Refreshed
from moderation.model.status import UpdateState
from moderation.workflows.encode_in_time import Encode

SAME = 0.5
"""Share of a suggestion's questions that an article has to rest on already to be the same one."""
MOST_ENCODED = 32


class RefreshKnowledge:
    """Runs now and then, and at a press. Deterministic: with nothing new it changes nothing."""

    def __init__(
        self,
        ledger: Ledger,
        knowledge: KnowledgeLedger,
        clock: Clock,
        *,
        model: Callable[[], str],
        encode: Encode | None = None,
        near: float,
        least: int,
        most: int,
        signatures: Sequence[str] = (),
        stop_words: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self._ledger = ledger
        self._knowledge = knowledge
        self._answered = AnsweredCases(ledger.engine)
        self._statuses = StatusLedger(ledger.engine)
        self._clock = clock
        self._model = model
        self._encode = encode
        self._near = near
        self._least = least
        self._most = most
        self._signatures = tuple(signatures)
        self._stop_words = stop_words or {}

    def once(self) -> Refreshed:
        """Do all of it and say what came of it."""
        now = self._clock.now()
        forgotten, dropped = self._knowledge.forget_removed(at=now)
        cases = self._answered.latest(self._model(), most=self._most)
        proposed = suggestions(cases, near=self._near, least=self._least, signatures=self._signatures, stop_words=self._stop_words)
        suggested, grown = self._keep(proposed, now)
        flagged = self._flag(now)
        self._keep_vectors()
        return Refreshed(looked_at=len(cases), suggested=suggested, grown=grown, dropped=dropped, flagged=flagged, forgotten=forgotten)

    def _keep(self, proposed: Sequence[NewArticle], now: datetime) -> tuple[int, int]:
        """Keep what is new; what rests on the same conversations as an article (also a retired or merged one) only adds to it."""
        known = self._knowledge.resting_on()
        suggested = grown = 0
        for one in proposed:
            asked = frozenset(line.mention_id for line in one.evidence)
            same = max(known, key=lambda article_id: (len(known[article_id] & asked), -article_id), default=None)
            if same is not None and len(known[same] & asked) >= SAME * min(len(asked), len(known[same])) > 0:
                grown += self._knowledge.grow(self._standing(same), one, at=now)
                known[same] |= asked
            else:
                known[self._knowledge.add(one, at=now).article_id] = asked
                suggested += 1
        return suggested, grown

    def _standing(self, article_id: int) -> int:
        """Return where an article went, if it was merged."""
        found = self._knowledge.get(article_id)
        while found is not None and found.merged_into is not None:
            found = self._knowledge.get(found.merged_into)
        return article_id if found is None else found.article_id

    def _flag(self, now: datetime) -> int:
        """Flag approved articles whose issue came back, grows, or of which we said something new in public since they last held."""
        grew: dict[int, list[Signal]] = {}
        for signal in self._ledger.issues.signals(since=now - timedelta(days=LIFE_DAYS)):
            if signal.issue_id is not None and signal.kind in GROWTH and signal.at <= now:
                grew.setdefault(signal.issue_id, []).append(signal)
        said: dict[int, datetime] = {}
        for update in self._statuses.updates(state=UpdateState.PUBLISHED):
            if update.published_at is not None:
                said[update.issue_id] = max(update.published_at, said.get(update.issue_id, update.published_at))
        flagged = 0
        for article in self._knowledge.all([ArticleState.APPROVED]):
            since = article.holds_since
            if article.flag is not None or article.issue_id is None:
                continue
            signals = [one for one in grew.get(article.issue_id, ()) if one.at > since]
            if signals:
                why = Flag.CAME_BACK if any(one.kind == CAME_BACK for one in signals) else Flag.GROWS
            elif article.issue_id in said and said[article.issue_id] > since:
                why = Flag.STATUS
            else:
                continue
            flagged += self._knowledge.flag(article.article_id, why, at=now)
        return flagged

    def _keep_vectors(self) -> None:
        """Keep what articles are found by: the middle of their questions as asked, and their question as worded, a few at a time."""
        model = self._model()
        articles = {one.article_id: one for one in self._knowledge.all([ArticleState.SUGGESTED, ArticleState.APPROVED])}
        kept = {one.article_id: one for one in self._knowledge.vectors(articles.keys(), model)}
        bare = [one for one in articles.values() if one.article_id not in kept or kept[one.article_id].evidence is None]
        middles: dict[int, tuple[int, NDArray[np.float32]]] = {}
        for article in bare:
            middle = middle_of(self._asked(article, model))
            if middle is not None:
                middles[article.article_id] = (article.version, middle)
        self._knowledge.keep_vectors(EVIDENCE, middles, model)
        unread = [
            one for one in articles.values() if one.question and (one.article_id not in kept or kept[one.article_id].question is None)
        ]
        some = unread[:MOST_ENCODED]
        vectors = self._encode([one.question for one in some]) if some and self._encode is not None else None
        if vectors is not None:
            worded = {one.article_id: (one.version, vector) for one, vector in zip(some, vectors, strict=True)}
            self._knowledge.keep_vectors(QUESTION, worded, model)

    def _asked(self, article: Article, model: str) -> list[NDArray[np.float32]]:
        mention_ids = [one.mention_id for one in self._knowledge.evidence(article.article_id)]
        hashes = self._ledger.analyses.text_hashes(mention_ids)
        found = self._ledger.analyses.vectors(hashes.values(), model)
        return [found[hashes[mention_id]] for mention_id in mention_ids if hashes.get(mention_id) in found]
