"""scripts/bench_labels TASK FILE… [--lang nl] [--rows FOLDER] [--json]: how often a shipped head agrees with people's labels.

FILE: Parquet, CSV or JSON lines with id, text, and a column named like TASK, or else `label` (for `cause` also `negativereason` of the
airline tweets, mapped to our causes). Rows that a head was trained on are left out. Beside it stands TF-IDF (words and pairs of words)
with a linear support vector machine on the very rows the head was trained on, found beside FILE, above it, or in the folder --rows.
calibration_error is the expected calibration error of the answer given, over 15 bins with equally many rows. Ends 2 for an unreadable file.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import cohen_kappa_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from listener.embedding.open import open_embedder
from listener.labels.features import buckets, counts
from listener.labels.heads import YES_NO, Heads, Seen
from listener.model.correction import ANSWERS
from listener.settings.schema import ModelSettings
from listener.settings.wording import label_heads, lexicons, stop_words
from listener.text.clean import clean
from listener.text.language import Languages
from tests.bench import toxicity
from tests.bench.encoding import CACHE, encoded
from tests.bench.reading import Row, UnreadableFile, read_rows
from tests.bench.scoring import calibration_error, macro_f1

SETS = Path(__file__).resolve().parents[2] / "scripts" / "sets"
SECOND = SETS / "webcare_labels_second.jsonl"
AIRLINE = {
    "Late Flight": "promise_not_kept",
    "Cancelled Flight": "promise_not_kept",
    "Bad Flight": "service_failed",
    "Customer Service Issue": "service_failed",
    "Damaged Luggage": "service_failed",
    "Flight Attendant Complaints": "service_failed",
    "Flight Booking Problems": "service_failed",
    "Lost Luggage": "service_failed",
    "longlines": "service_failed",
}
"""By scripts/sets/GUIDELINE.md: what was scheduled and did not come in time is a promise not kept; "Can't Tell" is left out."""
TRAINED_ON = {"sentiment": ("goemotions_train_dev.parquet",), "spam": ("sms_spam.parquet",)}
OWN = ("webcare_labels_nl.jsonl", "webcare_labels_en.jsonl", "webcare_labels_more.jsonl")
ALSO_CALLED = {"spam": {"spam": "yes", "ham": "no"}}


@dataclass(frozen=True, slots=True)
class Labelled:
    """One row with an answer of ours."""

    id: str
    text: str
    answer: str


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench_labels", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("task", choices=sorted(ANSWERS), metavar="TASK", help=", ".join(sorted(ANSWERS)))
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="labelled posts")
    parser.add_argument("--lang", help="only the rows whose column lang says so")
    parser.add_argument("--rows", type=Path, help="folder with the files that the head was trained on")
    parser.add_argument("--baseline-rows", type=Path, metavar="FILE", help="train the baseline on these rows instead")
    parser.add_argument("--json", action="store_true", help="one object per file instead of a table")
    options = parser.parse_args(arguments)
    heads = label_heads()
    if options.task == "toxicity":
        return toxicity.main([*map(str, options.files), *(["--json"] if options.json else [])])  # rules, told by functionality
    if heads is None or options.task not in heads.heads:
        print(f"no head is trained for {options.task!r}; run scripts/train_heads", file=sys.stderr)
        return 2
    try:
        for file in options.files:
            figures = _measured(heads, options.task, file, options)
            print(json.dumps(figures) if options.json else _table(figures), flush=True)
    except UnreadableFile as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _measured(heads: Heads, task: str, file: Path, options: argparse.Namespace) -> dict[str, Any]:
    learned = _trained_on(task, file, options.rows)
    seen = {row.id for row in learned}
    rows = [row for row in labelled(task, file, options.lang) if row.id not in seen]
    if not rows:
        raise UnreadableFile(f"{file}: no row is left to measure {task} on")
    truth = [row.answer for row in rows]
    chosen, sure = answers(heads, task, [row.text for row in rows])
    beside = labelled(task, options.baseline_rows, None) if options.baseline_rows else learned
    figures = {
        "file": file.stem + (f" ({options.lang})" if options.lang else ""),
        "task": task,
        "rows": len(rows),
        "macro_f1": macro_f1(truth, chosen),
        "baseline_macro_f1": macro_f1(truth, baseline(beside, [row.text for row in rows])) if beside else None,
        "calibration_error": calibration_error(sure, np.array([one == right for one, right in zip(chosen, truth, strict=True)])),
    }
    agreement = _agreement(task, rows)
    return figures | ({} if agreement is None else {"second_labels_kappa": agreement})


def labelled(task: str, file: Path, language: str | None) -> list[Labelled]:
    """Return the rows of a file that have one of the task's answers, in order. Raises UnreadableFile."""
    rows = read_rows(file, columns=("id", "text") + (("lang",) if language else ()))
    column = next((one for one in (task, *(["negativereason"] if task == "cause" else []), "label") if one in rows[0]), None)
    if column is None:
        raise UnreadableFile(f"{file}: has neither a column {task} nor a column label")
    called = AIRLINE if column == "negativereason" else ALSO_CALLED.get(task, {})
    found = [
        Labelled(str(row["id"]), str(row["text"]), called.get(str(row[column]), str(row[column])))
        for row in rows
        if language is None or row["lang"] == language
    ]
    found = [row for row in found if row.answer in ANSWERS[task]]
    if not found:
        raise UnreadableFile(f"{file}: no row has one of the answers {', '.join(ANSWERS[task])} in its column {column}")
    return found


