"""The bench of speed measures every part at a tiny size and answers in the shape that bench_all reads."""

from __future__ import annotations

import json
import re

import pytest

from listener.embedding.hashed import HashedEmbedder
from tests.bench import speed_large
from tests.bench.drawn import drawn_texts, posts
from tests.bench.speed import main

STAGES = ("clean", "language", "copies", "read", "encode", "labels", "place", "regroup", "save", "pipeline")


def test_every_stage_has_a_figure_with_its_unit(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed_large, "ASKS", 2)
    assert main(["--sizes", "300", "--rows", "500", "--json"], embedder=HashedEmbedder()) == 0
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)["stages"]
    asked = ("writing", "issue list", "trend, 14 days", "trend, 60 days", "quotes", "most alike")
    assert list(found) == [
        *(f"{stage}, 300" for stage in STAGES),
        "quick model, made",
        "quick model, encode",
        *(f"insight 500, {one}" for one in asked),
    ]
    assert all(re.match(r"(p95 )?[\d,.]+ (mentions/s|s|ms)\b", figure) for figure in found.values())
    assert re.fullmatch(r"[\d,]+ mentions/s, [\d.]+ of the model's own rate", found["pipeline, 300"])


def test_regrouping_runs_in_a_process_of_its_own_whose_memory_is_read() -> None:
    ((name, figure),) = speed_large.regrouped(400).items()
    assert name == "regroup 400"
    assert re.fullmatch(r"[\d.]+ s, [\d.]+ GB at most \([\d.]+ GB before\), \d+ issues", figure)


def test_repeats_of_a_post_are_other_texts_and_the_same_ones_every_time() -> None:
    given = posts()
    texts = drawn_texts(len(given) + 500)
    assert texts[: len(given)] == given
    assert len(set(texts)) > len(given) + 450
    assert texts == drawn_texts(len(given) + 500)
