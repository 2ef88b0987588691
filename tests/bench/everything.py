"""scripts/bench_all [--write] [--only NAME…]: every bench on the data at hand, as one table; `--write` puts it into the README.

The data are looked for in `../shared/data` beside the checkout, or in the folder named by KLANKBORD_BENCH_DATA; a bench whose file is not
there is left out and said. Ends 0 when everything that could be measured was, 1 when a bench failed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.reading import DATA, ROOT

SETS = ROOT / "scripts" / "sets"
BEGIN, END = "<!-- figures of scripts/bench_all -->", "<!-- end of figures -->"

Found = Mapping[str, Any]
Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Bench:
    """One command: `name` of its script, its arguments (paths are data and must be there), and how its answer reads."""

    name: str
    arguments: tuple[str | Path, ...]
    lines: Callable[[Found], Iterator[Line]]

    @property
    def missing(self) -> list[Path]:
        return [one for one in self.arguments if isinstance(one, Path) and not one.exists()]


def _issues(found: Found) -> Iterator[Line]:
    rest = "; ".join(f"{name} {one['ari']:.2f} in {one['seconds']:.1f} s" for name, one in found["baselines"].items())
    figure = (
        f"AMI {found['ami']:.3f}, ARI {found['ari']:.3f}, {found['groups']} groups, {found['coverage']:.0%} of {found['mentions']} in one"
    )
    yield f"groups, {found['file']}", f"{figure}, {found['seconds']:.1f} s (ARI of {rest})"


def _signals(found: Found) -> Iterator[Line]:
    figure = f"{found['found']} of {found['events']} found, {found['false_alarms_per_week']} false alarms a week"
    yield f"emerging, {found['file']}", f"{figure}, sudden ones after {found['median_posts']} posts, {found['median_hours']} h (medians)"


def _volume(found: Found) -> Iterator[Line]:
    series = list(found["series"].values())
    hits, windows = sum(one["found"] for one in series), sum(one["windows"] for one in series)
    most = max((one["false_alarms_per_week"] for one in series), default=0.0)
    yield f"volume, {found['file']}", f"{hits} of {windows} windows in {len(series)} series, at most {most:.2f} false alarms a week in one"


def _labels(found: Found) -> Iterator[Line]:
    beside = f"TF-IDF + SVM {found['baseline_macro_f1']:.3f}" if found["baseline_macro_f1"] is not None else "no baseline"
    figure = f"macro-F1 {found['macro_f1']:.3f} ({beside}), calibration error {found['calibration_error']:.3f}"
    yield f"{found['task']}, {found['file']}", figure


def _pii(found: Found) -> Iterator[Line]:
    kinds = ", ".join(f"{kind} {found['recall'][kind]:.2f} / {found['precision'].get(kind, 0):.2f}" for kind in found["recall"])
    yield f"personal data, {found['file']}", f"recall / precision: {kinds}"


def _dutch(found: Found) -> Iterator[Line]:
    names = {
        "twins": "twin found",
        "probe_nl": "probe nl",
        "probe_en": "en",
        "ami_nl": "AMI nl",
        "ami_en": "en ",
        "neighbours_across": "neighbours nl-en",
        "neighbours_en": "en-en",
    }
    yield f"Dutch, {found['file']}", ", ".join(f"{words} {found[key]:.2f}" for key, words in names.items() if key in found)


def _speed(found: Found) -> Iterator[Line]:
    for stage, figure in found.get("stages", {}).items():
        yield f"speed, {stage}", str(figure)


OWN_TASKS = ("cause", "question", "urgency", "unnecessary", "searched_first")

BENCHES = (
    *(
        Bench("bench_issues", (DATA / name, *more), _issues)
        for name, more in (
            ("banking77.parquet", ()),
            ("bitext_support.parquet", ()),
            ("ha_intents_nl_en.parquet", ()),
            ("xsid_nl_en_valid.parquet", ()),
        )
    ),
    Bench("bench_signals", (DATA / "stream_sim_banking77.parquet", DATA / "stream_sim_banking77_events.csv"), _signals),
    Bench("bench_signals", (SETS / "webcare_stream.jsonl", SETS / "webcare_stream_events.csv"), _signals),
    Bench("bench_volume", (DATA / "nab_tweet_volume_A.parquet",), _volume),
    Bench("bench_volume", (DATA / "crisislex_t26_hourly_volume_A.parquet",), _volume),
    Bench("bench_labels", ("sentiment", DATA / "goemotions_train_dev.parquet"), _labels),
    Bench("bench_labels", ("sentiment", DATA / "measure-only" / "mabsa_nl_en_A.parquet"), _labels),
    *(Bench("bench_labels", (task, SETS / f"webcare_labels_{lang}.jsonl"), _labels) for task in OWN_TASKS for lang in ("nl", "en")),
    Bench("bench_labels", ("toxicity", DATA / "hatecheck_en_A.parquet"), _labels),
    Bench("bench_labels", ("toxicity", DATA / "mhc_hatecheck_nl_A.parquet"), _labels),
    Bench("bench_labels", ("spam", DATA / "sms_spam.parquet"), _labels),
    Bench("bench_pii", (DATA / "pii_presidio_en_A.parquet",), _pii),
    Bench("bench_pii", (DATA / "pii_synth_nl_A.parquet",), _pii),
    Bench("bench_dutch", (), _dutch),  # it knows its files
    Bench("bench_speed", (), _speed),
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench_all", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="bench_issues, bench_signals, …")
    options = parser.parse_args(arguments)
    lines: list[Line] = []
    failed = 0
    for bench in BENCHES:
        if options.only and bench.name not in options.only:
            continue
        if bench.missing:
            print(f"left out: {bench.name}, for {', '.join(path.name for path in bench.missing)} is not there", file=sys.stderr)
            continue
        answers, seconds = _run(bench)
        failed += answers is None
        for what, figure in (line for answer in answers or () for line in bench.lines(answer)):
            lines.append((what, figure))
            print(f"{what}: {figure}   [{seconds:.0f} s]", flush=True)
    if options.write:
        readme = ROOT / "README.md"
        readme.write_text(with_figures(readme.read_text(encoding="utf-8"), lines), encoding="utf-8")
    return int(failed > 0)


def with_figures(readme: str, lines: Sequence[Line]) -> str:
    """Return the README with the table between its two marks replaced. Raises ValueError when the marks are not there."""
    before, _, rest = readme.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"README.md lacks the lines {BEGIN} and {END}")
    table = "\n".join(["| what | figure |", "|---|---|", *(f"| {what} | {figure} |" for what, figure in lines)])
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def _run(bench: Bench) -> tuple[list[Found] | None, float]:
    began = time.monotonic()
    command = [str(ROOT / "scripts" / bench.name), *map(str, bench.arguments), "--json"]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    seconds = time.monotonic() - began
    if ended.returncode:
        print(f"failed ({ended.returncode}): {' '.join(command)}", file=sys.stderr)
        return None, seconds
    return [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")], seconds


if __name__ == "__main__":
    sys.exit(main())
