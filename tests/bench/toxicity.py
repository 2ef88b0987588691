"""scripts/bench_labels toxicity FILE… [--json], or this file alone: how rules judge each functionality of HateCheck.

FILE: columns id, text, label (hateful or not), lang, functionality. There is no target. Hatred there means hatred of protected groups:
threats to one person or a profession are labelled "not", but are abuse that a webcare team wants to see; read those rows so.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from listener.labels.toxicity import ToxicityRule
from listener.settings.wording import lexicons
from tests.bench.reading import Row, UnreadableFile, read_rows
from tests.bench.scoring import calibration_error, macro_f1

TOXIC = "hateful"
LIMIT = 0.5


def measured(file: Path) -> dict[str, Any]:
    """Return macro-F1, and by functionality its label, number of texts and share judged as labelled. Raises UnreadableFile.

    There is no baseline: nothing openly licensed with these labels is at hand to teach one.
    """
    rows = read_rows(file, columns=("id", "text", "label", "lang"))
    began = time.perf_counter()
    rule = ToxicityRule(lexicons())
    sure = np.array([rule.probability(row["text"], row["lang"]) for row in rows])
    seconds = time.perf_counter() - began
    said = sure >= LIMIT
    true = np.array([row["label"] == TOXIC for row in rows])
    return {
        "file": file.name,
        "task": "toxicity",
        "macro_f1": macro_f1([str(one) for one in true], [str(one) for one in said]),
        "baseline_macro_f1": None,
        "calibration_error": calibration_error(np.maximum(sure, 1 - sure), said == true),
        "texts_per_second": round(len(rows) / seconds),
        "functionalities": _by_functionality(rows, said.tolist()),
    }


def _by_functionality(rows: Sequence[Row], said: Sequence[bool]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in sorted({str(row.get("functionality") or "") for row in rows} - {""}):
        own = [(row["label"], toxic) for row, toxic in zip(rows, said, strict=True) if row["functionality"] == name]
        right = sum((label == TOXIC) == toxic for label, toxic in own)
        found[name] = {"label": own[0][0], "texts": len(own), "right": round(right / len(own), 3)}
    return found


def table(figures: dict[str, Any]) -> str:
    """Return one file's figures as lines to read."""
    lines = [f"{figures['file']}: macro-F1 {figures['macro_f1']:.3f}, {figures['texts_per_second']} texts a second"]
    lines += [f"  {name:<20} {one['label']:<12} {one['texts']:>4} {one['right']:>6.1%}" for name, one in figures["functionalities"].items()]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="tests/bench/toxicity.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one object per file instead of a table")
    options = parser.parse_args(arguments)
    try:
        for file in options.files:
            figures = measured(file)
            print(json.dumps(figures) if options.json else table(figures))
    except UnreadableFile as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
