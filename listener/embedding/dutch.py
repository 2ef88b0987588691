"""The Dutch reader: the bundled model's layers behind a Dutch vocabulary, trained by `scripts/train_dutch` and shipped as 8-bit weights.

Which of the two reads a text depends on the text alone, so that a text has one vector. Only functions of this module import torch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from listener.text.language import OTHER, Languages

WEIGHTS, TOKENIZER = "weights.npz", "tokenizer.json"
DUTCH = "nl"
MOST_PIECES = 256
CLEAR = 0.5
_LARGEST = 127.0


def write_reader(folder: Path, model: Any, tokenizer: Any) -> int:
    """Keep a trained transformers BertModel and its tokenizer; return the bytes written.

    Matrices become int8 with one float32 scale per row (its largest absolute value / 127), everything else float16.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept: dict[str, NDArray[Any]] = {}
    for name, tensor in sorted(model.state_dict().items()):
        values = tensor.detach().numpy()
        if values.ndim == 2:
            scale = np.maximum(np.abs(values).max(axis=1), 1e-12).astype(np.float32) / _LARGEST
            kept[f"{name}|scale"] = scale
            kept[f"{name}|int8"] = np.rint(values / scale[:, None]).astype(np.int8)
        elif np.issubdtype(values.dtype, np.floating):
            kept[name] = values.astype(np.float16)
    with (folder / WEIGHTS).open("wb") as opened:
        np.savez(opened, **kept)  # type: ignore[arg-type] # its stub takes the arrays for the option allow_pickle
    tokenizer.save(str(folder / TOKENIZER), pretty=False)
    return sum((folder / name).stat().st_size for name in (WEIGHTS, TOKENIZER))


def reader_digest(folder: Path) -> str:
    """Return eight letters that name these weights: vectors are kept under them."""
    digest = hashlib.sha256()
    for name in (WEIGHTS, TOKENIZER):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:8]


class DutchReader:
    """Encodes Dutch texts into the bundled model's space. `base` is the folder of the bundled model, for the shape of its layers."""

    def __init__(self, folder: Path, *, base: Path) -> None:
        import torch
        from tokenizers import Tokenizer
        from transformers import AutoConfig, BertModel

        with np.load(folder / WEIGHTS) as kept:
            state = {name: torch.from_numpy(values) for name, values in _restored(dict(kept)).items()}
        config = AutoConfig.from_pretrained(str(base), vocab_size=len(state["embeddings.word_embeddings.weight"]))
        self._model: Any = BertModel(config, add_pooling_layer=False)
        self._model.load_state_dict(state, strict=False)
        self._model.eval()  # type: ignore[no-untyped-call] # transformers leaves it untyped
        self.tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self.tokenizer.enable_truncation(MOST_PIECES)
        self._pad = self.tokenizer.get_vocab()["[PAD]"]
        self._torch = torch

    def encode(self, texts: Sequence[str], *, batch_size: int, **_options: Any) -> NDArray[np.float32]:
        """Return float32 `(len(texts), n_dims)`, unit length: the mean over a text's pieces. Several threads may read at a time."""
        torch = self._torch
        rows = [one.ids for one in self.tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
        found = np.zeros((len(rows), int(self._model.config.hidden_size)), dtype=np.float32)
        for start in range(0, len(order), batch_size):
            part = order[start : start + batch_size]
            longest = len(rows[part[-1]])
            ids = torch.tensor([[*rows[at], *[self._pad] * (longest - len(rows[at]))] for at in part])
            mask = torch.tensor([[1] * len(rows[at]) + [0] * (longest - len(rows[at])) for at in part])
            with torch.inference_mode():
                hidden = self._model(input_ids=ids, attention_mask=mask).last_hidden_state * mask.unsqueeze(-1)
                mean = hidden.sum(dim=1) / mask.sum(dim=1, keepdim=True)
                found[part] = torch.nn.functional.normalize(mean, dim=1).numpy()
        return found


class BilingualModel:
    """The bundled model and the Dutch reader as one: each text has its reader (see `listener.embedding.parts`)."""

    def __init__(self, bundled: Any, reader: DutchReader, languages: Languages) -> None:
        self._bundled = bundled
        self._reader = reader
        self._languages = languages

    def reader_of(self, text: str) -> Any:
        """Return the model that reads a text: it has `encode`, as sentence-transformers has it."""
        return self._reader if self.is_dutch(text) else self._bundled

    def is_dutch(self, text: str) -> bool:
        """Tell whether the Dutch reader reads a text: by its language where that is clear, else by who knows its words.

        A short text may show no language. Then the vocabulary that needs fewer pieces knows it better; a draw is the bundled one's.
        """
        language, confidence = self._languages.of(text)
        if language != OTHER and confidence >= CLEAR:
            return language == DUTCH
        ours = len(self._reader.tokenizer.encode(text).ids)
        theirs = len(self._bundled.tokenizer.encode(text, truncation=True, max_length=MOST_PIECES))
        return ours < theirs


def _restored(kept: dict[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
    found: dict[str, NDArray[np.float32]] = {}
    for name, values in kept.items():
        key, mark, kind = name.partition("|")
        if not mark:
            found[key] = values.astype(np.float32)
        elif kind == "int8":
            found[key] = values.astype(np.float32) * kept[f"{key}|scale"][:, None]
    return found
