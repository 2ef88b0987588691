"""The reader under training: the bundled model's layers behind a Dutch vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from alignment import translations
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

PIECES = 30_000
LONGEST = 96
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


def new_tokenizer(texts: Iterable[str], pieces: int = PIECES) -> Tokenizer:
    """Return a tokenizer with pieces that fit these texts: lower case, no accents, unigram (which cuts Dutch compounds where they join)."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation()])
    unknown = SPECIAL[1]
    trainer = trainers.UnigramTrainer(
        vocab_size=pieces, special_tokens=list(SPECIAL), unk_token=unknown, max_piece_length=20, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer=trainer)
    first, last = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", first), ("[SEP]", last)])
    tokenizer.enable_truncation(LONGEST)
    return tokenizer


def new_student(folder: Path, tokenizer: Tokenizer, dutch: Sequence[str], english: Sequence[str]) -> Any:
    """Return a transformers BertModel: the layers of the model in `folder`, each Dutch piece begun as the mix of its translations.

    A piece that the pairs do not explain begins at the mean of all.
    """
    from transformers import AutoModel

    steady = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}  # a pass or two over the pairs: nothing to overfit
    model = AutoModel.from_pretrained(str(folder), add_pooling_layer=False, **steady)
    theirs = Tokenizer.from_file(str(folder / "tokenizer.json"))
    theirs.no_padding()
    table = model.embeddings.word_embeddings.weight.detach().numpy()
    n_dutch = tokenizer.get_vocab_size()
    ours = [one.ids[1:-1] for one in tokenizer.encode_batch(list(dutch))]
    others = [one.ids[1:-1] for one in theirs.encode_batch(list(english))]
    shares = translations(ours, others, n_dutch=n_dutch, n_english=len(table))
    rows = np.asarray(shares @ table, dtype=np.float32)
    unknown = np.diff(shares.indptr) == 0
    rows[unknown] = table.mean(axis=0)
    for name in SPECIAL:
        rows[tokenizer.token_to_id(name)] = table[theirs.token_to_id(name)]
    new = torch.nn.Embedding(n_dutch, table.shape[1], padding_idx=tokenizer.token_to_id("[PAD]"))
    new.weight.data = torch.from_numpy(rows)
    model.set_input_embeddings(new)
    model.config.vocab_size = n_dutch
    return model


def pooled(model: Any, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Return `(n, 384)`, unit length: the mean over a text's pieces, as the bundled model does it."""
    hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
    weight = mask.unsqueeze(-1).float()
    mean = (hidden * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1e-6)
    return torch.nn.functional.normalize(mean, dim=1)


def padded(rows: Sequence[Sequence[int]], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return piece numbers and mask, both `(n, longest)`."""
    longest = max(len(row) for row in rows)
    ids = torch.full((len(rows), longest), pad, dtype=torch.long)
    mask = torch.zeros((len(rows), longest), dtype=torch.long)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = torch.tensor(row)
        mask[at, : len(row)] = 1
    return ids, mask


@torch.no_grad()
def vectors_of(model: Any, tokenizer: Tokenizer, texts: Sequence[str], batch: int = 128) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return float32 `(len(texts), 384)`."""
    model.eval()
    rows = [one.ids for one in tokenizer.encode_batch(list(texts))]
    order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
    found = np.zeros((len(rows), model.config.hidden_size), dtype=np.float32)
    for start in range(0, len(order), batch):
        part = order[start : start + batch]
        ids, mask = padded([rows[at] for at in part], tokenizer.get_vocab()["[PAD]"])
        found[part] = pooled(model, ids, mask).numpy()
    model.train()
    return found
