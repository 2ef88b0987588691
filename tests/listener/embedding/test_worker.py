"""A crash or a hang of the model costs one restart, never the service; what stays broken is said plainly."""

from __future__ import annotations

import os
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from listener.embedding import sentences
from listener.embedding.sentences import EncodingFailed, SentenceEmbedder
from listener.embedding.worker import Encoded, Failed, Ready, Refused
from listener.errors import SettingsError


def serve_as_told(pipe: Connection, folder: str, batch_size: int, network: Literal["none", "allowed"]) -> None:
    """A worker without a model that does what the texts say: crash, crash once, hang, fail, or answer."""
    if folder.endswith("broken"):
        pipe.send(Refused("OSError: no such weights"))
        return
    pipe.send(Ready(2))
    while True:
        try:
            texts = pipe.recv()
        except EOFError:
            return
        if "crash" in texts or ("crash once" in texts and not _marked(folder)):
            os.kill(os.getpid(), signal.SIGKILL)
        if "hang" in texts:
            time.sleep(60)
        pipe.send(Failed("ValueError: bad text") if "fail" in texts else Encoded(np.full((len(texts), 2), 0.5, dtype=np.float32)))


def _marked(folder: str) -> bool:
    mark = Path(folder) / "crashed"
    if mark.exists():
        return True
    mark.touch()
    return False


@pytest.fixture
def embedder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SentenceEmbedder:
    monkeypatch.setattr(sentences, "serve", serve_as_told)
    return SentenceEmbedder(tmp_path, name="told", model_id="told-1", batch_size=8, timeout_seconds=3.0)


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


def test_a_hang_ends_after_the_time_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "serve", serve_as_told)
    embedder = SentenceEmbedder(tmp_path, name="told", model_id="told-1", batch_size=8, timeout_seconds=0.3)
    with pytest.raises(EncodingFailed, match="no answer within"):
        embedder.encode(["hang"])
    embedder.close()


def test_a_model_that_cannot_be_loaded_is_a_setting_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "serve", serve_as_told)
    embedder = SentenceEmbedder(tmp_path / "broken", name="broken", model_id="b", batch_size=8, timeout_seconds=3.0)
    with pytest.raises(SettingsError, match=r"model\.name.*broken.*no such weights.*'bundled'"):
        embedder.encode(["a"])
