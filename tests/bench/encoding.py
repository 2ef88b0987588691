"""Texts of a bench encoded once: vectors are kept in `.cache/bench` between runs, as the ledger would keep them (float16)."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from listener.embedding.dutch import CLEAR, DUTCH
from listener.embedding.open import open_embedder
from listener.settings.schema import ModelSettings
from listener.settings.wording import stop_words
from listener.text.language import OTHER, Languages

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "bench"
CHUNK = 1024

Half = NDArray[np.float16]


def encoded(
    texts: Mapping[str, str], *, model: str = "bundled", languages: Collection[str] = (DUTCH, "en")
) -> dict[str, NDArray[np.float32]]:
    """Return a vector per text hash by the model of that name, as it reads for people who write in `languages`."""
    embedder = open_embedder(ModelSettings.model_validate({"name": model}), models_dir=CACHE, languages=languages)
    file = CACHE / f"{embedder.model_id}.npz"
    known = _kept(file)
    known |= _unchanged(texts, known, embedder.model_id)
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


def _unchanged(texts: Mapping[str, str], known: Mapping[str, Half], model_id: str) -> dict[str, Half]:
    """Return vectors that another Dutch reader left as they are: of texts that are clearly not Dutch, which the model beside it reads."""
    base, beside, _ = model_id.partition(f"+{DUTCH}-")
    waiting = [text_hash for text_hash in texts if text_hash not in known]
    if not beside or not waiting:
        return {}
    languages = Languages.from_lists(**stop_words())
    found: dict[str, Half] = {}
    for file in sorted(CACHE.glob(f"{base}*.npz")):
        earlier = _kept(file)
        for text_hash in waiting:
            if text_hash in earlier and text_hash not in found:
                language, confidence = languages.of(texts[text_hash])
                if language not in (OTHER, DUTCH) and confidence >= CLEAR:
                    found[text_hash] = earlier[text_hash]
    return found


def _kept(file: Path) -> dict[str, Half]:
    if not file.is_file():
        return {}
    with np.load(file) as kept:
        return dict(zip(kept["hashes"].tolist(), kept["vectors"], strict=True))
