"""The embedder without a model keeps the promises of the port."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from listener.embedding.hashed import HashedEmbedder


def test_rows_have_unit_length_and_equal_texts_equal_vectors() -> None:
    vectors = HashedEmbedder().encode(["geen stroom", "geen stroom", "", "😡"])
    assert vectors.shape == (4, 64)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    assert np.array_equal(vectors[0], vectors[1])


def test_no_texts_give_no_rows_of_the_right_width() -> None:
    assert HashedEmbedder(dims=32).encode([]).shape == (0, 32)


def test_texts_with_the_same_words_are_nearer_than_others() -> None:
    login, also_login, bill = HashedEmbedder(dims=256).encode(
        ["ik kan niet inloggen in de app", "inloggen in de app lukt niet", "de jaarrekening is te hoog"]
    )
    assert login @ also_login > login @ bill + 0.2


def test_vectors_are_the_same_in_every_process() -> None:
    """Python's own hash changes per process; vectors kept in the ledger must not."""
    code = "from listener.embedding.hashed import HashedEmbedder as H; print(H(8).encode(['storing in de app']).tolist())"
    runs = {subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in range(2)}
    assert runs == {f"{HashedEmbedder(8).encode(['storing in de app']).tolist()}\n"}


def test_importing_the_room_does_not_load_torch() -> None:
    """`klankbord run --only send` and every quick command must start within a second."""
    code = "import sys, listener.embedding.open, listener.embedding.hashed; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
