"""scripts/train_dutch: teach the bundled model Dutch, so that a Dutch text lands where the model puts its English translation.

The bundled model is the teacher and stays as it is. The student has its layers and a Dutch vocabulary of its own; it learns from pairs:
the cosine to the teacher's vector of the English side, and to tell that vector from those of the other pairs in the batch. With one seed,
one thread and the same files it comes out the same.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pairs import Pair, chosen_pairs
from student import new_student, new_tokenizer, padded, pooled, vectors_of
from teacher import taught_vectors

from listener.embedding.dutch import write_reader
from listener.embedding.open import bundled_folder

ROOT = Path(__file__).resolve().parents[2]
BATCH = 192
TEMPERATURE = 0.05
CONTRAST = 0.1
"""Weight of telling pairs apart beside the cosine: enough to keep neighbours apart, too little to bend the space."""
RATE, TABLE_RATE = 2e-4, 1e-3
WARM_UP = 0.03
TYPOS = 0.15
LONGEST_FOR_ALIGNMENT = 25
SAY_EVERY = 100


@dataclass(frozen=True, slots=True)
class Lesson:
    """Piece numbers of the Dutch side and the vectors to reach, float16 `(n, 384)`."""

    rows: list[list[int]]
    goals: NDArray[np.float16]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/train_dutch", description=__doc__)
    parser.add_argument("pairs", type=Path, help="Parquet with nl, en, kind, source")
    parser.add_argument("--own", type=Path, nargs="*", default=sorted((ROOT / "scripts" / "sets").glob("pairs_*.tsv")))
    parser.add_argument("--out", type=Path, default=ROOT / "config" / "models" / "dutch")
    parser.add_argument("--epochs", type=float, default=0.8)
    parser.add_argument("--minutes", type=float, default=0.0, help="end after so many minutes instead, the rate falling with the clock")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=1, help="with one, the same seed gives the same weights")
    options = parser.parse_args(arguments)
    random.seed(options.seed)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    pairs = chosen_pairs(options.pairs, options.own, seed=options.seed)
    learned, kept = [p for p in pairs if not p.held_out], [p for p in pairs if p.held_out]
    _say(f"{len(learned)} pairs to learn from, {len(kept)} to watch it with")
    goals = taught_vectors([p.en for p in pairs], folder=bundled_folder(), cache=ROOT / ".cache" / "dutch", say=_say)
    tokenizer = new_tokenizer(pair.nl for pair in learned)
    short = [pair for pair in learned if len(pair.nl.split()) <= LONGEST_FOR_ALIGNMENT]
    model = new_student(bundled_folder(), tokenizer, [pair.nl for pair in short], [pair.en for pair in short])
    _say(f"begun: {_twins(model, tokenizer, kept, goals[len(learned) :]):.3f} of the held-out pairs find each other")
    train(model, tokenizer, learned, goals[: len(learned)], options)
    _say(f"ended: {_twins(model, tokenizer, kept, goals[len(learned) :]):.3f} of the held-out pairs find each other")
    size = write_reader(options.out, model, tokenizer)
    _say(f"{options.out}: {size / 1e6:.1f} MB")
    return 0


def train(model: Any, tokenizer: Any, pairs: Sequence[Pair], goals: NDArray[np.float16], options: argparse.Namespace) -> None:
    """Train in place: AdamW, a short warm-up, then a rate that falls in a straight line to nothing."""
    table = list(model.embeddings.word_embeddings.parameters())
    layers = [p for p in model.parameters() if p.requires_grad and all(p is not one for one in table)]
    optimiser = torch.optim.AdamW([{"params": layers, "lr": RATE}, {"params": table, "lr": TABLE_RATE}], weight_decay=0.0)
    rates = [group["lr"] for group in optimiser.param_groups]
    chance = random.Random(options.seed)  # noqa: S311 - an order of training, no secret
    steps = max(1, int(options.epochs * len(pairs) / BATCH))
    began, total, model_is = time.monotonic(), 0.0, model.train()
    for step, (texts, at) in enumerate(_batches(pairs, chance)):
        passed = (time.monotonic() - began) / 60 / options.minutes if options.minutes else step / steps
        if passed >= 1:
            break
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * min(passed / WARM_UP, 1.0) * (1.0 - passed) + 1e-7
        rows = [one.ids for one in tokenizer.encode_batch([_mistyped(text, chance) for text in texts])]
        ids, mask = padded(rows, tokenizer.token_to_id("[PAD]"))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = pooled(model_is, ids, mask)
        loss = _loss(found.float(), torch.from_numpy(goals[at].astype(np.float32)))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call] # torch leaves it untyped
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        total += loss.item()
        if step % SAY_EVERY == SAY_EVERY - 1:
            speed = BATCH * (step + 1) / (time.monotonic() - began)
            _say(f"{passed:6.1%}  step {step + 1}  loss {total / SAY_EVERY:.4f}  {speed:.0f} pairs/s")
            total = 0.0


def _loss(found: torch.Tensor, goals: torch.Tensor) -> torch.Tensor:
    """Distance to the goal, and cross-entropy of picking one's own goal out of the batch's (InfoNCE, van den Oord et al. 2018)."""
    goals = torch.nn.functional.normalize(goals, dim=1)
    likeness = goals @ goals.T
    same = likeness > 0.9  # the same sentence said twice is no mistake
    same.fill_diagonal_(False)
    logits = (found @ goals.T / TEMPERATURE).masked_fill(same, -1e4)
    contrast = torch.nn.functional.cross_entropy(logits, torch.arange(len(found)))
    return (1.0 - (found * goals).sum(dim=1)).mean() + CONTRAST * contrast


def _batches(pairs: Sequence[Pair], chance: random.Random) -> Iterator[tuple[list[str], NDArray[np.int64]]]:
    """Yield batches for ever: texts of like length together, so that little is spent on padding, the batches in random order."""
    lengths = np.array([len(pair.nl) for pair in pairs])
    while True:
        order = np.argsort(lengths * np.array([chance.uniform(0.85, 1.15) for _ in pairs]), kind="stable")
        starts = list(range(0, len(order) - BATCH + 1, BATCH))
        chance.shuffle(starts)
        for start in starts:
            at = order[start : start + BATCH]
            yield [pairs[one].nl for one in at], at


def _mistyped(text: str, chance: random.Random) -> str:
    """Return the text, now and then with a letter lost, doubled or changed place, or without its marks, as people type."""
    if chance.random() >= TYPOS or len(text) < 8:
        return text
    at = chance.randrange(1, len(text) - 2)
    kind = chance.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return "".join(char for char in text if char.isalnum() or char == " ")


def _twins(model: Any, tokenizer: Any, pairs: Sequence[Pair], goals: NDArray[np.float16]) -> float:
    likeness = vectors_of(model, tokenizer, [pair.nl for pair in pairs]) @ goals.astype(np.float32).T
    return float((likeness.argmax(axis=1) == np.arange(len(pairs))).mean())


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
