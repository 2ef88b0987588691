"""A crash or a hang of the model costs one restart, never the service; what stays broken is said plainly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.embedding.sentences import EncodingFailed, SentenceEmbedder
from listener.errors import SettingsError


def told(folder: Path, timeout_seconds: float = 20.0) -> SentenceEmbedder:
    """An embedder whose worker does what the texts say (tests/fakes/told_worker.py)."""
    return SentenceEmbedder(
        folder, name=folder.name, model_id="told-1", batch_size=8, timeout_seconds=timeout_seconds, worker="tests.fakes.told_worker"
    )


@pytest.fixture
def embedder(tmp_path: Path) -> Iterator[SentenceEmbedder]:
    embedder = told(tmp_path)
    yield embedder
    embedder.close()


def test_texts_become_vectors_and_no_texts_no_rows(embedder: SentenceEmbedder) -> None:
    assert embedder.encode(["a", "b"]).shape == (2, 2)
    assert embedder.encode([]).shape == (0, 2)
    embedder.close()
    embedder.close()


def test_a_crash_costs_one_restart(embedder: SentenceEmbedder) -> None:
    assert embedder.encode(["crash once", "a"]).shape == (2, 2)
    embedder.close()


@pytest.mark.parametrize(("text", "reason"), [("crash", "process ended"), ("fail", "bad text")])
def test_what_fails_twice_is_said_and_the_next_texts_go_on(embedder: SentenceEmbedder, text: str, reason: str) -> None:
    with pytest.raises(EncodingFailed, match=reason):
        embedder.encode([text])
    assert embedder.encode(["a"]).shape == (1, 2)
    embedder.close()


def test_a_hang_ends_after_the_time_set(tmp_path: Path) -> None:
    embedder = told(tmp_path, timeout_seconds=0.3)
    with pytest.raises(EncodingFailed, match="no answer within"):
        embedder.encode(["hang"])
    embedder.close()


def test_a_model_that_cannot_be_loaded_is_a_setting_to_mend(tmp_path: Path) -> None:
    embedder = told(tmp_path / "broken")
    with pytest.raises(SettingsError, match=r"model\.name.*broken.*no such weights.*'bundled'"):
        embedder.encode(["a"])
