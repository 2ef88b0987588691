"""Which articles may answer a question, and how near they are. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from moderation.knowledge.words import content_words, rarity, word_fit
from moderation.model.knowledge import Article, ArticleVectors

LEAST = 0.35
LEAST_WORDS = 0.12
CLOSE, LIKE = 0.7, 0.5


class Fit(StrEnum):
    """How near in words a person reads; a cosine is no chance that the answer is right."""

    CLOSE = "close"
    LIKE = "like"
    MAYBE = "maybe"


def fit_word(fit: float) -> Fit:
    """Return the word for a nearness."""
    return Fit.CLOSE if fit >= CLOSE else Fit.LIKE if fit >= LIKE else Fit.MAYBE


def nearest(
    question: NDArray[np.float32], articles: Sequence[ArticleVectors], *, most: int, least: float = LEAST
) -> list[tuple[int, float]]:
    """Return (article id, cosine) of the nearest articles, nearest first: by their wording or by what was asked, whichever is nearer.

    question: float32 `(n_dims,)`, unit length.
    """
    found = []
    for one in articles:
        cosines = [
            float(vector @ question) for vector in (one.question, one.evidence) if vector is not None and vector.shape == question.shape
        ]
        if cosines and max(cosines) >= least:
            found.append((one.article_id, min(1.0, max(cosines))))
    return sorted(found, key=lambda pair: (-round(pair[1], 6), pair[0]))[:most]


def nearest_by_words(
    question: str, articles: Sequence[Article], *, most: int, stop_words: Collection[str] = (), least: float = LEAST_WORDS
) -> list[tuple[int, float]]:
    """Return (article id, nearness) by the words a question shares with articles' questions and answers, nearest first."""
    asked = content_words(question, stop_words)
    texts = [content_words(f"{one.question} {one.question} {one.answer}", stop_words) for one in articles]
    weights = rarity([*texts, asked])
    scored = [(one.article_id, word_fit(asked, words, weights)) for one, words in zip(articles, texts, strict=True)]
    return sorted((pair for pair in scored if pair[1] >= least), key=lambda pair: (-round(pair[1], 6), pair[0]))[:most]
