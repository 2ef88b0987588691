"""A text-classification model in the place of a head: its own process, its own name, and a clear word when it does not fit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from listener.embedding.label_models import open_label_models
from listener.errors import SettingsError
from listener.settings.schema import ListenerSettings

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "mooi", "kapot", "iets"]


def tiny_model(folder: Path, names: Sequence[str]) -> Path:
    """Write a classification model with drawn weights: right in form, and good for nothing else."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    torch.manual_seed(1)
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    BertTokenizer(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    sizes: dict[str, Any] = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = BertConfig(vocab_size=len(WORDS), max_position_embeddings=32, id2label=dict(enumerate(names)), **sizes)
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def settings(**models: str) -> ListenerSettings:
    return ListenerSettings.model_validate({"labels": {"models": models}})


@pytest.mark.model
def test_a_model_answers_in_the_place_of_a_head(tmp_path: Path) -> None:
    sentiment = tiny_model(tmp_path / "feelings", ["Positive", "Negative", "Neutral"])
    tiny_model(tmp_path / "models" / "me__asks", ["no", "yes"])
    models = open_label_models(settings(sentiment=str(sentiment), question="me/asks"), models_dir=tmp_path / "models")
    try:
        said = models({"a": "mooi", "b": "kapot iets " * 100})
        again = models({"b": "kapot iets " * 100})
    finally:
        models.close()
    by_name = {one.name: one for one in said["a"]}
    assert set(by_name) == {"sentiment", "question"}
    assert by_name["sentiment"].value in ("negative", "neutral", "positive")
    assert by_name["sentiment"].model.startswith("feelings-")
    assert by_name["question"].value == "yes"
    assert 0 < by_name["question"].probability < 1
    assert again["b"] == said["b"]


def test_labels_of_other_names_are_refused_with_the_mapping_that_is_needed(tmp_path: Path) -> None:
    folder = tmp_path / "strange"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"")
    (folder / "config.json").write_text(json.dumps({"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"labels\.models\.sentiment") as raised:
        open_label_models(settings(sentiment=str(folder)), models_dir=tmp_path)
    assert "label_0, label_1" in str(raised.value)
    assert '"id2label": {"0": "negative", "1": "neutral", "2": "positive"}' in str(raised.value)
    assert str(folder) in str(raised.value)


def test_a_model_that_is_not_here_is_named_and_nothing_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"labels\.models\.cause: there is no text-classification model 'some/where'"):
        open_label_models(settings(cause="some/where"), models_dir=tmp_path)


def test_without_settings_there_are_no_models(tmp_path: Path) -> None:
    models = open_label_models(settings(), models_dir=tmp_path)
    assert models({"a": "mooi"}) == {"a": ()}
    models.close()
