"""scripts/bench_speed [--sizes N …] [--full] [--only PART …] [--json]: mentions a second per stage, memory, and answers from insight.

Needs no file: texts are the posts of scripts/sets, repeated with small changes (see tests/bench/drawn.py), vectors of large windows are
drawn. Parts: pipeline (each stage alone, and everything together beside the model's own rate), quick (the static model of speed mode),
regroup (sizes above 10,000 in a process of their own; with --full 100,000), insight (100,000 mentions, with --full 1,000,000).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from listener.bootstrap import ANALYSE_BATCH, new_labeller, new_reader
from listener.embedding.open import open_embedder
from listener.embedding.quick import distilled
from listener.insight.store import open_insight
from listener.issues.analyst import Analyst
from listener.issues.prepare import Reading
from listener.labels.labeller import Labeller
from listener.ledger.ledger import Ledger, open_ledger
from listener.model.mention import Kept, Mention, StoredMention
from listener.ports import Embedder
from listener.progress import NoProgress
from listener.settings.schema import ListenerSettings
from listener.settings.wording import lexicons, stop_words
from listener.text.clean import clean
from listener.text.language import Languages
from listener.text.near import CardIndex
from listener.workflows.analyse_mentions import AnalyseMentions
from tests.bench.drawn import START, drawn_mentions, drawn_texts
from tests.bench.speed_large import insight_asked, regrouped

Answer = TypeVar("Answer")

PARTS = ("pipeline", "quick", "regroup", "insight")
SHORT, LARGE, LARGEST = 10_000, 100_000, 1_000_000
MODEL_SAMPLE = 8
"""Batches (at most a quarter of all texts) encoded before the pipeline runs, and again after: a machine may be busier at one end."""
PAGE = 1_000


def main(arguments: Sequence[str] | None = None, *, embedder: Embedder | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench_speed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=_size, nargs="+", default=[SHORT], metavar="N", help="mentions through the pipeline (10000)")
    parser.add_argument("--full", action="store_true", help="also regroup 100,000 mentions and ask insight with 1,000,000")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rows", type=_size, help="mentions in insight, in place of 100,000 or 1,000,000")
    parser.add_argument("--json", action="store_true", help="one object instead of a table")
    options = parser.parse_args(arguments)
    found: dict[str, str] = {}
    settings = ListenerSettings.model_validate({"model": {"quick_above": 0}})
    with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
        model = embedder or open_embedder(settings.model, models_dir=Path(folder), languages=settings.languages)
        closing.callback(model.close)
        for size in options.sizes if "pipeline" in options.only else ():
            found |= pipeline(size, model, settings)
        if "quick" in options.only:
            found |= quick(max(options.sizes), model)
    if "regroup" in options.only:
        for size in sorted({one for one in options.sizes if one > SHORT} | ({LARGE} if options.full else set())):
            found |= regrouped(size)
    if "insight" in options.only:
        found |= insight_asked(options.rows or (LARGEST if options.full else LARGE))
    _say(found, as_json=options.json)
    return 0


def pipeline(size: int, model: Embedder, settings: ListenerSettings) -> dict[str, str]:
    """Return the rate of each stage alone and of everything together, from stored mentions to committed analyses and insight."""
    mentions = drawn_mentions(size)
    stored = [StoredMention(mention_id=at + 1, revision=0, mention=one, first_seen_at=START) for at, one in enumerate(mentions)]
    found = _read_alone(stored, settings)
    sample = [clean(one.text).text for one in mentions[: max(ANALYSE_BATCH, min(MODEL_SAMPLE * ANALYSE_BATCH, size // 4))]]
    model.encode(sample[:ANALYSE_BATCH])  # the worker has loaded the model before any clock runs
    before = _encode_seconds(model, sample)
    spent: dict[str, float] = defaultdict(float)
    seconds = _through_everything(mentions, model, settings, spent)
    own = 2 * len(sample) / (before + _encode_seconds(model, sample))
    found |= {
        "encode": _rate(own, "the model alone, before and after the pipeline"),
        "labels": _rate(size / spent["labels"], "in the pipeline"),
        "place": _rate(size / (spent["conclude"] - spent["labels"]), "in the pipeline, copies included"),
        "regroup": f"{spent['regroup']:.1f} s in all, in the pipeline",
        "save": _rate(size / spent["save"], "in the pipeline"),
        "pipeline": f"{size / seconds:,.0f} mentions/s, {size / seconds / own:.2f} of the model's own rate",
    }
    return {f"{name}, {size:,}": figure for name, figure in found.items()}


def _read_alone(stored: Sequence[StoredMention], settings: ListenerSettings) -> dict[str, str]:
    cleaned, seconds = _timed(lambda: [clean(one.mention.text) for one in stored])
    found = {"clean": _rate(len(stored) / seconds)}
    languages = Languages.from_lists(**stop_words())
    _, seconds = _timed(lambda: [languages.of(one.plain) for one in cleaned])
    found["language"] = _rate(len(stored) / seconds)
    cards = CardIndex()

    def fold() -> None:
        for number, one in enumerate(cleaned):
            card = cards.find(one)
            cards.add(number if card is None else card, number, one)

    found["copies"] = _rate(len(stored) / _timed(fold)[1])
    reader = new_reader(settings)
    readings: tuple[list[Reading], float] = _timed(lambda: [reader.read(one) for one in stored])
    found["read"] = _rate(len(stored) / readings[1], "clean, language and word parts")
    return found


def _through_everything(mentions: Sequence[Mention], model: Embedder, settings: ListenerSettings, spent: dict[str, float]) -> float:
    """Run the analysing workflow over a ledger that holds all mentions; return its seconds, and those of stages in `spent`."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
        ledger = closing.enter_context(open_ledger(f"sqlite:///{Path(folder) / 'ledger.db'}", backups=Path(folder) / "backups"))
        insight = closing.enter_context(open_insight(Path(folder) / "insight.duckdb"))
        for start in range(0, len(mentions), PAGE):
            kept = [Kept(mention=one) for one in mentions[start : start + PAGE]]
            ledger.mentions.add_page(kept, source="bench", next_cursor=None, at=START)
        analyse = AnalyseMentions(
            ledger,
            insight,
            model,
            lambda: _watched_analyst(settings, new_labeller(settings, ledger, model.model_id), spent),
            window=timedelta(days=max(settings.detection.issue_window_days, settings.detection.baseline_days + 1)),
            regroup_every=settings.detection.regroup_every,
            batch_size=ANALYSE_BATCH,
        )
        _watch(ledger.analyses, "save", "save", spent)
        _, seconds = _timed(lambda: analyse.all(NoProgress()))
        _all_analysed(ledger, len(mentions))
        return seconds