def answers(heads: Heads, task: str, texts: Sequence[str]) -> tuple[list[str], NDArray[np.float64]]:
    """Return the answer that the product gives to each text, and how probable it says that is."""
    languages, lists = Languages.from_lists(**stop_words()), lexicons()
    cleaned = [clean(text) for text in texts]
    spoken = [languages.of(one.plain)[0] for one in cleaned]
    vectors = encoded({one.hash: one.text for one in cleaned})
    model_id = _model_id()
    whole = Seen(
        buckets=[buckets(one.text) for one in cleaned],
        counts=np.stack([counts(one, language, lists) for one, language in zip(cleaned, spoken, strict=True)]),
        vectors=np.stack([vectors[one.hash] for one in cleaned]),
        languages=spoken,
    )
    bare = replace(whole, vectors=None)
    trusted = np.array([heads.trusts(model_id, language) for language in spoken])[:, None]
    head = heads.heads[task]
    said = [heads.probabilities(one, tasks=[task])[task] for one in (whole, bare)]
    probabilities = np.where(trusted, *said)
    favoured = probabilities if head.values == YES_NO else np.where(trusted, said[0] * head.full.favour, said[1] * head.alone.favour)
    chosen = favoured.argmax(axis=1)
    return [head.values[at] for at in chosen], probabilities[np.arange(len(chosen)), chosen]


def baseline(learned: Sequence[Labelled], texts: Sequence[str]) -> list[str]:
    """Return the answers of TF-IDF with a linear support vector machine, taught by `learned`."""
    machine = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LinearSVC(random_state=0))
    machine.fit([row.text for row in learned], [row.answer for row in learned])
    return [str(one) for one in machine.predict(list(texts))]


def _trained_on(task: str, file: Path, folder: Path | None) -> list[Labelled]:
    """Return the rows that the head of a task was trained on; none when their file is not at hand."""
    names = TRAINED_ON.get(task)
    files = [SETS / name for name in OWN] if names is None else []
    for name in names or ():
        places = [folder] if folder else [file.resolve().parent, *list(file.resolve().parents)[1:2]]
        files += [place / name for place in places if (place / name).is_file()][:1]
    split = {str(row["id"]) for one in files for row in read_rows(one, columns=("id", "text", "split")) if row["split"] == "train"}
    return [row for one in files for row in labelled(task, one, None) if row.id in split]


def _agreement(task: str, rows: Sequence[Labelled]) -> float | None:
    """Return Cohen's kappa between the labels of these rows and second ones, given by somebody who saw only text and guideline."""
    if not SECOND.is_file():
        return None
    second: Mapping[str, Row] = {str(row["id"]): row for row in read_rows(SECOND, columns=("id",)) if task in row}
    both = [(row.answer, str(second[row.id][task])) for row in rows if row.id in second]
    return round(float(cohen_kappa_score(*zip(*both, strict=True))), 3) if both else None


def _model_id() -> str:
    embedder = open_embedder(ModelSettings.model_validate({}), models_dir=CACHE, languages=("nl", "en"))
    embedder.close()
    return embedder.model_id


def _table(figures: Mapping[str, Any]) -> str:
    beside = figures["baseline_macro_f1"]
    told = "no baseline: its rows are not at hand (--rows)" if beside is None else f"TF-IDF + SVM {beside:.3f}"
    second = f"   second labels: kappa {figures['second_labels_kappa']:.2f}" if "second_labels_kappa" in figures else ""
    return (
        f"{figures['task']:15} {figures['file']:28} {figures['rows']:6} rows   macro-F1 {figures['macro_f1']:.3f}   {told}   "
        f"calibration error {figures['calibration_error']:.3f}{second}"
    )


if __name__ == "__main__":
    sys.exit(main())
