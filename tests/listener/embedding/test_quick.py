"""The static model: near what the full one says, the same every time, and whole on disk or not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from listener.embedding.hashed import HashedEmbedder
from listener.embedding.quick import PREFIX, distilled, load

SUBJECTS = (
    "de app start niet",
    "het pakket is nat",
    "de trein is te laat",
    "de factuur klopt niet",
    "het water is koud",
    "de winkel is dicht",
)
TEXTS = [
    f"{subject} {ending}" for subject in SUBJECTS for ending in ("vandaag weer", "sinds gisteren", "alweer", "en nu", "helaas", "bah")
] * 3


def test_it_lands_near_the_full_model() -> None:
    full = HashedEmbedder(48)
    quick = distilled(TEXTS, full)
    likeness = (quick.encode(TEXTS) * full.encode(TEXTS)).sum(axis=1)
    assert float(likeness.mean()) > 0.8


def test_the_map_learned_on_whole_texts_helps() -> None:
    """Words alone do not say where the full model puts a text; without the map both kinds of vectors could not be compared."""
    full = HashedEmbedder(48)
    with_map, without = distilled(TEXTS, full), distilled(TEXTS, full, taught_by=1)
    goals = full.encode(TEXTS)
    assert (with_map.encode(TEXTS) * goals).sum() > (without.encode(TEXTS) * goals).sum()


def test_the_same_texts_give_the_same_model_and_a_kept_one_comes_back_whole(tmp_path: Path) -> None:
    quick = distilled(TEXTS, HashedEmbedder(16))
    assert distilled(TEXTS, HashedEmbedder(16)).model_id == quick.model_id
    quick.save(tmp_path)
    again = load(tmp_path, quick.model_id)
    assert again is not None
    assert again.model_id == quick.model_id
    assert np.array_equal(again.encode(["de trein", "onbekend"]), quick.encode(["de trein", "onbekend"]))
    assert [file.name for file in tmp_path.iterdir()] == [f"{quick.model_id}.npz"]


def test_other_models_are_not_taken_for_one(tmp_path: Path) -> None:
    assert load(tmp_path, "minilm-l6-v2-53aa5117") is None
    assert load(tmp_path, f"{PREFIX}000000000000") is None


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_damaged_one_is_as_good_as_gone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / f"{PREFIX}000000000000.npz").write_bytes(content)
    assert load(tmp_path, f"{PREFIX}000000000000") is None


def test_texts_without_a_known_word_have_unit_length_too() -> None:
    vectors = distilled(TEXTS, HashedEmbedder(16)).encode(["", "😡", "nooit gezien", "de app"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)


def test_nothing_waiting_gives_a_model_that_still_encodes() -> None:
    assert distilled([], HashedEmbedder(16)).encode(["iets"]).shape == (1, 16)
