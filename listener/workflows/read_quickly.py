"""Speed mode: a backlog that would take the model minutes is scanned by a static model first, and read in full afterwards.

It is a change of model there and back: the static model serves while mentions wait, then the full model's vectors are made in the
background and everything turns to them at once (`listener.workflows.change_model`). Numbers of issues and people's edits are kept.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from listener.embedding.quick import PREFIX, QuickEmbedder, distilled, load
from listener.ledger.ledger import Ledger
from listener.model.figures import QuickRead
from listener.ports import Clock, Embedder

logger = logging.getLogger(__name__)

KEY = "quick_reading"
LEARNED_FROM = 4_000
"""Waiting texts whose words the static model knows: enough for a brand's vocabulary, half a minute of work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickReading:
    """Knows when a backlog is large enough, and keeps the static model in `folder`. `above` 0 means never."""

    ledger: Ledger
    embedder: Embedder
    folder: Path
    above: int
    clock: Clock

    def due(self, waiting: int) -> bool:
        """Tell whether so many waiting mentions are to be scanned first."""
        return 0 < self.above < waiting

    def begin(self, texts: Sequence[str], waiting: int) -> QuickEmbedder:
        """Distil a static model for texts like these, keep it, and note when and why reading went fast."""
        model = distilled(texts, self.embedder)
        model.save(self.folder)
        self._note(QuickRead(mentions=waiting, from_at=self.clock.now(), until=None))
        logger.info("reading quickly", extra={"waiting": waiting, "model": model.model_id})
        return model

    def open(self, model_id: str) -> QuickEmbedder | None:
        """Return the static model of that id; None when it is another kind of model, or gone."""
        return load(self.folder, model_id)

    def end(self, model_id: str) -> None:
        """Everything has been read in full: note it, and let go of the static model and its vectors."""
        last = last_quick_read(self.ledger)
        if last is not None and last.until is None:
            self._note(QuickRead(mentions=last.mentions, from_at=last.from_at, until=self.clock.now()))
        if is_quick(model_id):
            self.ledger.analyses.drop_vectors(model_id)
            (self.folder / f"{model_id}.npz").unlink(missing_ok=True)
        logger.info("read in full", extra={"model": self.embedder.model_id})

    def _note(self, read: QuickRead) -> None:
        until = None if read.until is None else read.until.isoformat()
        self.ledger.meta.set(KEY, json.dumps({"mentions": read.mentions, "from_at": read.from_at.isoformat(), "until": until}))


def is_quick(model_id: str) -> bool:
    """Tell whether vectors of that id come from a static model."""
    return model_id.startswith(PREFIX)


def last_quick_read(ledger: Ledger) -> QuickRead | None:
    """Return the last time a backlog was read quickly, also when it is over; None when it never was."""
    kept = ledger.meta.get(KEY)
    if kept is None:
        return None
    read = json.loads(kept)
    until = None if read["until"] is None else datetime.fromisoformat(read["until"])
    return QuickRead(mentions=int(read["mentions"]), from_at=datetime.fromisoformat(read["from_at"]), until=until)
