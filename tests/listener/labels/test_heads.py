"""Heads: probabilities that sum to one, the same for a text whatever stands beside it, and words alone where no vector helps."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.labels.features import COUNTS, buckets, counts
from listener.labels.heads import Heads, Seen
from listener.settings.wording import lexicons
from listener.text.clean import clean
from tests.listener.labels.making import arrays, heads

GOOD, BAD = [1.0, 0.0], [0.0, 1.0]


def seen(*texts: str, vectors: list[list[float]] | None = None) -> Seen:
    found = [clean(text) for text in texts]
    rows: NDArray[np.float32] = np.array([counts(one, "nl", lexicons()) for one in found]).reshape(len(found), len(COUNTS))
    return Seen(
        buckets=[buckets(one.text) for one in found],
        counts=rows,
        vectors=None if vectors is None else np.array(vectors, dtype=np.float32).reshape(len(found), -1),
    )


def test_a_vector_decides_where_there_is_one() -> None:
    said = heads().probabilities(seen("iets", "iets", vectors=[GOOD, BAD]))["sentiment"]
    assert said.argmax(axis=1).tolist() == [2, 0]


def test_words_decide_where_there_is_no_vector() -> None:
    said = heads().probabilities(seen("mooi", "kapot", "iets anders"))["sentiment"]
    assert said.argmax(axis=1).tolist() == [2, 0, 1]


def test_every_row_is_a_probability_and_yes_or_no_are_two_answers() -> None:
    said = heads().probabilities(seen("Hoe laat?", "Om drie uur.", "", vectors=[GOOD, BAD, GOOD]))
    assert said["question"].shape == (3, 2)
    for rows in said.values():
        np.testing.assert_allclose(rows.sum(axis=1), 1.0)
    assert said["question"][0, 1] > 0.5 > said["question"][1, 1]


def test_a_text_gets_the_same_answer_alone_and_in_company() -> None:
    """Batches depend on what else waits; a label must not."""
    texts = [f"bericht {at} mooi {'kapot ' * (at % 3)}" for at in range(40)]
    vectors = np.random.default_rng(5).normal(size=(40, 2)).tolist()
    together = heads().probabilities(seen(*texts, vectors=vectors))
    for at in (0, 7, 39):
        alone = heads().probabilities(seen(texts[at], vectors=[vectors[at]]))
        for task, rows in together.items():
            np.testing.assert_allclose(alone[task][0], rows[at], atol=1e-12)


def test_no_texts_and_wordless_texts_are_answered() -> None:
    assert heads().probabilities(seen())["sentiment"].shape == (0, 3)
    assert heads().probabilities(seen("", "!!!"))["sentiment"].shape == (2, 3)


def test_heads_for_other_features_are_refused() -> None:
    """Weights that meet other columns would answer at random, and nobody would see it."""
    with pytest.raises(ValueError, match="train_heads"):
        Heads.of(arrays(version=0))
