"""A file of dated posts through the analyser, without a ledger: texts encoded once, issue ids given here."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from listener.embedding.open import open_embedder
from listener.issues.analyst import Analyst
from listener.model.analysis import AnalysisStep
from listener.model.issue import Signal
from listener.model.mention import StoredMention
from listener.settings.schema import DetectionSettings, ModelSettings
from listener.settings.wording import lexicons, stop_words

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What the analyser said: signals with lasting issue ids, the issue of each mention, titles, and seconds without encoding."""

    signals: tuple[Signal, ...]
    places: Mapping[int, int | None]
    titles: Mapping[int, str]
    seconds: float


def replay(stored: Sequence[StoredMention], *, brands: Sequence[str] = (), settings: DetectionSettings, batch_size: int = 256) -> Replay:
    """Replay `stored`, in order of time, in batches as the service would have seen them."""
    analyst = Analyst(settings, brands=brands, lexicons=lexicons(), stopwords=stop_words())
    batches = [analyst.prepare(stored[start : start + batch_size]) for start in range(0, len(stored), batch_size)]
    vectors = encoded({text_hash: text for batch in batches for text_hash, text in batch.to_embed.items()})
    ids = IssueIds()
    signals: list[Signal] = []
    since_regroup = 0
    began = time.perf_counter()
    for batch in batches:
        signals += ids.save(analyst, analyst.conclude(batch, vectors))
        since_regroup += len(batch.readings)
        if since_regroup >= settings.regroup_every:
            ids.save(analyst, analyst.regroup(batch.readings[-1].stored.mention.posted_at))
            since_regroup = 0
    seconds = time.perf_counter() - began
    return Replay(signals=tuple(signals), places=ids.places, titles=ids.titles, seconds=round(seconds, 1))


class IssueIds:
    """Stands in for the ledger: gives lasting ids to issues and remembers places and titles."""

    def __init__(self) -> None:
        self.places: dict[int, int | None] = {}
        self.titles: dict[int, str] = {}

    def save(self, analyst: Analyst, step: AnalysisStep) -> list[Signal]:
        """Take a step over, tell the analyst the lasting ids, and return the step's signals with them."""
        real = {new.temporary_id: len(self.titles) + 1 + at for at, new in enumerate(step.new_issues)}
        self.titles |= {real[new.temporary_id]: new.title for new in step.new_issues}
        self.titles |= {real.get(issue_id, issue_id): title for issue_id, title in step.titles}
        for line in step.memberships:
            self.places[line.mention_id] = None if line.issue_id is None else real.get(line.issue_id, line.issue_id)
        analyst.saved(real)
        return [replace(one, issue_id=None if one.issue_id is None else real.get(one.issue_id, one.issue_id)) for one in step.signals]


def encoded(texts: Mapping[str, str]) -> dict[str, NDArray[np.float32]]:
    """Return a vector per text hash by the bundled model, kept in `.cache/bench` between runs as the ledger would (float16)."""
    embedder = open_embedder(ModelSettings.model_validate({}), models_dir=CACHE)
    file = CACHE / f"{embedder.model_id}.npz"
    known: dict[str, NDArray[np.float16]] = {}
    if file.is_file():
        with np.load(file) as kept:
            known = dict(zip(kept["hashes"].tolist(), kept["vectors"], strict=True))
    missing = [text_hash for text_hash in texts if text_hash not in known]
    try:
        for start in range(0, len(missing), 1024):
            part = missing[start : start + 1024]
            known |= zip(part, embedder.encode([texts[text_hash] for text_hash in part]).astype(np.float16), strict=True)
    finally:
        embedder.close()
    if missing:
        CACHE.mkdir(parents=True, exist_ok=True)
        np.savez(file, hashes=np.array(list(known)), vectors=np.stack(list(known.values())))
    return {text_hash: known[text_hash].astype(np.float32) for text_hash in texts}
