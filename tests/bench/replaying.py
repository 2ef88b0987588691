"""A file of dated posts through the analyser, without a ledger: texts encoded once, issue ids given here."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from listener.issues.analyst import Analyst
from listener.model.analysis import AnalysisStep
from listener.model.issue import Signal
from listener.model.mention import StoredMention
from listener.settings.schema import DetectionSettings
from listener.settings.wording import lexicons, stop_words
from tests.bench.encoding import encoded


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What the analyser said: signals with lasting issue ids, the issue of each mention, titles, and seconds without encoding.

    `vectors` is float32 `(n, n_dims)`, the model's vector per mention in the order given.
    """

    signals: tuple[Signal, ...]
    places: Mapping[int, int | None]
    titles: Mapping[int, str]
    seconds: float
    vectors: NDArray[np.float32]


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
    ordered = np.stack([vectors[reading.clean.hash] for batch in batches for reading in batch.readings])
    return Replay(signals=tuple(signals), places=ids.places, titles=ids.titles, seconds=round(seconds, 1), vectors=ordered)


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
