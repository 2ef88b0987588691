"""scripts/bench_issues FILE… [--lang nl] [--no-bertopic] [--json]: how well issues agree with the labels of public sets.

FILE: Parquet, CSV or JSON lines with id, text and label. AMI and ARI count every mention (ours: a loose one is put with the nearest
group, BERTopic: what it leaves out is one group more); coverage is the share of mentions that a group was found for. Seconds are those
of grouping, from the same vectors. Ends 0 when it could measure, whatever the figures; 2 for a file it cannot read.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from listener.issues.features import Space, space_of
from listener.issues.group import LOOSE, regroup
from listener.issues.window import Snapshot, Window
from listener.settings.schema import DetectionSettings
from tests.bench.baselines import Groups, bertopic, k_means, timed
from tests.bench.counts import one_pass_units
from tests.bench.grouping import agreement, all_placed, window_of
from tests.bench.reading import Row, UnreadableFile, read_rows

SAMPLES = 10
FEWEST = DetectionSettings.model_validate({}).min_issue_mentions


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench_issues", description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="labelled posts")
    parser.add_argument("--lang", help="only the rows whose column lang says so")
    parser.add_argument("--model", default="bundled", help="the sentence model, by name or path")
    parser.add_argument("--no-bertopic", action="store_true", help="leave BERTopic out (it takes the longest)")
    parser.add_argument("--stability", action="store_true", help="also: what a tenth of the mentions more or less changes")
    parser.add_argument("--json", action="store_true", help="one object per file instead of a table")
    options = parser.parse_args(arguments)
    try:
        read = [_rows(file, options.lang) for file in options.files]
    except UnreadableFile as error:
        print(error, file=sys.stderr)
        return 2
    for file, rows in zip(options.files, read, strict=True):
        measured = measure(rows, model=options.model, with_bertopic=not options.no_bertopic)
        if options.stability:
            measured |= stability(rows, model=options.model)
        name = file.name + (f" ({options.lang})" if options.lang else "")
        print(json.dumps({"file": name, **measured}) if options.json else _table(name, measured), flush=True)
    return 0


def measure(rows: Sequence[Row], *, model: str, with_bertopic: bool) -> dict[str, Any]:
    """Return the figures of one file: ours, and under `baselines` those of the others on the same vectors."""
    snapshot, truth = window_of(rows, model=model)
    baselines: dict[str, Any] = {}
    if with_bertopic:
        topics, seconds = bertopic([entry.clean.plain for entry in snapshot.entries], snapshot.vectors)
        baselines["bertopic"] = {**asdict(agreement(truth, topics, topics)), "seconds": seconds}
    true_number = len(np.unique(truth))
    for name, method in (
        ("k_means_true_number", lambda: k_means(snapshot.vectors, groups=true_number)),
        ("one_pass", lambda: one_pass_units(snapshot.vectors)),
    ):
        found, seconds = timed(method)
        baselines[name] = {**asdict(agreement(truth, found, found)), "seconds": seconds}
    began = time.perf_counter()
    space = space_of(snapshot)
    labels = grouped(snapshot, space)
    seconds = round(time.perf_counter() - began, 2)
    figures = asdict(agreement(truth, labels, all_placed(space, labels)))
    return {"mentions": len(truth), "labels": true_number, **figures, "seconds": seconds, "baselines": baselines}


def stability(rows: Sequence[Row], *, model: str) -> dict[str, float]:
    """Return what chance changes. stability: mean ARI, on the mentions two of them share, over all pairs of `SAMPLES` random nine tenths.

    ids_kept: share of issues of a random nine tenths that go on under their number, with most of their mentions, when the rest arrives.
    """
    whole, _ = window_of(rows, model=model)
    found: list[dict[int, int]] = []
    kept: list[float] = []
    for seed in range(SAMPLES):
        chosen = np.random.default_rng(seed).random(len(rows)) < 0.9
        window = Window()
        window.add([entry for entry, inside in zip(whole.entries, chosen, strict=True) if inside])
        part = window.snapshot()
        labels = grouped(part, space_of(part))
        found.append({int(one): int(label) for one, label in zip(part.ids, labels, strict=True) if label != LOOSE})
        kept.append(_ids_kept(whole, chosen, labels))
    pairs = [adjusted_rand_score(*_shared(one, other)) for at, one in enumerate(found) for other in found[:at]]
    return {"stability": round(float(np.mean(pairs)), 3), "ids_kept": round(float(np.mean(kept)), 3)}


def _shared(one: Mapping[int, int], other: Mapping[int, int]) -> tuple[list[int], list[int]]:
    ids = sorted(one.keys() & other.keys())
    return [one[each] for each in ids], [other[each] for each in ids]


def _ids_kept(whole: Snapshot, chosen: NDArray[np.bool_], labels: Groups) -> float:
    """Regroup all with the groups of the chosen ones as known issues, and count those that most of their mentions still belong to."""
    known = np.zeros(len(chosen), dtype=np.int64)
    known[chosen] = labels + 1  # issue 0 is none
    fixed = np.zeros(len(chosen), dtype=bool)
    again = regroup(whole, space_of(whole), known=known, fixed=fixed, lasting=frozenset(), min_mentions=FEWEST)
    after = known.copy()  # a mention that no group takes stays where it is
    for members, issue in zip(again.groups, again.issues, strict=True):
        after[members] = -1 if issue is None else issue
    issues = [issue for issue in np.unique(known) if issue]
    return float(np.mean([np.mean(after[known == issue] == issue) > 0.5 for issue in issues]))


def grouped(snapshot: Snapshot, space: Space) -> Groups:
    """Return the group per mention as a first regrouping of this window would make them, `LOOSE` for none."""
    count = len(snapshot.ids)
    found = regroup(
        snapshot,
        space,
        known=np.zeros(count, dtype=np.int64),
        fixed=np.zeros(count, dtype=bool),
        lasting=frozenset(),
        min_mentions=FEWEST,
    )
    labels = np.full(count, LOOSE, dtype=np.int64)
    for number, rows in enumerate(found.groups):
        labels[rows] = number
    return labels


def _rows(file: Path, language: str | None) -> list[Row]:
    rows = read_rows(file, columns=("id", "text", "label") + (("lang",) if language else ()))
    chosen = [row for row in rows if language is None or row["lang"] == language]
    if not chosen:
        raise UnreadableFile(f"{file}: has no rows in {language!r}; its column lang holds {sorted({str(row['lang']) for row in rows})}")
    return chosen


def _table(name: str, measured: dict[str, Any]) -> str:
    lines = [f"{name}: {measured['mentions']} mentions, {measured['labels']} labels"]
    lines.append(f"  {'':22}{'AMI':>7}{'ARI':>7}{'coverage':>10}{'groups':>8}{'seconds':>9}   grouped only: AMI, ARI")
    for method, one in (("klankbord", measured), *measured["baselines"].items()):
        figures = f"{one['ami']:7.3f}{one['ari']:7.3f}{one['coverage']:10.3f}{one['groups']:8}{one['seconds']:9.2f}"
        lines.append(f"  {method:22}{figures}   {one['grouped_ami']:.3f}, {one['grouped_ari']:.3f}")
    if "stability" in measured:
        lines.append(f"  nine tenths agree by ARI {measured['stability']:.3f}; {measured['ids_kept']:.1%} of issues kept their number")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
