"""Tiny heads made by hand, so that tests know what must come out."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from listener.labels.features import BUCKETS, COUNTS, COUNTS_VERSION, buckets
from listener.labels.heads import Heads

MODEL_ID = "tiny-model"
TASKS = {"sentiment": ["negative", "neutral", "positive"], "question": ["no", "yes"]}


def arrays(*, model_id: str = MODEL_ID, version: int = COUNTS_VERSION, dims: int = 2) -> dict[str, NDArray[np.generic]]:
    """Sentiment follows the vector (first axis good, second bad) or else the words "mooi" and "kapot"; question counts question marks."""
    good, bad = buckets("mooi")[:1], buckets("kapot")[:1]
    about = {
        "name": "heads-test",
        "model_id": model_id,
        "tasks": TASKS,
        "counts": list(COUNTS),
        "counts_version": version,
        "buckets": BUCKETS,
        "rarity_of_unseen": 1.0,
        "dutch_apart": [],
    }
    asks = COUNTS.index("asks")
    by_vector = np.zeros((dims + 3 + len(COUNTS), 3))
    by_vector[0, 2] = by_vector[1, 0] = 4.0
    by_words = np.zeros((3 + len(COUNTS), 3))
    by_words[:3] = np.eye(3)
    question = np.zeros((1 + len(COUNTS), 1))
    question[1 + asks] = 6.0
    return {
        "about": np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
        "word_buckets": np.concatenate([good, bad]),
        "word_weights": np.array([[0, 0, 8, 0], [8, 0, 0, 0]], dtype=np.float16),
        "word_rarity": np.ones(2, dtype=np.float16),
        "sentiment.full.weights": by_vector,
        "sentiment.full.bias": np.array([0.0, 0.5, 0.0]),
        "sentiment.alone.weights": by_words,
        "sentiment.alone.bias": np.array([0.0, 0.5, 0.0]),
        **{f"sentiment.{part}.favour": np.ones(3) for part in ("full", "alone")},
        **{f"question.{part}.favour": np.ones(2) for part in ("full", "alone")},
        "question.full.weights": np.concatenate([np.zeros((dims, 1)), question]),
        "question.full.bias": np.array([-2.0]),
        "question.alone.weights": question,
        "question.alone.bias": np.array([-2.0]),
    }


def heads(*, model_id: str = MODEL_ID, dims: int = 2) -> Heads:
    return Heads.of(arrays(model_id=model_id, dims=dims))
