"""Texts encoded ahead give the vectors that encoding them in place would have given, and never get in each other's way."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.embedding.ahead import AheadEmbedder
from listener.embedding.hashed import HashedEmbedder


class Watched(HashedEmbedder):
    """Remembers what it was asked, and can be made to wait or to fail."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[str]] = []
        self.at_work = 0
        self.go_on = threading.Event()
        self.go_on.set()
        self.closed = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.at_work += 1
        assert self.at_work == 1, "two requests at a time"
        self.asked.append(list(texts))
        assert self.go_on.wait(10)
        self.at_work -= 1
        if "poison" in texts:
            raise RuntimeError("cannot read this")
        return super().encode(texts)

    def close(self) -> None:
        assert self.at_work == 0, "closed under way"
        self.closed += 1


def test_what_was_begun_ahead_is_not_encoded_again() -> None:
    model = Watched()
    ahead = AheadEmbedder(model)
    ahead.ahead(["one thing", "another"])
    found = ahead.encode(["one thing", "another"])
    assert np.array_equal(found, HashedEmbedder().encode(["one thing", "another"]))
    assert model.asked == [["one thing", "another"]]
    ahead.encode(["one thing", "another"])
    assert len(model.asked) == 2, "handed out once only"


def test_beginning_does_not_wait_for_the_model() -> None:
    model = Watched()
    model.go_on.clear()
    ahead = AheadEmbedder(model)
    ahead.ahead(["later"])
    model.go_on.set()
    assert len(ahead.encode(["later"])) == 1


@pytest.mark.parametrize("asked", [["b", "a"], ["a"], ["a", "b", "c"], []])
def test_other_texts_than_those_begun_are_encoded_together_as_asked(asked: list[str]) -> None:
    model = Watched()
    ahead = AheadEmbedder(model)
    ahead.ahead(["a", "b"])
    assert np.array_equal(ahead.encode(asked), HashedEmbedder().encode(asked))
    assert model.asked[-1] == asked
    assert np.array_equal(ahead.encode(["a", "b"]), HashedEmbedder().encode(["a", "b"]))
    assert model.asked[-1] == ["a", "b"], "what was begun before other texts is forgotten"


def test_a_failure_ahead_is_heard_when_the_texts_are_asked_for_and_once_only() -> None:
    model = Watched()
    ahead = AheadEmbedder(model)
    ahead.ahead(["poison"])
    with pytest.raises(RuntimeError, match="cannot read this"):
        ahead.encode(["poison"])
    ahead.ahead(["poison"])
    assert len(ahead.encode(["good"])) == 1, "a failure nobody asked for is nobody's"


def test_closing_waits_for_what_is_under_way_and_may_be_done_twice() -> None:
    model = Watched()
    ahead = AheadEmbedder(model)
    ahead.ahead(["under way"])
    ahead.close()
    ahead.close()
    assert model.closed == 2
    assert len(ahead.encode(["again"])) == 1, "as after closing the model itself"
