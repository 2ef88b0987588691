"""Change the sentence model without a pause: its vectors are made in the background while those of the model before still serve.

What is left to do is which analysed texts have no vector of the wanted model; nothing else is kept about it, so a process that is
killed goes on where it stopped. The wanted model serves from the moment on in which every analysed text has its vector; until then
it is the model of the last regrouping. New mentions are read by the serving model too, which is opened beside the wanted one; where
that cannot be (its folder is gone), they wait for the change to end.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from listener.errors import InputError, ProductError
from listener.ledger.ledger import Ledger
from listener.model.analysis import NewEmbedding
from listener.model.mention import StoredMention
from listener.ports import Embedder

logger = logging.getLogger(__name__)

OpenEarlier = Callable[[str], Embedder | None]
"""Opens the model with an id once more; None when it is not on this machine any more."""
Texts = Callable[[Sequence[StoredMention]], Mapping[int, str]]
"""Gives the cleaned text of each mention, by mention id."""
NAME_KEY = "model_name/"


def no_earlier(_model_id: str) -> Embedder | None:
    """Open nothing: for homes that never knew another model."""
    return None


def serving_model(ledger: Ledger, wanted: str) -> str:
    """Return the model whose vectors serve: `wanted` once every analysed text has one, until then the one of the last regrouping."""
    if not ledger.analyses.without_vector(wanted, 1):
        return wanted
    kept = {model: texts for model, texts in ledger.analyses.models().items() if model != wanted}
    last = ledger.analyses.last_regroup_model()
    if last in kept:
        return last
    return max(kept, key=lambda model: (kept[model], model), default=wanted)


def model_in_use(ledger: Ledger) -> str:
    """Return the model whose vectors serve as far as the ledger alone tells: that of the last regrouping, else the one with most."""
    kept = ledger.analyses.models()
    last = ledger.analyses.last_regroup_model()
    return last if last in kept else max(kept, key=lambda model: (kept[model], model), default="")


class ModelChange:
    """Knows the serving model, and encodes for the wanted one batch by batch. One thread at a time; `close` ends what it opened."""

    def __init__(self, ledger: Ledger, wanted: Embedder, open_earlier: OpenEarlier, *, batch_size: int) -> None:
        self._ledger = ledger
        self._wanted = wanted
        self._open_earlier = open_earlier
        self._batch_size = batch_size
        self._serving: str | None = None
        self._earlier: Embedder | None = None
        self._before: int | None = None
        self._left = 0

    @property
    def serving(self) -> str:
        """The model whose vectors serve now."""
        if self._serving is None:
            self._serving = serving_model(self._ledger, self._wanted.model_id)
            if self._serving != self._wanted.model_id:
                self._begin(self._serving)
        return self._serving

    @property
    def under_way(self) -> bool:
        return self.serving != self._wanted.model_id

    def embedder(self) -> Embedder | None:
        """Return what encodes for the serving model; None when that is an earlier one that cannot be opened: new mentions wait then."""
        return self._earlier if self.under_way else self._wanted

    def encode_some(self, texts_of: Texts) -> bool:
        """Encode one batch for the wanted model and return whether it serves from now on; does nothing when no change is under way."""
        if not self.under_way:
            return False
        waiting = self._ledger.analyses.without_vector(self._wanted.model_id, self._batch_size, before=self._before)
        if not waiting and self._before is not None:
            self._before = None  # what was analysed since the look back began
            waiting = self._ledger.analyses.without_vector(self._wanted.model_id, self._batch_size)
        if waiting:
            self._keep(waiting, texts_of(self._ledger.mentions.by_ids([one for one, _ in waiting], as_analysed=True)), self._wanted)
            self._before = waiting[-1][0]
            return False
        logger.info("model changed", extra={"from": self._serving, "to": self._wanted.model_id})
        self._serving = self._wanted.model_id
        self.close()
        return True

    def read_quickly(self, quick: Embedder, texts_of: Texts) -> None:
        """Let a quick model serve from now on: what is analysed gets its vectors at once, for issues are compared with nothing else."""
        before: int | None = None
        while waiting := self._ledger.analyses.without_vector(quick.model_id, self._batch_size, before=before):
            self._keep(waiting, texts_of(self._ledger.mentions.by_ids([one for one, _ in waiting], as_analysed=True)), quick)
            before = waiting[-1][0]
        self._serving, self._earlier, self._before = quick.model_id, quick, None

    def close(self) -> None:
        """End the earlier model's process, if there is one; harmless when called twice."""
        if self._earlier is not None:
            self._earlier.close()
            self._earlier = None

    def _begin(self, serving: str) -> None:
        self._earlier = self._open_earlier(serving)
        self._left = self._ledger.analyses.without_vector_count(self._wanted.model_id)
        logger.info("model changes", extra={"from": serving, "to": self._wanted.model_id, "texts": self._left})
        if self._earlier is None:
            logger.warning("new mentions wait for the new model: the one before is not on this machine", extra={"model": serving})

    def _keep(self, waiting: Sequence[tuple[int, str]], texts: Mapping[int, str], embedder: Embedder) -> None:
        by_hash = {text_hash: texts[mention_id] for mention_id, text_hash in waiting if mention_id in texts}
        vectors = self._encoded(by_hash, embedder)
        self._ledger.analyses.keep_vectors(
            [NewEmbedding(text_hash=h, model=embedder.model_id, vector=vector) for h, vector in vectors.items()]
        )
        self._left = max(0, self._left - len(by_hash))
        logger.info("encoded again", extra={"texts": len(by_hash), "model": embedder.model_id, "left": self._left})

    def _encoded(self, texts: Mapping[str, str], embedder: Embedder) -> dict[str, NDArray[np.float32]]:
        """Return a vector per text. One on which the model fails gets a stand-in that is near nothing: it must not hold up the others."""
        try:
            return dict(zip(texts, embedder.encode(list(texts.values())), strict=True))
        except ProductError:
            raise
        except Exception:
            if len(texts) < 2:
                raise
            logger.exception("encoding failed; trying the texts one by one", extra={"texts": len(texts)})
        found: dict[str, NDArray[np.float32]] = {}
        failed: list[str] = []
        for text_hash, text in texts.items():
            try:
                found[text_hash] = embedder.encode([text])[0]
            except ProductError:
                raise
            except Exception:
                logger.exception("a text cannot be encoded by the new model", extra={"text_hash": text_hash})
                failed.append(text_hash)
        if not found:
            raise RuntimeError("the new model encodes nothing at all")
        size = len(next(iter(found.values())))
        return found | {text_hash: np.full(size, size**-0.5, dtype=np.float32) for text_hash in failed}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptModel:
    """One model with vectors in the ledger: of how many texts, and whether it serves, is wanted by the settings, or neither."""

    model: str
    texts: int
    serves: bool
    wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelState:
    """Where a change of model stands: `left` of `texts` analysed texts have no vector of the wanted model yet."""

    wanted: str
    serving: str
    texts: int
    left: int
    kept: tuple[KeptModel, ...]


def model_state(ledger: Ledger, wanted: str) -> ModelState:
    """Return which model serves, how far the wanted one is, and what is kept."""
    serving = serving_model(ledger, wanted)
    return ModelState(
        wanted=wanted,
        serving=serving,
        texts=ledger.analyses.text_count(),
        left=ledger.analyses.without_vector_count(wanted),
        kept=tuple(
            KeptModel(model=model, texts=texts, serves=model == serving, wanted=model == wanted)
            for model, texts in sorted(ledger.analyses.models().items())
        ),
    )


def forget_models(ledger: Ledger, wanted: str, model: str | None = None) -> dict[str, int]:
    """Delete the vectors of one model, or of all that neither serve nor are wanted; return how many went, by model.

    Raises `InputError` for a model that is still needed or that nothing is kept of.
    """
    state = model_state(ledger, wanted)
    needless = [one.model for one in state.kept if not (one.serves or one.wanted)]
    if model is not None and model not in needless:
        needed = model in (state.serving, state.wanted)
        raise InputError(f"{model!r} is in use; choose another first" if needed else f"no vectors of {model!r} are kept; `klankbord model`")
    return {one: ledger.analyses.drop_vectors(one) for one in ([model] if model is not None else needless)}
