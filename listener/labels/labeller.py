"""What is said about a batch of texts: by trained heads, by rules on words, and by models that people put in a head's place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from listener.labels.features import buckets, counts
from listener.labels.heads import YES_NO, Heads, Real, Seen, softmax
from listener.labels.lexicon import Lexicons, label
from listener.labels.offsets import Offset
from listener.model.analysis import Label
from listener.text.clean import CleanText

WORTH_KEEPING = 0.2
"""A "yes" less probable than this is not kept: every mention would carry ten of them."""
FROM_CAUSE = ("idea", "compliment")
"""Causes that are labels of their own as well, so that they can be counted and answered apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadText:
    """One text to label. `text` is as it was written (title first), `clean` what the author wrote; `brands` are those it is about."""

    text: str
    clean: CleanText
    language: str
    brands: tuple[str, ...] = ()


TextRule = Callable[[ReadText], Sequence[Label]]
"""Says something about a text by its words alone, such as "holds an e-mail address"."""


class Labeller:
    """Labels texts in batches. Holds no state; a text gets the same labels in any batch.

    heads: None means word lists alone. model_id: whose vectors will be handed over. offsets: what was learned from a brand's corrections,
    by brand and task. rules: more that can be said from words. replaced: tasks that another model answers, handed over with each batch.
    """

    def __init__(
        self,
        lexicons: Mapping[str, Lexicons],
        *,
        heads: Heads | None = None,
        model_id: str = "",
        offsets: Mapping[str, Mapping[str, Offset]] | None = None,
        rules: Sequence[TextRule] = (),
        replaced: Collection[str] = (),
    ) -> None:
        self._lexicons = lexicons
        self._heads = heads
        self._model_id = model_id
        self._offsets = offsets or {}
        self._rules = tuple(rules)
        self._replaced = frozenset(replaced) | (set(FROM_CAUSE) if "cause" in replaced else set())

    def by_words_alone(self) -> Labeller:
        """Return what says of a text what its words alone tell, by the same lists and rules; it needs no vectors."""
        return Labeller(self._lexicons, rules=self._rules, replaced=self._replaced)

    def labels(
        self,
        texts: Sequence[ReadText],
        vectors: Sequence[NDArray[np.float32]],
        said: Mapping[str, Sequence[Label]] | None = None,
    ) -> list[tuple[Label, ...]]:
        """Return the labels of each text, in order of name.

        vectors: one of float32 `(n_dims,)` and unit length a text. said: what the models of `replaced` tasks say, by `clean.hash`.
        Choices come with their most probable answer, yes-or-no tasks with "yes" and its probability from `WORTH_KEEPING` on.
        """
        found = self._by_heads(texts, np.stack(vectors)) if texts and self._heads is not None else [self._by_words(one) for one in texts]
        whole = []
        for text, labels in zip(texts, found, strict=True):
            kept = [one for one in labels if one.name not in self._replaced]
            kept += (said or {}).get(text.clean.hash, ())
            kept = [one for one in kept if one.name not in FROM_CAUSE] + _from_cause(kept)
            for rule in self._rules:
                kept += rule(text)
            whole.append(_strongest(kept))
        return whole

    def _by_words(self, text: ReadText) -> list[Label]:
        return list(label(text.clean, text.language, self._lexicons))

    def _by_heads(self, texts: Sequence[ReadText], vectors: NDArray[np.float32]) -> list[list[Label]]:
        heads = self._heads
        assert heads is not None  # noqa: S101 - the only caller asked
        found: list[list[Label]] = [[] for _ in texts]
        trusted = np.array([heads.trusts(self._model_id, one.language) for one in texts], dtype=bool)
        for rows, by in ((np.flatnonzero(trusted), heads.name), (np.flatnonzero(~trusted), f"{heads.name}-words")):
            if not len(rows):
                continue
            some = [texts[row] for row in rows.tolist()]
            seen = self.seen(some, vectors[rows] if by == heads.name else None)
            worded = heads.worded(seen.buckets)
            for task, head in heads.heads.items():
                logits = heads.logits(head, worded, seen)
                names = [by] * len(some)
                if seen.vectors is not None:
                    logits, names = self._as_learned(task, logits, some, seen.vectors, by)
                favour = head.alone.favour if seen.vectors is None else head.full.favour
                for at, row in enumerate(rows.tolist()):
                    found[row] += _labels_of(task, head.values, softmax(logits[at : at + 1])[0], favour, names[at])
        return found

    def shipped_logits(
        self, task: str, texts: Sequence[ReadText], vectors: Sequence[NDArray[np.float32]]
    ) -> tuple[tuple[str, ...], Real, list[int]] | None:
        """Return a task's values, what its head says of each text before anything is learned, and which texts' vectors it trusts.

        None for a task that no head answers. Logits are float64 `(len(texts), n_values)`.
        """
        heads = self._heads
        if heads is None or task not in heads.heads or task in self._replaced:
            return None
        head = heads.heads[task]
        if not texts:
            return head.values, np.zeros((0, len(head.values))), []
        seen = self.seen(texts, np.stack(vectors))
        trusted = [at for at, text in enumerate(texts) if heads.trusts(self._model_id, text.language)]
        return head.values, heads.logits(head, heads.worded(seen.buckets), seen), trusted

    def seen(self, texts: Sequence[ReadText], vectors: NDArray[np.float32] | None) -> Seen:
        """Return what heads look at for these texts."""
        return Seen(
            buckets=[buckets(one.clean.text) for one in texts],
            counts=np.stack([counts(one.clean, one.language, self._lexicons) for one in texts]),
            vectors=vectors,
            languages=[one.language for one in texts],
        )

    def _as_learned(
        self, task: str, logits: Real, texts: Sequence[ReadText], vectors: NDArray[np.float32], by: str
    ) -> tuple[Real, list[str]]:
        """Add what was learned from corrections of a text's brand, and say so in the name."""
        names = [by] * len(texts)
        moved = logits.copy()
        for at, text in enumerate(texts):
            offset = next((self._offsets[brand][task] for brand in text.brands if task in self._offsets.get(brand, {})), None)
            if offset is not None:
                moved[at] += offset.of(vectors[at : at + 1])[0]
                names[at] = f"{by}+{offset.name}"
        return moved, names


