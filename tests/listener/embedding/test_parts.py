"""Texts are read in parts, side by side, and come back as if each had been read alone."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.embedding import worker
from listener.embedding.parts import SideBySide, parts_of

WAIT_SECONDS = 10.0


class Lengths:
    """A model that says how long a text is, and who said it; it remembers what it was asked together."""

    def __init__(self, name: float = 0.0) -> None:
        self.name = name
        self.asked: list[list[str]] = []

    def encode(self, texts: Sequence[str], *, batch_size: int, **_options: Any) -> NDArray[np.float32]:
        assert len(texts) <= batch_size
        self.asked.append(list(texts))
        return np.array([[len(text), self.name] for text in texts], dtype=np.float32)


class TwoReaders:
    """Capitals are read by the one, everything else by the other."""

    def __init__(self) -> None:
        self.loud, self.quiet = Lengths(1.0), Lengths(2.0)

    def reader_of(self, text: str) -> Lengths:
        return self.loud if text.isupper() else self.quiet


def test_every_text_gets_its_own_row_by_its_own_reader() -> None:
    model, texts = TwoReaders(), ["aa", "B", "cccc", "DDD", "e", "FFFFF", "ggggggg"]
    found = SideBySide(2).encode(model, texts, 2)
    assert found.tolist() == [[len(text), 1.0 if text.isupper() else 2.0] for text in texts]
    assert sorted(map(tuple, model.loud.asked + model.quiet.asked)) == [("B",), ("FFFFF", "DDD"), ("aa", "e"), ("ggggggg", "cccc")]


@pytest.mark.parametrize(
    ("texts", "kinds", "most", "parts"),
    [
        ([], [], 4, []),
        (["a", "bbb", "cc"], [7, 7, 7], 8, [[1, 2, 0]]),  # one part: nothing to share out
        (["a", "bbb", "cc", "dddd"], [7, 7, 7, 7], 2, [[3, 1], [2, 0]]),  # like lengths together, little padding
        (["a", "a", "a"], [7, 7, 7], 2, [[0, 1], [2]]),  # of one length: as they came
        (["a", "bbb", "cc", "dddd"], [1, 9, 1, 9], 2, [[3, 1], [2, 0]]),  # no part has two readers
        (["a", "bbb", "cc", "dddd"], [9, 1, 1, 9], 3, [[3, 0], [1, 2]]),  # the part with the longest text is begun first
    ],
)
def test_parts_follow_from_the_request_alone(texts: list[str], kinds: list[int], most: int, parts: list[list[int]]) -> None:
    """A text's last digits depend on what it is read beside: what is kept must not depend on timing."""
    assert parts_of(texts, kinds, most) == parts


def test_two_parts_are_read_at_a_time() -> None:
    """With one at a time the first would wait for the second for ever."""
    both = threading.Barrier(2, timeout=WAIT_SECONDS)

    class Together(Lengths):
        def encode(self, texts: Sequence[str], *, batch_size: int, **options: Any) -> NDArray[np.float32]:
            both.wait()
            return super().encode(texts, batch_size=batch_size, **options)

    assert len(SideBySide(2).encode(Together(), ["a", "b"], 1)) == 2


def test_a_part_that_fails_is_told_once_nobody_reads_any_more() -> None:
    """The next request, and who looks at a text's language for it, would find somebody else's hands on the tokenizer."""
    failed, read = threading.Event(), threading.Event()

    class Failing(Lengths):
        def encode(self, texts: Sequence[str], *, batch_size: int, **options: Any) -> NDArray[np.float32]:
            if texts[0] == "bad text":
                failed.set()
                raise ValueError("bad text")
            failed.wait(WAIT_SECONDS)
            threading.Event().wait(0.05)
            read.set()
            return super().encode(texts, batch_size=batch_size, **options)

    with pytest.raises(ValueError, match="bad text"):
        SideBySide(2).encode(Failing(), ["bad text", "good"], 1)
    assert read.is_set()


def test_one_thread_at_a_time_cuts_texts_into_pieces() -> None:
    """A tokenizer that is told where to cut while another thread reads with it raises, and the batch would be lost."""
    order: list[str] = []

    class Model:
        def preprocess(self, texts: list[str]) -> list[str]:
            order.append(f"{texts[0]} begins")
            if texts == ["first"]:
                second.start()
                second.join(0.2)
            order.append(f"{texts[0]} ends")
            return texts

    model = Model()
    worker._one_at_a_time(model)
    second = threading.Thread(target=model.preprocess, args=(["second"],))
    assert model.preprocess(["first"]) == ["first"]
    second.join(WAIT_SECONDS)
    assert order == ["first begins", "first ends", "second begins", "second ends"]


@pytest.mark.parametrize(
    ("given", "cores", "threads"), [(None, 2, 2), (None, 64, 4), (None, None, 1), ("1", 2, 1), ("3", 2, 3), ("0", 2, 2)]
)
def test_cores_are_shared_out_by_parts_and_by_no_library(
    monkeypatch: pytest.MonkeyPatch, given: str | None, cores: int | None, threads: int
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "8")
    if given is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", given)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    for name in worker.OFFLINE:
        monkeypatch.setenv(name, "")
    assert worker._set_environment() == threads
    assert os.environ["OMP_NUM_THREADS"] == os.environ["MKL_NUM_THREADS"] == "1"
