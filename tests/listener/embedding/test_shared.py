"""One model, many askers: batches take turns, and a person who waits goes first."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.embedding.shared import MOST_WAITING, SharedEmbedder


class Gated:
    """A model that answers when it is let go, and notices when two ask at once."""

    model_id = "gated"

    def __init__(self) -> None:
        self.go = threading.Event()
        self.began = threading.Event()
        self.order: list[tuple[str, ...]] = []
        self.inside = 0
        self.most_inside = 0
        self.fail = False

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.order.append(tuple(texts))
        self.began.set()
        self.go.wait(5)
        self.inside -= 1
        if self.fail:
            raise RuntimeError("broken")
        return np.array([[float(len(text)), 1.0] for text in texts], dtype=np.float32)

    def close(self) -> None:
        self.go.set()


@pytest.fixture
def model() -> Gated:
    return Gated()


def test_a_text_is_answered_in_time_or_not_at_all_and_the_answer_is_kept(model: Gated) -> None:
    """Whoever asks again a little later has it at once."""
    shared = SharedEmbedder(model)
    assert shared.soon("stroom", 0.01) is None
    model.go.set()
    answer = shared.soon("stroom", 5)
    assert answer is not None
    assert answer.tolist() == [6.0, 1.0]
    assert shared.soon("stroom", 0.0) is not None
    assert model.order == [("stroom",)]


def test_a_person_goes_before_the_next_batch_and_nobody_asks_beside_another(model: Gated) -> None:
    shared = SharedEmbedder(model)
    batches = [threading.Thread(target=shared.encode, args=([f"batch {n}"],)) for n in range(3)]
    batches[0].start()
    assert model.began.wait(5)
    for one in batches[1:]:
        one.start()
    assert shared.soon("ik wacht", 0.05) is None
    model.go.set()
    for one in batches:
        one.join(5)
    assert shared.soon("ik wacht", 5) is not None
    assert model.order[:2] == [("batch 0",), ("ik wacht",)]
    assert model.most_inside == 1


def test_a_queue_that_is_too_long_says_no_at_once(model: Gated) -> None:
    shared = SharedEmbedder(model)
    for n in range(MOST_WAITING):
        assert shared.soon(f"vraag {n}", 0.0) is None
    assert shared.soon("een te veel", 60) is None
    model.go.set()


def test_a_failure_is_told_and_not_kept(model: Gated) -> None:
    shared = SharedEmbedder(model)
    model.go.set()
    model.fail = True
    with pytest.raises(RuntimeError):
        shared.soon("stroom", 5)
    model.fail = False
    assert shared.soon("stroom", 5) is not None


def test_it_is_named_as_the_model_is_and_closes_it(model: Gated) -> None:
    shared = SharedEmbedder(model)
    assert shared.model_id == "gated"
    shared.close()
    assert model.go.is_set()
