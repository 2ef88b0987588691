"""Texts of a bench encoded once: vectors are kept in `.cache/bench` between runs, as the ledger would keep them (float16)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from listener.embedding.open import open_embedder
from listener.settings.schema import ModelSettings

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "bench"
CHUNK = 1024


def encoded(texts: Mapping[str, str], *, model: str = "bundled") -> dict[str, NDArray[np.float32]]:
    """Return a vector per text hash by the model of that name."""
    embedder = open_embedder(ModelSettings.model_validate({"name": model}), models_dir=CACHE)
    file = CACHE / f"{embedder.model_id}.npz"
    known: dict[str, NDArray[np.float16]] = {}
    if file.is_file():
        with np.load(file) as kept:
            known = dict(zip(kept["hashes"].tolist(), kept["vectors"], strict=True))
    missing = [text_hash for text_hash in texts if text_hash not in known]
    try:
        for start in range(0, len(missing), CHUNK):
            part = missing[start : start + CHUNK]
            known |= zip(part, embedder.encode([texts[text_hash] for text_hash in part]).astype(np.float16), strict=True)
    finally:
        embedder.close()
    if missing:
        CACHE.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(f".{os.getpid()}.npz")  # benches may run side by side: a file is replaced whole
        np.savez(unfinished, hashes=np.array(list(known)), vectors=np.stack(list(known.values())))
        unfinished.replace(file)
    return {text_hash: known[text_hash].astype(np.float32) for text_hash in texts}
