"""Large windows and large stores: regrouping in a process of its own, so that its memory can be read, and asking insight."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from listener.insight.store import Insight, open_insight
from listener.issues.analyst import Analyst
from listener.model.analysis import AnalysedMention
from listener.model.mention import StoredMention
from listener.settings.schema import DetectionSettings
from listener.settings.wording import lexicons, stop_words
from tests.bench.drawn import START, drawn_facts, drawn_mentions, drawn_vectors

DIMS = 384
ASKS = 50
WRITTEN_AT_ONCE = 2_000
INSIGHT_DAYS = 90.0


def regrouped(count: int) -> dict[str, str]:
    """Return seconds and peak memory of regrouping a window of `count` mentions, measured in a child process."""
    child = [sys.executable, str(Path(__file__)), str(count)]
    found = json.loads(subprocess.run(child, stdout=subprocess.PIPE, text=True, check=True).stdout)
    figure = (
        f"{found['seconds']:.1f} s, {found['bytes'] / 1e9:.2f} GB at most ({found['before'] / 1e9:.2f} GB before), {found['issues']} issues"
    )
    return {f"regroup {count:,}": figure}


def _regroup_here(count: int) -> dict[str, float]:
    """Fill an analyst with drawn mentions and vectors and regroup once; bytes are the most this process ever held."""
    stored = [
        StoredMention(mention_id=at + 1, revision=0, mention=one, first_seen_at=one.posted_at)
        for at, one in enumerate(drawn_mentions(count))
    ]
    vectors, _ = drawn_vectors(count, DIMS)
    analyst = Analyst(DetectionSettings.model_validate({}), lexicons=lexicons(), stopwords=stop_words())
    analyst.restore([_fact(one, vectors[at]) for at, one in enumerate(stored)], stored, [], {}, [])
    del stored, vectors
    before = _most_bytes()
    began = time.perf_counter()
    step = analyst.regroup(START + timedelta(days=14))
    return {"seconds": time.perf_counter() - began, "bytes": _most_bytes(), "before": before, "issues": len(step.new_issues)}


def _fact(one: StoredMention, vector: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> AnalysedMention:
    author = one.mention.author
    return AnalysedMention(
        mention_id=one.mention_id,
        card_id=one.mention_id,
        issue_id=None,
        platform=one.mention.platform,
        realm=one.mention.realm,
        source="bench",
        channel="",
        brands=(),
        directed=False,
        author_key=author.key if author else "",
        language="nl",
        posted_at=one.mention.posted_at,
        first_seen_at=one.first_seen_at,
        text_hash=str(one.mention_id),
        labels={},
        vector=vector,
    )


def _most_bytes() -> float:
    """Return the peak resident size of this process; Linux counts it in KiB, macOS in bytes (getrusage(2))."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak if sys.platform == "darwin" else peak * 1024)


def insight_asked(count: int, *, dims: int = DIMS) -> dict[str, str]:
    """Return how long insight with `count` drawn mentions takes to write and to answer (p50 and p95 over 50 asks of each kind)."""
    with tempfile.TemporaryDirectory() as folder, open_insight(Path(folder) / "insight.duckdb") as insight:
        began = time.perf_counter()
        seq = 0
        for batch in drawn_facts(count, dims, batch=WRITTEN_AT_ONCE, days=INSIGHT_DAYS):
            seq += len(batch)
            insight.apply(batch, [], seq, model_id="drawn")
        found = {f"insight {count:,}, writing": f"{count / (time.perf_counter() - began):,.0f} mentions/s"}
        for name, ask in _asks(insight, count).items():
            took = np.array([_seconds(ask, number) for number in range(ASKS)]) * 1000
            found[f"insight {count:,}, {name}"] = f"p95 {np.percentile(took, 95):.0f} ms, median {np.median(took):.0f} ms"
    return found


def _asks(insight: Insight, count: int) -> dict[str, Callable[[int], object]]:
    """Return what is asked by name; the number moves the moment asked about back from the newest mention by hours."""
    end = START + timedelta(days=INSIGHT_DAYS)
    week, fortnight = timedelta(days=7), timedelta(days=14)

    def moment(number: int) -> timedelta:
        return timedelta(hours=(number % ASKS) * 3)

    return {
        "issue list": lambda n: insight.issue_counts(end - moment(n) - fortnight, end - moment(n)),
        "trend, 14 days": lambda n: insight.counts_by_issue(end - moment(n) - fortnight, end - moment(n), 24.0),
        "trend, 60 days": lambda n: insight.counts_by_issue(end - moment(n) - timedelta(days=60), end - moment(n), 24.0),
        "quotes": lambda n: insight.candidates([n % 400 + 1], end - moment(n) - week, end - moment(n), 50),
        "most alike": lambda n: insight.nearest(1 + n * (count // ASKS), 10),
    }


def _seconds(ask: Callable[[int], object], number: int) -> float:
    began = time.perf_counter()
    ask(number)
    return time.perf_counter() - began


def main(arguments: Sequence[str] | None = None) -> int:
    """The child of `regrouped`: one size in, one object out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    print(json.dumps(_regroup_here(parser.parse_args(arguments).count)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
