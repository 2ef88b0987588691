"""Learn from people's corrections, per brand and label, and keep what was learned, or why nothing was."""

from __future__ import annotations

import json
import logging
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from listener.issues.prepare import Reader, Reading
from listener.labels.labeller import Labeller
from listener.labels.learning import Answered, Lesson, learn
from listener.labels.offsets import Offset
from listener.ledger.ledger import Ledger
from listener.model.correction import Beside

logger = logging.getLogger(__name__)

KEY = "labels_learned"
NEVER_LEARNED = frozenset({"x", "twitter", "discord", "reddit"})
"""RULES "Learning": corrections on these platforms change the label shown and are never training rows."""
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What is kept of the last run. `lessons`: brand → label → figures, reason, and the offset when it was adopted."""

    at: str
    model_id: str
    corrections: int
    left_out: int
    lessons: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def offsets(self, model_id: str) -> dict[str, dict[str, Offset]]:
        """Return what was adopted, by brand and label; nothing when it was learned on vectors of another model."""
        if model_id != self.model_id:
            return {}
        found: dict[str, dict[str, Offset]] = {}
        for brand, lessons in self.lessons.items():
            adopted = {name: Offset.read(dict(one["offset"])) for name, one in lessons.items() if one.get("offset")}
            if adopted:
                found[brand] = adopted
        return found


def learned_labels(ledger: Ledger) -> Learned | None:
    """Return what the last run left, or None before the first."""
    kept = ledger.meta.get(KEY)
    return None if kept is None else Learned(**json.loads(kept))


class LearnLabels:
    """Fits each brand's corrections on top of the shipped heads. Reads and writes the ledger only; no text is encoded."""

    def __init__(self, ledger: Ledger, *, reader: Reader, labeller: Labeller, model_id: str, checks: Mapping[str, Answered]) -> None:
        self._ledger = ledger
        self._reader = reader
        self._labeller = labeller
        self._model_id = model_id
        self._checks = checks

    def once(self, now: datetime) -> Learned:
        """Learn from all corrections that stand, and keep the outcome in place of that of the run before."""
        standing = self._ledger.labels.standing()
        rows, left_out = self._usable(standing)
        lessons: dict[str, dict[str, dict[str, Any]]] = {}
        for (brand, name), answered in sorted(rows.items()):
            lesson = self._lesson(name, answered, f"{brand}@{now:%Y-%m-%d}")
            if lesson is not None:
                lessons.setdefault(brand, {})[name] = _written(lesson)
        done = Learned(at=now.isoformat(), model_id=self._model_id, corrections=len(standing), left_out=left_out, lessons=lessons)
        self._ledger.meta.set(KEY, json.dumps({one: getattr(done, one) for one in Learned.__slots__}))
        logger.info("labels learned", extra={"corrections": len(standing), "left_out": left_out, "brands": sorted(lessons)})
        return done

    def due(self, local: datetime, *, hour: int) -> bool:
        """Whether a run is due at this local time: once a night from `hour` on, as soon as there are corrections."""
        if local.hour < hour or not self._ledger.labels.last_correction():
            return False
        last = learned_labels(self._ledger)
        return last is None or datetime.fromisoformat(last.at).astimezone(local.tzinfo).date() < local.date()

    def _usable(self, standing: Sequence[Beside]) -> tuple[dict[tuple[str, str], list[tuple[Reading, str]]], int]:
        """Return (text, answer) by brand and label, one per text, oldest first; and how many corrections are left out."""
        stored = {one.mention_id: one for one in self._ledger.mentions.by_ids(sorted({one.mention_id for one in standing}))}
        rows: dict[tuple[str, str], dict[str, tuple[Reading, str]]] = defaultdict(dict)
        left_out = 0
        for one in standing:
            found = stored.get(one.mention_id)
            if found is None or _never_learned(found.mention.platform) or found.revision != one.revision:
                left_out += 1
                continue
            reading = self._reader.read(found)
            for hit in found.hits:
                rows[hit.brand, one.name][reading.clean.hash] = (reading, one.value)
        return {key: list(texts.values()) for key, texts in rows.items()}, left_out

    def _lesson(self, name: str, rows: Sequence[tuple[Reading, str]], offset_name: str) -> Lesson | None:
        """Return what rows of one brand teach about one label; None for a label that no head gives."""
        vectors = self._ledger.analyses.vectors([reading.clean.hash for reading, _ in rows], self._model_id)
        here = [(reading, value) for reading, value in rows if reading.clean.hash in vectors]
        texts = [reading.to_label for reading, _ in here]
        said = self._labeller.shipped_logits(name, texts, [vectors[text.clean.hash] for text in texts])
        if said is None:
            return None
        values, logits, trusted = said
        kept = [at for at in trusted if here[at][1] in values]
        corrected = Answered(
            logits=logits[kept],
            vectors=np.stack([vectors[texts[at].clean.hash] for at in kept]) if kept else np.zeros((0, 1), dtype=np.float32),
            answers=np.array([values.index(here[at][1]) for at in kept], dtype=np.int64),
        )
        nothing = Answered(logits=logits[:0], vectors=corrected.vectors[:0], answers=corrected.answers[:0])
        return learn(corrected, self._checks.get(name, nothing), name=offset_name)


def _never_learned(platform: str) -> bool:
    """Tell whether a platform, as a file that was imported may spell it ("Twitter / X", "reddit.com"), is one of those."""
    return not NEVER_LEARNED.isdisjoint(_WORD.findall(platform.lower()))


def _written(lesson: Lesson) -> dict[str, Any]:
    figures = ("rows", "reason", "before", "after", "checked_before", "checked_after")
    return {one: getattr(lesson, one) for one in figures} | ({"offset": lesson.offset.written()} if lesson.offset else {})
