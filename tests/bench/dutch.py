"""scripts/bench_dutch [FILE…] [--json]: how well Dutch texts are read, beside English ones of the same kind.

FILE: columns id, text, label, lang (nl and en); what a file allows is measured. Without FILE: the public sets that are at hand (see
`tests/bench/reading.py`) and our own. twins: share of Dutch texts (at most 1,500, drawn with a seed) whose nearest English text is their
translation, where a column `pair_id` tells. probe_nl, probe_en: macro-F1 of a linear classifier on the vectors, trained and tested within
one language (on the file's own split where it has one, else five folds). ami_nl, ami_en: groups found in one language against the labels.
neighbours_en: how often the nearest other English text has the same label; neighbours_across: how often the nearest English text of a
Dutch one has.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.preprocessing import StandardScaler

from listener.issues.features import space_of
from tests.bench.encoding import encoded
from tests.bench.grouping import agreement, all_placed, window_of
from tests.bench.issues import grouped
from tests.bench.reading import DATA, ROOT, Row, UnreadableFile, read_rows

USUAL = (
    DATA / "measure-only" / "mabsa_nl_en_A.parquet",
    DATA / "sib200_nl_en_train_dev.parquet",
    DATA / "xsid_nl_en_valid.parquet",
    DATA / "ha_intents_nl_en.parquet",
    ROOT / "scripts" / "sets" / "webcare_issues.jsonl",
)
MOST_TWINS = 1500
SEED = 5
FOLDS = 5
MOST_GROUPED = 3000
FEWEST_OF_LABEL = 5

Vectors = NDArray[np.float32]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench_dutch", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE")
    parser.add_argument("--model", default="bundled", help="another sentence model, by name or folder")
    parser.add_argument("--json", action="store_true", help="one object per file instead of lines to read")
    options = parser.parse_args(arguments)
    files = options.files or [file for file in USUAL if file.is_file()]
    try:
        for file in files:
            rows = [row for row in read_rows(file, columns=("id", "text", "label", "lang")) if row["lang"] in ("nl", "en")]
            _say(measured(file, rows, model=options.model), as_json=options.json)
    except UnreadableFile as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def measured(file: Path, rows: Sequence[Row], *, model: str = "bundled") -> dict[str, Any]:
    """Return the figures of one file; what it does not allow is missing."""
    result: dict[str, Any] = {"file": file.name, "mentions": len(rows)}
    twins = _pairs(rows)
    texts = {text: text for pair in twins for text in pair} | {row["text"]: row["text"] for row in _labelled(rows)}
    vectors = encoded(texts, model=model)
    if twins:
        result["twins"] = _twins(twins, vectors)
    by_language = {language: [row for row in _labelled(rows) if row["lang"] == language] for language in ("nl", "en")}
    for language, some in by_language.items():
        if len({row["label"] for row in some}) > 1:
            result[f"probe_{language}"] = _probe(some, _stacked(some, vectors))
            result[f"ami_{language}"] = _ami(some, model=model)
    if all(by_language.values()):
        result |= _neighbours(by_language, vectors)
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in result.items()}


def _pairs(rows: Sequence[Row]) -> list[tuple[str, str]]:
    found: dict[Any, dict[str, str]] = {}
    for row in rows:
        if row.get("pair_id") is not None:
            found.setdefault(row["pair_id"], {})[row["lang"]] = row["text"]
    both = [(one["nl"], one["en"]) for _, one in sorted(found.items(), key=lambda item: str(item[0])) if len(one) == 2]
    random.Random(SEED).shuffle(both)
    return both[:MOST_TWINS]


def _twins(pairs: Sequence[tuple[str, str]], vectors: dict[str, Vectors]) -> float:
    english = np.stack([vectors[en] for _, en in pairs])
    nearest = (np.stack([vectors[nl] for nl, _ in pairs]) @ english.T).argmax(axis=1)
    return float(np.mean([pairs[at][1] == pairs[found][1] for at, found in enumerate(nearest)]))


def _labelled(rows: Sequence[Row]) -> list[Row]:
    """Return rows of labels that both languages use often enough, at most `MOST_GROUPED` of a language, the same ones every time."""
    kept: list[Row] = []
    for language in ("nl", "en"):
        some = [row for row in rows if row["lang"] == language and row["label"]]
        counts = Counter(row["label"] for row in some)
        some = [row for row in some if counts[row["label"]] >= FEWEST_OF_LABEL]
        random.Random(SEED).shuffle(some)
        kept += some[:MOST_GROUPED]
    return kept


def _stacked(rows: Sequence[Row], vectors: dict[str, Vectors]) -> Vectors:
    return np.stack([vectors[row["text"]] for row in rows])


def _probe(rows: Sequence[Row], matrix: Vectors) -> float:
    labels = np.array([row["label"] for row in rows])
    test = np.array([row["split"] in ("test", "dev") for row in rows])
    scaled = StandardScaler().fit_transform(matrix)
    probe = LogisticRegression(C=0.05, max_iter=2000)
    if 0 < test.sum() < len(rows) and set(labels[test]) <= set(labels[~test]):
        return float(f1_score(labels[test], probe.fit(scaled[~test], labels[~test]).predict(scaled[test]), average="macro"))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    return float(f1_score(labels, cross_val_predict(probe, scaled, labels, cv=folds), average="macro"))


def _ami(rows: Sequence[Row], *, model: str) -> float:
    snapshot, truth = window_of(rows, model=model)
    space = space_of(snapshot)
    labels = grouped(snapshot, space)
    return agreement(truth, labels, all_placed(space, labels)).ami


def _neighbours(by_language: dict[str, list[Row]], vectors: dict[str, Vectors]) -> dict[str, float]:
    english, dutch = _stacked(by_language["en"], vectors), _stacked(by_language["nl"], vectors)
    labels = np.array([row["label"] for row in by_language["en"]])
    among = english @ english.T
    np.fill_diagonal(among, -1.0)
    right = labels[among.argmax(axis=1)] == labels
    own = np.array([row["label"] for row in by_language["nl"]])
    across = labels[(dutch @ english.T).argmax(axis=1)] == own
    known = np.isin(own, labels)
    return {"neighbours_en": float(right.mean()), "neighbours_across": float(across[known].mean()) if known.any() else 0.0}


def _say(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result))
        return
    print(f"{result['file']} ({result['mentions']} texts)")
    for key, value in result.items():
        if key not in ("file", "mentions"):
            print(f"  {key:18} {value:.3f}")


if __name__ == "__main__":
    sys.exit(main())