def _labels_of(task: str, values: Sequence[str], probabilities: Real, favour: Real, by: str) -> list[Label]:
    if tuple(values) == YES_NO:
        sure = round(float(probabilities[1]), 3)
        return [Label(name=task, value="yes", probability=sure, model=by)] if sure >= WORTH_KEEPING else []
    best = int(np.argmax((probabilities * favour).round(6)))  # rounded, so that a tie is a tie on every machine
    found = [Label(name=task, value=values[best], probability=round(float(probabilities[best]), 3), model=by)]
    if task == "cause":
        rest = ((value, float(p)) for value, p in zip(values, probabilities, strict=True) if value in FROM_CAUSE and value != values[best])
        found += [Label(name=value, value="yes", probability=round(p, 3), model=by) for value, p in rest if p >= WORTH_KEEPING]
    return found


def _from_cause(labels: Sequence[Label]) -> list[Label]:
    """Return idea and compliment: what was said of them beside the cause, and the cause itself when it is one of them.

    Praise in words that do not sound glad is mostly irony ("bravo, third parcel lost"): a compliment is at most as probable as that its
    sentiment is positive.
    """
    found = [one for one in labels if one.name in FROM_CAUSE]
    found += [replace(one, name=one.value, value="yes") for one in labels if one.name == "cause" and one.value in FROM_CAUSE]
    sentiment = next((one for one in labels if one.name == "sentiment"), None)
    if sentiment is None:
        return found
    most = sentiment.probability if sentiment.value == "positive" else round(1.0 - sentiment.probability, 3)
    return [replace(one, probability=min(one.probability, most)) if one.name == "compliment" else one for one in found]


def _strongest(labels: Sequence[Label]) -> tuple[Label, ...]:
    """Keep the most probable of labels that say the same, in order of name and value."""
    best: dict[tuple[str, str], Label] = {}
    for one in labels:
        key = (one.name, one.value)
        if key not in best or one.probability > best[key].probability:
            best[key] = one
    return tuple(best[key] for key in sorted(best))
