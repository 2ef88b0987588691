"""Understand what is stored: batch by batch, each batch committed whole, so that a crash costs at most the batch under way."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from listener.embedding.ahead import AheadEmbedder
from listener.errors import ProductError
from listener.insight.store import Insight
from listener.issues.analyst import Analyst
from listener.issues.prepare import Prepared
from listener.ledger.ledger import Ledger
from listener.model.analysis import AnalysisStep, Label, NewEmbedding
from listener.model.issue import Signal
from listener.model.mention import StoredMention
from listener.ports import Embedder, Progress
from listener.workflows.change_model import ModelChange, OpenEarlier, no_earlier
from listener.workflows.keep_analyst import KeepAnalyst
from listener.workflows.read_quickly import LEARNED_FROM, QuickReading, is_quick
from listener.workflows.rebuild_insight import catch_up
from listener.workflows.set_apart import SetApart

logger = logging.getLogger(__name__)

WELL = "Al uren geen stroom"
"""Any model reads this."""
SPARING = 20
"""Beside people at work regrouping takes one part in so many of the time: on two million mentions it takes half a minute each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """What one call did: mentions understood, signals raised (with their real ids), and whether to call again at once."""

    mentions: int
    signals: tuple[Signal, ...]
    more: bool


LabelModels = Callable[[Mapping[str, str]], Mapping[str, Sequence[Label]]]
"""Says by text hash what models that people put in a head's place make of these texts (by hash)."""


def no_label_models(_texts: Mapping[str, str]) -> Mapping[str, Sequence[Label]]:
    """Every label comes from what is shipped."""
    return {}