def _watched_analyst(settings: ListenerSettings, labeller: Labeller, spent: dict[str, float]) -> Analyst:
    analyst = Analyst(settings.detection, lexicons=lexicons(), stopwords=stop_words(), labeller=labeller)
    _watch(labeller, "labels", "labels", spent)
    _watch(analyst, "conclude", "conclude", spent)
    _watch(analyst, "regroup", "regroup", spent)
    return analyst


def _all_analysed(ledger: Ledger, size: int) -> None:
    analysed = ledger.analyses.analysed_count()
    if analysed != size:
        raise RuntimeError(f"only {analysed} of {size} mentions were analysed, so the figures mean nothing")


def quick(size: int, model: Embedder) -> dict[str, str]:
    """Return how fast the static model of speed mode is made and read with."""
    texts = drawn_texts(size)
    static, seconds = _timed(lambda: distilled(texts[:4_000], model))
    _, reading = _timed(lambda: static.encode(texts))
    return {"quick model, made": f"{seconds:.1f} s from {min(4_000, size):,} texts", "quick model, encode": _rate(size / reading)}


def _watch(what: object, name: str, stage: str, spent: dict[str, float]) -> None:
    """Add the seconds of every call of a method of one object to a stage."""
    method = getattr(what, name)

    def watched(*given: Any, **named: Any) -> Any:
        answer, seconds = _timed(lambda: method(*given, **named))
        spent[stage] += seconds
        return answer

    setattr(what, name, watched)


def _encode_seconds(model: Embedder, texts: Sequence[str]) -> float:
    return _timed(lambda: [model.encode(texts[start : start + ANALYSE_BATCH]) for start in range(0, len(texts), ANALYSE_BATCH)])[1]


def _timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    began = time.perf_counter()
    answer = work()
    return answer, max(time.perf_counter() - began, 1e-9)


def _rate(per_second: float, more: str = "") -> str:
    return f"{per_second:,.0f} mentions/s" + (f" ({more})" if more else "")


def _size(given: str) -> int:
    size = int(given)
    if size < 1:
        raise ValueError("sizes are at least 1")
    return size


def _say(found: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"stages": found}))
        return
    for name, figure in found.items():
        print(f"  {name:<32} {figure}")


if __name__ == "__main__":
    sys.exit(main())
