"""scripts/train_heads: train every label head from open data and our own posts, and write weights and model card.

Two steps a task: words alone (a linear machine on hashed words and letters), then a logistic regression on vector, word score and counts.
What the second step sees of the first was said by machines that had not seen the row. With one seed and the same files the weights come out
the same; nothing is looked at but training rows.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from head_card import card
from head_fitting import VECTOR_SCALE, WORD_SCALE, Layer, Words, fit_layer, fit_words, out_of_fold_scores, rarity_of
from head_rows import OWN_TASKS, SENTIMENTS, Table, own_rows, pairs, sentiment_check_rows, sentiment_rows, spam_rows, table_of, words_of
from numpy.typing import NDArray

from listener.embedding.open import open_embedder
from listener.labels.features import BUCKETS, COUNTS, COUNTS_VERSION, buckets
from listener.labels.heads import YES_NO, Heads, Seen
from listener.settings.schema import ModelSettings
from tests.bench.encoding import CACHE

ROOT = Path(__file__).resolve().parents[2]
VALUES = {
    "sentiment": SENTIMENTS,
    "cause": ("promise_not_kept", "unclear_information", "service_failed", "idea", "compliment", "product_question", "other"),
    "urgency": ("high", "normal", "low"),
    **dict.fromkeys(("question", "unnecessary", "searched_first", "spam"), YES_NO),
}
DUTCH_APART = ("sentiment",)
"""Tasks with English rows only: their Dutch words are learned from translations, in columns of their own."""
SURE_PAIRS = 0.5
"""The share of pairs kept: those whose English side is clearest."""
CHECK_EVERY = 3
"""One frozen row in so many is shipped as a number, to check what a brand taught."""
SMALLEST = 1e-3
"""Word weights smaller than this change nothing and are left out."""
Real = NDArray[np.float64]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/train_heads", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with goemotions_train_dev.parquet, sms_spam.parquet and parallel/")
    parser.add_argument("--sets", type=Path, default=ROOT / "scripts" / "sets", help="folder with our own labelled posts")
    parser.add_argument("--out", type=Path, default=ROOT / "config" / "heads")
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args(arguments)
    began = time.monotonic()
    tables = {"sentiment": table_of(sentiment_rows(options.data)), "spam": table_of(spam_rows(options.data))}
    own = table_of(own_rows(options.sets, OWN_TASKS[0]))
    for task in OWN_TASKS:
        tables[task] = replace(own, rows=own_rows(options.sets, task))
    say(f"{sum(len(one.rows) for one in tables.values())} rows seen after {time.monotonic() - began:.0f} s")
    twins = pairs(options.data)
    rarity = rarity_of(sparse.vstack([tables["sentiment"].words, tables["spam"].words, own.words, words_of(nl for nl, _ in twins)]).tocsr())
    arrays: dict[str, NDArray[np.generic]] = {}
    columns, figures = [], {}
    for task, values in VALUES.items():
        words, figures[task] = _fit(task, tables[task], values, twins if task in DUTCH_APART else (), rarity, options.seed, arrays)
        columns.append(words)
        say(f"{task}: {figures[task]} after {time.monotonic() - began:.0f} s")
    heads = write(options.out, arrays, np.concatenate(columns, axis=1), rarity, figures)
    write_checks(options.out, heads, options.sets)
    return 0


def _fit(
    task: str,
    table: Table,
    values: Sequence[str],
    twins: Sequence[tuple[str, str]],
    rarity: Real,
    seed: int,
    arrays: dict[str, NDArray[np.generic]],
) -> tuple[Real, dict[str, dict[str, float]]]:
    """Fit one task: put its layers into `arrays`, return its word weights (Dutch ones last) and the figures on rows left out."""
    answers = np.array([list(values).index(one) for one in table.answers])
    scores = out_of_fold_scores(table.words, answers, len(values), rarity, seed) * WORD_SCALE
    words = fit_words(table.words, answers, len(values), rarity)
    dutch = [_dutch_words(words, len(values), twins).weights] if twins else []
    blocks = [table.vectors.astype(np.float64) * VECTOR_SCALE, scores, table.counts.astype(np.float64)]
    scales = [VECTOR_SCALE, WORD_SCALE, 1.0]
    found = {}
    for name, first in (("full", 0), ("alone", 1)):
        layer = fit_layer(np.concatenate(blocks[first:], axis=1), answers, len(values), seed=seed)
        factors = np.concatenate([np.full(block.shape[1], scale) for block, scale in zip(blocks[first:], scales[first:], strict=True)])
        _keep(arrays, f"{task}.{name}", replace(layer, weights=layer.weights * factors[:, None]))
        found[name] = layer.figures
    return np.concatenate([words.weights, *dutch], axis=1), found


def _dutch_words(words: Words, n_values: int, twins: Sequence[tuple[str, str]]) -> Words:
    """Return word weights for Dutch, learned from Dutch sentences that carry what the machine says of their English twins.

    Those whose English side is clearest are taken; the scores are brought to the size of the English ones.
    """
    said = words.scores(words_of(en for _, en in twins))
    ranked = np.sort(said, axis=1)
    clear = ranked[:, -1] - ranked[:, -2]
    kept = np.flatnonzero(clear >= np.quantile(clear, 1 - SURE_PAIRS))
    dutch = words_of(twins[at][0] for at in kept.tolist())
    found = fit_words(dutch, said[kept].argmax(axis=1), n_values, words.rarity)
    size = said[kept].std() / found.scores(dutch).std()
    return Words(found.weights * size, words.rarity)


def _keep(arrays: dict[str, NDArray[np.generic]], prefix: str, layer: Layer) -> None:
    arrays[f"{prefix}.weights"] = layer.weights.astype(np.float16)
    arrays[f"{prefix}.bias"] = layer.bias.astype(np.float32)
    arrays[f"{prefix}.favour"] = layer.favour.astype(np.float32)


def write(
    folder: Path, arrays: dict[str, NDArray[np.generic]], weights: Real, rarity: Real, figures: dict[str, dict[str, dict[str, float]]]
) -> Heads:
    """Write heads.npz and CARD.md, and return the heads. Buckets whose weights are next to nothing are left out."""
    known = np.flatnonzero(np.abs(weights).max(axis=1) > SMALLEST)
    arrays["word_buckets"] = known.astype(np.int32)
    arrays["word_weights"] = weights[known].astype(np.float16)
    arrays["word_rarity"] = rarity[known].astype(np.float16)
    digest = hashlib.sha256(b"".join(arrays[name].tobytes() for name in sorted(arrays))).hexdigest()[:8]
    embedder = open_embedder(ModelSettings.model_validate({}), models_dir=CACHE, languages=("nl", "en"))
    embedder.close()
    about = {
        "name": f"heads-{digest}",
        "model_id": embedder.model_id,
        "tasks": {task: list(values) for task, values in VALUES.items()},
        "counts": list(COUNTS),
        "counts_version": COUNTS_VERSION,
        "buckets": BUCKETS,
        "dutch_apart": list(DUTCH_APART),
        "rarity_of_unseen": round(float(rarity.max()), 4),
    }
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "heads.npz", **arrays)  # type: ignore[arg-type]  # numpy types the names of its own options only
    size = (folder / "heads.npz").stat().st_size
    (folder / "CARD.md").write_text(card(about, figures, size), encoding="utf-8")
    say(f"{folder / 'heads.npz'}: {size / 1e6:.2f} MB, {len(known)} buckets, {about['name']} for {about['model_id']}")
    return Heads.of(arrays)


def write_checks(folder: Path, heads: Heads, sets: Path) -> None:
    """Write check.npz: rows that no head learned from, with what the heads say of them, for the floor under what a brand teaches."""
    own = table_of(own_rows(sets, OWN_TASKS[0], split="test")[::CHECK_EVERY])
    tables = {task: replace(own, rows=own_rows(sets, task, split="test")[::CHECK_EVERY]) for task in OWN_TASKS}
    tables["sentiment"] = table_of(sentiment_check_rows(sets))
    arrays: dict[str, NDArray[np.generic]] = {}
    for task, table in tables.items():
        spoken = [row.language for row in table.rows]
        seen = Seen(buckets=[buckets(row.text.text) for row in table.rows], counts=table.counts, vectors=table.vectors, languages=spoken)
        arrays[f"{task}.logits"] = heads.logits(heads.heads[task], heads.worded(seen.buckets), seen).astype(np.float32)
        arrays[f"{task}.answers"] = np.array([VALUES[task].index(row.answer) for row in table.rows], dtype=np.int64)
        if task in (OWN_TASKS[0], "sentiment"):
            arrays[f"{'own' if task in OWN_TASKS else task}.vectors"] = table.vectors.astype(np.float16)
    np.savez_compressed(folder / "check.npz", **arrays)  # type: ignore[arg-type]  # as above
    say(f"{folder / 'check.npz'}: {', '.join(f'{len(table.rows)} {task}' for task, table in tables.items())}")


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
