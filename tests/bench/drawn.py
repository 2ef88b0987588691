"""As many posts and vectors as a bench of speed wants, drawn by a seed from the posts in `scripts/sets`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from listener.model.analysis import AnalysedMention
from listener.model.mention import Author, Mention

SETS = Path(__file__).resolve().parents[2] / "scripts" / "sets"
START = datetime(2026, 3, 2, tzinfo=UTC)
SEED = 20260302
LEFT_OUT = 0.25
BORROWED = 4
SUBJECTS = 400
LOOSE = 0.4


def posts() -> list[str]:
    """Return the different posts of the sets, Dutch and English, in a fixed order."""
    lines = (line for name in sorted(SETS.glob("webcare_*.jsonl")) for line in name.read_text(encoding="utf-8").splitlines())
    found = (json.loads(line) for line in lines)
    return list(dict.fromkeys(one["text"] for one in found if "text" in one))


def drawn_texts(count: int) -> list[str]:
    """Return `count` texts: every post once as it is, then again and again with small changes.

    In a repeat each word is left out one time in four, and it ends in four words of another post, so that few are copies of each other.
    """
    given = posts()
    chance = np.random.default_rng(SEED)
    found = given[:count]
    while len(found) < count:
        words = given[len(found) % len(given)].split()
        kept = [word for word, out in zip(words, chance.random(len(words)) < LEFT_OUT, strict=True) if not out]
        found.append(" ".join([*kept, *given[int(chance.integers(len(given)))].split()[-BORROWED:]]))
    return found


def drawn_mentions(count: int, *, days: float = 14.0) -> list[Mention]:
    """Return mentions of these texts, spread evenly over `days`, by a third as many authors."""
    chance = np.random.default_rng(SEED + 1)
    authors = chance.integers(max(1, count // 3), size=count).tolist()
    return [
        Mention(
            platform="forum",
            realm="bench.example",
            native_id=str(number),
            text=text,
            author=Author(platform="forum", realm="bench.example", native_id=f"a{authors[number]}"),
            posted_at=START + timedelta(days=days) * (number / count),
        )
        for number, text in enumerate(drawn_texts(count))
    ]


def drawn_vectors(count: int, dims: int, *, part: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return unit vectors, float32 `(count, dims)`, and the subject of each: two in five lie anywhere (-1), the others around a subject.

    The subjects are the same in every `part`, the vectors are others.
    """
    middles = np.random.default_rng(SEED + 2).standard_normal((SUBJECTS, dims), dtype=np.float32)
    chance = np.random.default_rng((SEED + 3, part))
    subject = np.where(chance.random(count) < LOOSE, -1, chance.integers(SUBJECTS, size=count))
    vectors = chance.standard_normal((count, dims), dtype=np.float32)
    vectors[subject >= 0] += middles[subject[subject >= 0]]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, subject.astype(np.int64)


def drawn_facts(count: int, dims: int, *, batch: int, days: float) -> Iterator[Sequence[AnalysedMention]]:
    """Yield analysed mentions in batches, oldest first, over `days`: vectors, issues and authors drawn, one in ten a copy."""
    chance = np.random.default_rng(SEED + 4)
    for start in range(0, count, batch):
        size = min(batch, count - start)
        vectors, subject = drawn_vectors(size, dims, part=start)
        authors = chance.integers(max(1, count // 3), size=size).tolist()
        copies = chance.random(size) < 0.1
        yield [
            AnalysedMention(
                mention_id=start + at + 1,
                card_id=max(1, start + at + 1 - 7 * int(copies[at])),
                issue_id=int(subject[at]) + 1 if subject[at] >= 0 else None,
                platform=("forum", "reddit", "hackernews")[at % 3],
                realm="bench.example",
                source=("forum", "reddit", "hn")[at % 3],
                channel="",
                brands=("Duinbank",) if at % 2 else (),
                directed=at % 4 == 0,
                author_key=f"forum/bench.example/a{authors[at]}" if at % 9 else "",
                language=("nl", "en")[at % 2],
                posted_at=START + timedelta(days=days) * ((start + at) / count),
                first_seen_at=START + timedelta(days=days) * ((start + at) / count),
                text_hash=f"{start + at:016x}",
                labels={"sentiment": ("negative", "neutral", "positive")[at % 3], "cause": "service_failed"},
                vector=vectors[at],
            )
            for at in range(size)
        ]
