"""What a brand's corrections teach: enough of them turn a head, few or contrary ones do not, and harm elsewhere forbids it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from listener.labels.learning import FEWEST, Answered, learn
from listener.labels.offsets import Offset

DIMS = 16


def rows(count: int, *, seed: int, rule: str) -> Answered:
    """Texts whose answer follows the first axis ("first") or is drawn ("chance"); the shipped head always says 0, faintly."""
    drawn = np.random.default_rng(seed)
    vectors = drawn.normal(size=(count, DIMS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    answers = (vectors[:, 0] > 0).astype(np.int64) if rule == "first" else drawn.integers(0, 2, size=count)
    return Answered(logits=np.tile([0.4, 0.0], (count, 1)), vectors=vectors, answers=answers)


NO_CHECK = rows(0, seed=0, rule="first")


def test_corrections_that_agree_with_each_other_are_learned() -> None:
    lesson = learn(rows(60, seed=1, rule="first"), NO_CHECK, name="brand-1")
    assert lesson.offset is not None
    assert lesson.after > lesson.before + 0.2
    fresh = rows(400, seed=2, rule="first")
    moved = fresh.logits + lesson.offset.of(fresh.vectors)
    assert (moved.argmax(axis=1) == fresh.answers).mean() > 0.8


def test_corrections_by_chance_teach_nothing() -> None:
    """A floor against getting worse: what does not hold for corrections left out holds for nobody."""
    assert [learn(rows(40, seed=seed, rule="chance"), NO_CHECK, name="x").offset for seed in (4, 7, 9)].count(None) >= 2


@pytest.mark.parametrize("count", [0, 1, FEWEST - 1])
def test_too_few_corrections_wait(count: int) -> None:
    lesson = learn(rows(count, seed=1, rule="first"), NO_CHECK, name="x")
    assert lesson.offset is None
    assert "waits" in lesson.reason


def test_one_answer_alone_teaches_nothing() -> None:
    same = rows(30, seed=3, rule="first")
    alike = Answered(logits=same.logits, vectors=same.vectors, answers=np.ones(30, dtype=np.int64))
    assert "one answer" in learn(alike, NO_CHECK, name="x").reason


def test_what_harms_the_check_rows_is_refused() -> None:
    """A brand may have odd habits; the label must still hold for what everybody means by it."""
    corrected = rows(60, seed=1, rule="first")
    common = rows(200, seed=5, rule="first")
    other_way = Answered(logits=common.logits, vectors=np.abs(common.vectors), answers=np.zeros(200, dtype=np.int64))
    lesson = learn(corrected, other_way, name="x")
    assert lesson.offset is None
    assert lesson.reason == "worse on the shipped check rows"
    assert lesson.checked_after < lesson.checked_before


def test_the_same_corrections_always_teach_the_same() -> None:
    first, second = (learn(rows(50, seed=6, rule="first"), NO_CHECK, name="x").offset for _ in range(2))
    assert first is not None
    assert second is not None
    assert np.array_equal(first.weights, second.weights)


def test_an_offset_can_be_written_and_read() -> None:
    offset = Offset(name="x", weights=np.array([[0.5, -0.25], [1.0, 0.0]]), bias=np.array([0.1, -0.1]))
    read = Offset.read(json.loads(json.dumps(offset.written())))
    assert read.name == "x"
    np.testing.assert_allclose(read.weights, offset.weights)
    np.testing.assert_allclose(read.bias, offset.bias)
