"""Articles beside a reply: which may answer what this customer asks, where they come from, and that one was used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from listener.errors import NotAllowed
from listener.ledger.ledger import Ledger
from listener.model.mention import StoredMention
from listener.ports import Clock
from moderation.knowledge.fit import nearest, nearest_by_words
from moderation.ledger.knowledge import KnowledgeLedger
from moderation.model.advice import KnowledgeSuggestion, Source
from moderation.model.knowledge import Article, ArticleState, Used
from moderation.workflows.encode_in_time import Encode

MOST_SOURCES = 3


class OfferKnowledge:
    """Reads what is kept; asks the model only for a question that has no vector yet, and goes by words when it does not answer in time."""

    def __init__(
        self,
        ledger: Ledger,
        knowledge: KnowledgeLedger,
        clock: Clock,
        *,
        model: Callable[[], str],
        encode: Encode | None = None,
        stop_words: Mapping[str, Collection[str]] | None = None,
        most: int = 3,
    ) -> None:
        self._ledger = ledger
        self._knowledge = knowledge
        self._clock = clock
        self._model = model
        self._encode = encode
        self._stop_words = stop_words or {}
        self._most = most

    def to_case(self, messages: Sequence[StoredMention], *, language: str, brand: str) -> tuple[KnowledgeSuggestion, ...]:
        """Return up to `most` approved articles of this brand (or of none) that may answer these messages, nearest first."""
        if not messages:
            return ()
        text = " ".join(one.mention.text for one in messages[-2:])
        return self._offered(text, self._vector(messages[-1], text), language=language, brand=brand)

    def to_text(self, text: str, *, language: str, brand: str) -> tuple[KnowledgeSuggestion, ...]:
        """Return up to `most` approved articles that may answer a text that is kept nowhere, nearest first."""
        return self._offered(text, self._encoded(text), language=language, brand=brand) if text.strip() else ()

    def use(self, article_id: int, case_id: int, *, by: str) -> Used:
        """Note that an article was put into the reply to a case. Raises `NotAllowed` when it is not approved."""
        return self._knowledge.use(article_id, case_id, by=by, at=self._clock.now())

    def usable(self, article_id: int, *, brand: str) -> Article:
        """Return an article that may be put into a reply in this brand's name. Raises `NotAllowed` when it may not."""
        found = self._knowledge.get(article_id)
        if found is None or found.state is not ArticleState.APPROVED or not found.complete or (found.brands and brand not in found.brands):
            raise NotAllowed(
                f"Article {article_id} is not approved for {brand}; only approved articles go into replies.", key="know_unusable"
            )
        return found

    def used_in(self, case_id: int) -> list[Used]:
        """Return what was put into replies of a case."""
        return self._knowledge.used_in(case_id)

    def _offered(self, text: str, vector: NDArray[np.float32] | None, *, language: str, brand: str) -> tuple[KnowledgeSuggestion, ...]:
        approved = self._knowledge.all([ArticleState.APPROVED], language=language, brands=[brand])
        articles = {one.article_id: one for one in approved if one.complete}
        if not articles:
            return ()
        vectors = self._knowledge.vectors(articles.keys(), self._model()) if vector is not None else []
        near = nearest(vector, vectors, most=self._most) if vector is not None else []
        unread = [one for one in articles.values() if one.article_id not in {each.article_id for each in vectors}]
        words = nearest_by_words(text, unread, most=self._most, stop_words=self._stop_words.get(language, ()))
        return tuple(self._suggestion(articles[article_id], fit) for article_id, fit in [*near, *words][: self._most])

    def _vector(self, stored: StoredMention, text: str) -> NDArray[np.float32] | None:
        """Return the vector kept of this message, else one made in time, else None."""
        text_hash = self._ledger.analyses.text_hashes([stored.mention_id]).get(stored.mention_id)
        found = self._ledger.analyses.vectors([text_hash], self._model()) if text_hash else {}
        return found[text_hash] if text_hash in found else self._encoded(text)

    def _encoded(self, text: str) -> NDArray[np.float32] | None:
        vectors = self._encode([text]) if self._encode is not None else None
        return None if vectors is None or not len(vectors) else vectors[0]

    def _suggestion(self, article: Article, fit: float) -> KnowledgeSuggestion:
        evidence = self._knowledge.evidence(article.article_id, brands=article.brands or None)[:MOST_SOURCES]
        return KnowledgeSuggestion(
            article_id=article.article_id,
            question=article.question,
            answer=article.answer,
            fit=fit,
            sources=tuple(Source(label=one.platform, url=one.url, case_id=one.case_id, at=one.at) for one in evidence),
            flagged=article.flag is not None,
        )
