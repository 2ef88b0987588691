"""scripts/bench_knowledge FILE… [--json]: does the right article stand beside a question, and do groups of answers hold one thing?

FILE: columns id, text, label and, if it has them, split and lang. Questions with the same label are taken to have the same answer. Of
every label a few questions play answered conversations; others, which the articles never saw, are asked. Counted: is the article of the
asked question's label among the first 1 or 3? The baseline in the same run goes by shared words (rare ones count more) over the same texts.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from numpy.typing import NDArray

from listener.embedding.open import open_embedder
from listener.settings.schema import ModelSettings
from listener.settings.wording import stop_words
from moderation.knowledge.cluster import grouped, middle_of
from moderation.knowledge.fit import nearest
from moderation.knowledge.words import content_words, rarity, word_fit
from moderation.model.knowledge import ArticleVectors
from tests.bench.reading import Row, read_rows

ANSWERED, ASKED, SEED = 8, 8, 20261126
NEAR = (0.62, 0.7, 0.76)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """How often the right article is first, or among the first three, of `questions`."""

    questions: int
    hit1: float
    hit3: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Groups of answered questions at one nearness: `purity` is the share of grouped questions that are of their group's label."""

    near: float
    groups: int
    grouped: float
    purity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one file gave. `whole`: articles made by our own grouping at the default nearness, with whatever mistakes it makes."""

    name: str
    labels: int
    ours: Hits
    words: Hits
    whole: Hits
    groupings: tuple[Grouping, ...]


def split(rows: Sequence[Row], *, language: str) -> tuple[list[Row], list[Row]]:
    """Return (answered, asked): of every label with enough questions some each, never the same text; drawn once, by a fixed seed."""
    by_label: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if not language or row.get("lang") == language:
            by_label[str(row["label"])].append(row)
    draw = random.Random(SEED)
    answered: list[Row] = []
    asked: list[Row] = []
    for _, some in sorted(by_label.items()):
        texts = {" ".join(str(row["text"]).lower().split()): row for row in some}
        chosen = [texts[key] for key in sorted(texts)]
        draw.shuffle(chosen)
        if len(chosen) >= ANSWERED + 2:
            answered += chosen[:ANSWERED]
            asked += chosen[ANSWERED : ANSWERED + ASKED]
    return answered, asked


def measure(name: str, rows: Sequence[Row], encode: Callable[[Sequence[str]], NDArray[np.float32]], *, language: str = "") -> Outcome:
    """Measure one file; `encode` gives unit vectors."""
    answered, asked = split(rows, language=language)
    vectors, questions = encode([str(row["text"]) for row in answered]), encode([str(row["text"]) for row in asked])
    labels, wanted = [str(row["label"]) for row in answered], [str(row["label"]) for row in asked]
    members: dict[str, list[int]] = defaultdict(list)
    for at, label in enumerate(labels):
        members[label].append(at)
    names = sorted(members)
    articles = [_article(number, [vectors[at] for at in members[label]]) for number, label in enumerate(names)]
    stops = stop_words().get(language or "en", frozenset())
    groupings = tuple(_grouping(vectors, labels, near) for near in NEAR)
    made = grouped(vectors, near=NEAR[1], least=3)
    own = [_article(number, [vectors[at] for at in group.rows]) for number, group in enumerate(made)]
    own_labels = [Counter(labels[at] for at in group.rows).most_common(1)[0][0] for group in made]
    return Outcome(
        name=name,
        labels=len(names),
        ours=_hits([[names[at] for at, _ in nearest(one, articles, most=3, least=-1.0)] for one in questions], wanted),
        words=_hits(_by_words([str(row["text"]) for row in asked], answered, members, names, stops), wanted),
        whole=_hits([[own_labels[at] for at, _ in nearest(one, own, most=3, least=-1.0)] for one in questions], wanted),
        groupings=groupings,
    )


def _article(number: int, vectors: Sequence[NDArray[np.float32]]) -> ArticleVectors:
    middle = middle_of(vectors)
    worded = max(vectors, key=lambda one: float(one @ middle)) if middle is not None else None
    return ArticleVectors(article_id=number, question=worded, evidence=middle)


def _by_words(
    asked: Sequence[str], answered: Sequence[Row], members: Mapping[str, Sequence[int]], names: Sequence[str], stops: frozenset[str]
) -> list[list[str]]:
    texts = [content_words(" ".join(str(answered[at]["text"]) for at in members[label]), stops) for label in names]
    weights = rarity(texts)
    found = []
    for question in asked:
        words = content_words(question, stops)
        order = sorted(range(len(names)), key=lambda at: (-word_fit(words, texts[at], weights), at))
        found.append([names[at] for at in order[:3]])
    return found


def _hits(found: Sequence[Sequence[str]], wanted: Sequence[str]) -> Hits:
    first = sum(bool(names) and names[0] == label for names, label in zip(found, wanted, strict=True))
    three = sum(label in names for names, label in zip(found, wanted, strict=True))
    return Hits(questions=len(wanted), hit1=round(first / max(1, len(wanted)), 3), hit3=round(three / max(1, len(wanted)), 3))


def _grouping(vectors: NDArray[np.float32], labels: Sequence[str], near: float) -> Grouping:
    groups = grouped(vectors, near=near, least=3)
    inside = sum(len(group.rows) for group in groups)
    right = sum(Counter(labels[at] for at in group.rows).most_common(1)[0][1] for group in groups)
    return Grouping(near=near, groups=len(groups), grouped=round(inside / max(1, len(labels)), 3), purity=round(right / max(1, inside), 3))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--language", default="", help="only rows of this language")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    embedder = open_embedder(ModelSettings.model_validate({}), models_dir=Path("models"), languages=("nl", "en"))
    try:
        outcomes = [
            measure(one.stem, read_rows(one, columns=("id", "text", "label")), embedder.encode, language=given.language)
            for one in given.files
        ]
    finally:
        embedder.close()
    if given.json:
        print(json.dumps([asdict(one) for one in outcomes], indent=1))
        return 0
    for one in outcomes:
        print(f"{one.name}{' ' + given.language if given.language else ''}: {one.labels} kinds of questions, {one.ours.questions} asked")
        for what, hits in (("vectors", one.ours), ("shared words (baseline)", one.words), ("articles of our own grouping", one.whole)):
            print(f"  {what:30} hit@1 {hits.hit1:.3f}  hit@3 {hits.hit3:.3f}")
        for group in one.groupings:
            print(f"  near {group.near:.2f}: {group.groups} groups hold {group.grouped:.0%} of the questions, purity {group.purity:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
