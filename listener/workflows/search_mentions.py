"""Search everything that was heard: by the words in it, and by what it means."""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from listener.embedding.sentences import EncodingFailed
from listener.errors import SettingsError
from listener.ledger.ledger import Ledger
from listener.model.search import Finds, Meaning, Within
from listener.search.store import SearchStore
from listener.text.searching import terms_of
from listener.workflows.keep_search import keep_search
from listener.workflows.read_quickly import is_quick

logger = logging.getLogger(__name__)

MOST_FOUND = 200
CANDIDATES = 2_000
"""Nearest by signs that are compared by their vectors: of the ten nearest of 2,000,000, 98 % are among them (README, Decisions)."""
LEAST_ALIKE = 0.35
"""Of pairs of texts drawn at random, 97 in 100 are less alike than this (cosine); what is further away only looks like a find."""
WAIT_SECONDS = 1.0

Soon = Callable[[str, float], NDArray[np.float32] | None]


class SearchMentions:
    """Answers a search from the search store and the ledger's vectors. Reads only; from any thread."""

    def __init__(
        self, ledger: Ledger, store: SearchStore, *, soon: Soon, asked_model: Callable[[], str], serving_model: Callable[[], str]
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._soon = soon
        self._asked_model = asked_model
        self._serving_model = serving_model

    def find(
        self,
        typed: str,
        within: Within,
        *,
        words: bool = True,
        meaning: bool = True,
        most: int = MOST_FOUND,
        wait_seconds: float = WAIT_SECONDS,
    ) -> Finds:
        """Return what holds all words typed, and what is nearest in meaning. Whatever is typed is data; nothing in it is an error.

        wait_seconds: how long the model may take to read what was typed; then words have to do.
        """
        terms = terms_of(typed) if words else ()
        matching = self._store.matching(terms, within, most + 1)
        followed = self._store.followed()
        nearest, state = self._nearest(typed, within, most, wait_seconds) if meaning and terms_of(typed) else ((), Meaning.OFF)
        return Finds(
            words=tuple(int(one) for one in matching[:most]),
            more_words=len(matching) > most,
            meaning=nearest,
            meaning_state=state,
            terms=terms_of(typed),
            held=followed.held,
            known=followed.held + self._ledger.analyses.changes_left(followed.seq),
        )

    def matching(self, typed: str, within: Within, most: int) -> tuple[int, ...]:
        """Return up to `most` mentions that hold all words typed, newest first."""
        return tuple(int(one) for one in self._store.matching(terms_of(typed), within, most))

    def names(self, kind: str) -> tuple[str, ...]:
        """Return what a search can be narrowed to: the brands, platforms or languages (`kind` brand, platform, language) that occurred."""
        return self._store.names(kind)

    def keep(self) -> None:
        """Follow the ledger until there is nothing more to take over."""
        while self.keep_some():
            pass

    def keep_some(self) -> bool:
        """Take over the next changes of the ledger; return whether there may be more."""
        return keep_search(self._ledger, self._store, model_id=self._serving_model())

    def _nearest(self, typed: str, within: Within, most: int, wait_seconds: float) -> tuple[tuple[tuple[int, float], ...], Meaning]:
        followed = self._store.followed()
        if followed.coded < followed.seq or not (followed.model == self._asked_model() or is_quick(followed.model)):
            return (), Meaning.BUILDING
        try:
            asked = self._soon(" ".join(typed.split()), wait_seconds)
        except (EncodingFailed, SettingsError):
            logger.warning("the model could not read what was searched for")
            asked = None
        if asked is None:
            return (), Meaning.BUSY
        candidates = [int(one) for one in self._store.nearest(asked, within, CANDIDATES)]
        return self._compared(asked, candidates, followed.model)[:most], Meaning.READY

    def _compared(self, asked: NDArray[np.float32], candidates: list[int], model: str) -> tuple[tuple[int, float], ...]:
        """Return the candidates by the cosine of their kept vectors, closest first, without those that are not alike."""
        ids, vectors = self._ledger.analyses.vectors_of(candidates, model)
        if not len(ids):
            return ()
        alike = vectors @ (asked / max(float(np.linalg.norm(asked)), 1e-9))
        order = np.lexsort((-ids, -alike))
        return tuple((int(ids[at]), float(alike[at])) for at in order if alike[at] >= LEAST_ALIKE)