class AnalyseMentions:
    """Turns stored mentions into analyses, memberships and signals. Blocks: call it off the event loop, from one thread at a time.

    `new_analyst` makes an empty analyst; the workflow fills it from the ledger before the first batch, so that a restart goes on
    exactly where the last committed batch ended. What people corrected and what was removed meanwhile is taken over before each
    batch. `insight` may be None, then only the ledger is written. After a change of model, texts are encoded again between the batches
    (see `listener.workflows.change_model`); `open_earlier` opens the model before, which serves meanwhile. `quick` scans large backlogs.
    """

    def __init__(
        self,
        ledger: Ledger,
        insight: Insight | None,
        embedder: Embedder,
        new_analyst: Callable[[], Analyst],
        *,
        window: timedelta,
        regroup_every: int,
        batch_size: int = 256,
        open_earlier: OpenEarlier = no_earlier,
        label_models: LabelModels = no_label_models,
        quick: QuickReading | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger
        self._apart = SetApart(ledger, batch=self._batch, alone=self._alone, well=self._well)
        self._insight = insight
        self._monotonic = monotonic
        self._rests_until = 0.0
        self._ahead = AheadEmbedder(embedder)
        self._next: Prepared | None = None
        self._models = ModelChange(ledger, self._ahead, open_earlier, batch_size=batch_size)
        self._analysts = KeepAnalyst(ledger, new_analyst, window=window, serving=lambda: self._models.serving)
        self._regroup_every = regroup_every
        self._batch_size = batch_size
        self._label_models = label_models
        self._quick = quick

    @property
    def model_id(self) -> str:
        """The model whose vectors serve now: the configured one, or the one before as long as its texts are being encoded again."""
        return self._models.serving

    def close(self) -> None:
        """End what was opened besides the embedder given, which is at rest then; harmless when called twice."""
        self._ahead.rest()
        self._models.close()

    def begin_anew(self) -> None:
        """Make a new analyst before the next batch, for instance when labels learned something. May be called from any thread."""
        self._analysts.begin_anew()

    def all(self, progress: Progress) -> tuple[Signal, ...]:
        """Analyse everything that waits and return the signals raised, in order."""
        progress.start("Analysing", self._ledger.mentions.unanalysed_count())
        signals: list[Signal] = []
        more = True
        while more:
            done = self.once()
            signals += done.signals
            progress.advance(done.mentions)
            more = done.more
        progress.finish()
        return tuple(signals)

    def once(self, *, sparing: bool = False) -> Analysed:
        """Regroup when it is time, then analyse one batch (at most `batch_size` mentions, oldest first), then encode one batch again.

        Regrouping comes first because whether it is due can be read from the ledger: a process killed between a batch and the
        regrouping after it makes up for it before it goes on, and ends where it would have ended. `sparing`: while people work on the
        pages, regrouping waits until it takes at most one part in `SPARING` of the time; what bursts is seen by the scan without it.
        """
        signals = self._regroup_when_due(sparing=sparing)
        waiting = self._ledger.mentions.unanalysed(2 * self._batch_size) if self._models.embedder() is not None else []
        stored, later = waiting[: self._batch_size], waiting[self._batch_size :]
        if stored:
            if len(stored) == self._batch_size:
                self._read_quickly_when_due()
            signals += self._apart.analyse(stored, later, self._analysts.ready().texts_alone())
            self._tell_insight()
        return Analysed(mentions=len(stored), signals=signals, more=self._encode_again() or bool(stored))

    def _encode_again(self) -> bool:
        """Take one step of a change of model, if one is under way; return whether to go on at once.

        At the last one everything turns to the new vectors together: the analyst, insight, and the groups (regrouping is due then).
        """
        if not self._models.under_way:
            return False
        before = self._models.serving
        if is_quick(before) and self._models.embedder() is not None and self._ledger.mentions.unanalysed(1):
            return True  # what waits is scanned first, unless the static model is gone; the full model follows
        try:
            if self._models.encode_some(self._texts_of):
                self._analysts.let_go()
                self._tell_insight()
                if self._quick is not None and is_quick(before):
                    self._quick.end(before)
        except ProductError:
            raise
        except Exception:  # the model before goes on serving, and the next look tries again
            logger.exception("encoding for the new model failed")
            return False
        return True

    def _read_quickly_when_due(self) -> None:
        """Let a static model serve while a large backlog waits; once per backlog, and never while models change anyway."""
        if self._quick is None or self._models.under_way:
            return
        waiting = self._ledger.mentions.unanalysed_count()
        if not self._quick.due(waiting):
            return
        texts = self._texts_of(self._ledger.mentions.unanalysed(LEARNED_FROM))
        self._ahead.rest()
        self._models.read_quickly(self._quick.begin(list(texts.values()), waiting), self._texts_of)
        self._analysts.let_go()
        self._tell_insight()

    def _texts_of(self, stored: Sequence[StoredMention]) -> dict[int, str]:
        prepared = self._analysts.reader().prepare(stored)
        return {reading.stored.mention_id: reading.clean.text for reading in prepared.readings}

    def _alone(self, one: StoredMention) -> None:
        """Take one mention through everything that its text alone goes through; the analyst stays as it is."""
        prepared = self._analysts.ready().prepare([one])
        self._vectors(prepared.to_embed)
        self._label_models(prepared.to_embed)

    def _well(self) -> None:
        """Raise when the model fails on what any model reads: then no mention is to blame, and the next look tries again."""
        embedder = self._models.embedder()
        if embedder is not None:
            embedder.encode([WELL])

    def _batch(self, stored: Sequence[StoredMention], later: Sequence[StoredMention]) -> tuple[Signal, ...]:
        analyst = self._analysts.ready()
        made, self._next = self._next, None
        as_made = made is not None and [reading.stored for reading in made.readings] == list(stored)
        prepared = made if made is not None and as_made else analyst.prepare(stored)
        # made ready while the model still reads, which would wait for this otherwise
        following = analyst.prepare(later) if len(later) == self._batch_size and not self._models.under_way else None
        vectors, fresh = self._vectors(prepared.to_embed)
        if following is not None:
            self._look_ahead(following, besides=prepared.to_embed)
        said = self._label_models(prepared.to_embed)
        with self._analysts.kept_if_saved():
            self._analysts.remind(analyst)
            return self._save(analyst, replace(analyst.conclude(prepared, vectors, said), embeddings=fresh))

    def _look_ahead(self, following: Prepared, *, besides: Mapping[str, str]) -> None:
        """Let the model read the next batch while this one is concluded: just the texts it will be asked for when this one is saved."""
        self._next = following
        texts = following.to_embed
        known = besides.keys() | self._ledger.analyses.vectors(list(texts), self._ahead.model_id).keys()
        self._ahead.ahead([text for text_hash, text in texts.items() if text_hash not in known])

    def _save(self, analyst: Analyst, step: AnalysisStep) -> tuple[Signal, ...]:
        real = self._ledger.analyses.save(step)
        analyst.saved(real)
        return tuple(replace(s, issue_id=real.get(s.issue_id, s.issue_id) if s.issue_id is not None else None) for s in step.signals)

    def _vectors(self, texts: Mapping[str, str]) -> tuple[dict[str, NDArray[np.float32]], tuple[NewEmbedding, ...]]:
        """Return a vector per text hash, encoding only what the ledger does not know; and the new ones, to be kept.

        New vectors pass through float16 as the ledger keeps them, so that a restart computes with the very same numbers.
        """
        embedder = self._models.embedder()
        assert embedder is not None  # noqa: S101 - `once` takes no mentions up while there is none; this tells the type checker
        vectors = dict(self._ledger.analyses.vectors(list(texts), embedder.model_id))
        missing = [text_hash for text_hash in texts if text_hash not in vectors]
        encoded = embedder.encode([texts[text_hash] for text_hash in missing]).astype(np.float16).astype(np.float32)
        fresh = tuple(NewEmbedding(text_hash=h, model=embedder.model_id, vector=v) for h, v in zip(missing, encoded, strict=True))
        vectors.update({new.text_hash: new.vector for new in fresh})
        return vectors, fresh

    def _regroup_when_due(self, *, sparing: bool) -> tuple[Signal, ...]:
        other_model = self._ledger.analyses.last_regroup_model() not in ("", self.model_id)
        if sparing and not other_model and self._monotonic() < self._rests_until:
            return ()
        analysed = self._ledger.analyses.analysed_count()
        now = self._ledger.analyses.latest_posted_at()
        if now is None or not (other_model or analysed - self._ledger.analyses.last_regroup_count() >= self._regroup_every):
            return ()
        return self._regrouped(now, analysed)

    def regroup(self, now: datetime) -> None:
        """Regroup at once, for instance after people moved mentions or before the first digest."""
        self._regrouped(now, self._ledger.analyses.analysed_count())

    def _regrouped(self, now: datetime, analysed: int) -> tuple[Signal, ...]:
        analyst, begun = self._analysts.ready(), self._monotonic()
        with self._analysts.kept_if_saved():
            self._analysts.remind(analyst)
            signals = self._save(analyst, replace(analyst.regroup(now), regrouped=analysed, model=self.model_id))
        self._tell_insight()
        ended = self._monotonic()
        self._rests_until = ended + (SPARING - 1) * (ended - begun)
        return signals

    def _tell_insight(self) -> None:
        if self._insight is not None:
            catch_up(self._ledger, self._insight, model_id=self.model_id)
