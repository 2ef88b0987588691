"""Text-classification models that people put in the place of shipped heads, each in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from listener.embedding.open import digest_of, folder_with, weights_in
from listener.embedding.sentences import SentenceEmbedder
from listener.errors import SettingsError
from listener.model.analysis import Label
from listener.model.correction import ANSWERS
from listener.settings.schema import ListenerSettings

WORKER = "listener.embedding.label_worker"
YES = "yes"


class LabelModel:
    """One label by one model. Its process starts with the first texts."""

    def __init__(self, label: str, process: SentenceEmbedder, values: Sequence[str]) -> None:
        self._label = label
        self._process = process
        self._values = tuple(values)

    def labels(self, texts: Sequence[str]) -> list[tuple[Label, ...]]:
        """Return what the model says of each text: its most probable answer, or how probable "yes" is."""
        try:
            found = self._process.encode(texts)
        except SettingsError as error:
            raise SettingsError(f"labels.models.{self._label}: {str(error).removeprefix('model.name: ')}") from error
        return [self._said(row) for row in found]

    def _said(self, row: np.ndarray[tuple[int], np.dtype[np.float32]]) -> tuple[Label, ...]:
        at = self._values.index(YES) if YES in self._values else int(np.argmax(row))
        sure = round(float(row[at]), 3)
        return (Label(name=self._label, value=self._values[at], probability=sure, model=self._process.model_id),)

    def close(self) -> None:
        """End the process, if there is one; harmless when called twice."""
        self._process.close()


class LabelModels:
    """All of them: called with texts by hash, it returns their labels by hash."""

    def __init__(self, models: Sequence[LabelModel]) -> None:
        self._models = tuple(models)

    def __call__(self, texts: Mapping[str, str]) -> dict[str, tuple[Label, ...]]:
        said: dict[str, tuple[Label, ...]] = dict.fromkeys(texts, ())
        for model in self._models if texts else ():
            for text_hash, labels in zip(texts, model.labels(list(texts.values())), strict=True):
                said[text_hash] += labels
        return said

    def close(self) -> None:
        """End every process."""
        for model in self._models:
            model.close()


def open_label_models(settings: ListenerSettings, *, models_dir: Path) -> LabelModels:
    """Return the models that `labels.models` names. Raises SettingsError that names setting, folder and what the model must say."""
    return LabelModels([_open(label, name, settings, models_dir) for label, name in sorted(settings.labels.models.named().items())])


def _open(label: str, name: str, settings: ListenerSettings, models_dir: Path) -> LabelModel:
    folder = _folder(label, name, models_dir)
    values = _values(label, folder)
    process = SentenceEmbedder(
        folder,
        name=name,
        model_id=f"{folder.name}-{digest_of(weights_in(folder))[:8]}",
        batch_size=settings.model.batch_size,
        timeout_seconds=settings.model.timeout_seconds,
        dims=len(values),
        worker=WORKER,
    )
    return LabelModel(label, process, values)


def _folder(label: str, name: str, models_dir: Path) -> Path:
    folder = folder_with("config.json", name, models_dir=models_dir)
    if folder is not None:
        return folder
    raise SettingsError(
        f"labels.models.{label}: there is no text-classification model {name!r} on this machine. Name a folder that holds config.json, "
        f"a tokenizer and the weights, fetch it once with `hf download {name} --local-dir {models_dir / name.replace('/', '__')}`, "
        "or leave the setting empty for the shipped head."
    )


def _values(label: str, folder: Path) -> tuple[str, ...]:
    """Return the model's labels in its own order, as ours. Raises SettingsError that says which mapping it needs."""
    wanted = ANSWERS[label]
    try:
        names = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("id2label") or {}
        said = tuple(str(names[key]).strip().lower() for key in sorted(names, key=int))
    except (ValueError, AttributeError, TypeError) as error:
        raise SettingsError(f"labels.models.{label}: {folder / 'config.json'} cannot be read ({error})") from error
    if sorted(said) != sorted(wanted):
        example = json.dumps({str(at): value for at, value in enumerate(wanted)})
        raise SettingsError(
            f"labels.models.{label}: the labels of {folder} are {', '.join(said) or 'not named'}; they have to be {', '.join(wanted)}. "
            f'Write them into its config.json in the order the model was trained with, such as "id2label": {example}.'
        )
    return said
