"""Where the bundled model puts English texts: what the Dutch reader has to learn. Kept on disk, for it takes minutes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHUNK = 8192
BATCH = 128


def taught_vectors(texts: Sequence[str], *, folder: Path, cache: Path, say: Callable[[str], None]) -> NDArray[np.float16]:
    """Return float16 `(len(texts), 384)`, unit length, by the sentence-transformers model in `folder`."""
    file = cache / "taught.npz"
    known: dict[str, NDArray[np.float16]] = {}
    if file.is_file():
        with np.load(file) as kept:
            known = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
    keys = [hashlib.sha256(text.encode()).hexdigest()[:24] for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if missing:
        model = _model(folder)
        waiting = sorted(missing, key=lambda key: len(missing[key]))
        for start in range(0, len(waiting), CHUNK):
            part = waiting[start : start + CHUNK]
            vectors = model.encode([missing[key] for key in part], batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
            known |= zip(part, np.asarray(vectors, dtype=np.float16), strict=True)
            say(f"English texts encoded: {min(start + CHUNK, len(waiting))} of {len(waiting)}")
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(file, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    return np.stack([known[key] for key in keys])


def _model(folder: Path) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu")
