"""`scripts/bench_inbox`: fills a home, lets agents and dashboards work on it while mentions arrive, and says how fast every page was.

The service runs in a process of its own, as `klankbord run` does; the load comes from this one. Beside each kind of page stands what of
its time was spent in the stores, and, in the same run, what the same page takes on an almost empty home. Ends 1 when a target is missed
or anything failed; --short and --no-targets end 1 for failures alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.inbox_home import Filled, fill
from tests.bench.inbox_load import THINKING, Answer, Log, load

TARGETS = {"pages": 0.3, "search by words": 1.0, "search by meaning": 1.0, "dashboards": 2.0}
"""Seconds in which 95 of 100 answers of a group have to be there."""
DASHBOARDS = ("issues", "issue", "digest", "status")
EMPTY_MENTIONS, EMPTY_CASES = 2_000, 200
STORES = ("ledger", "insight", "search")
SERVING = Path(__file__).parent / "inbox_serving.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A kind of page, or a group of them: how many answers, milliseconds (p50, p95, most), and of that in the stores (mean, p95)."""

    name: str
    count: int
    p50: float
    p95: float
    most: float
    served_p95: float
    store_mean: float
    store_p95: float
    store_share: float
    stores: Mapping[str, float]
    questions: float
    kilobytes: float
    empty_p95: float | None = None


@dataclass(kw_only=True)
class Outcome:
    """Everything a run found."""

    filled: Filled | None
    setting: Mapping[str, Any]
    seconds: Mapping[str, float] = field(default_factory=dict)
    groups: list[Row] = field(default_factory=list)
    kinds: list[Row] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    refused: Mapping[str, int] = field(default_factory=dict)
    told: int = 0
    arrived: Mapping[str, Any] = field(default_factory=dict)

    def missed(self) -> list[str]:
        """Return which targets were missed, each in a sentence."""
        late = [row for row in self.groups if row.name in TARGETS and row.p95 > TARGETS[row.name] * 1000]
        said = [f"{row.name}: p95 {row.p95:,.0f} ms, wanted {TARGETS[row.name] * 1000:,.0f} ms" for row in late]
        return said + ([f"{len(self.errors)} errors, wanted 0"] if self.errors else [])


def group_of(kind: str) -> str:
    return kind if kind.startswith("search") else "dashboards" if kind in DASHBOARDS else "pages"


def rows_of(answers: Sequence[Answer], *, grouped: bool, empty: Mapping[str, Row] | None = None) -> list[Row]:
    """Return one row per group or kind, in the order of their names."""
    by_name: dict[str, list[Answer]] = {}
    for one in answers:
        by_name.setdefault(group_of(one.kind) if grouped else one.kind, []).append(one)
    return [_row(name, some, (empty or {}).get(name)) for name, some in sorted(by_name.items())]


def _row(name: str, answers: Sequence[Answer], empty: Row | None) -> Row:
    took = np.array([one.seconds for one in answers]) * 1000
    stores = np.array([one.stores["all"] for one in answers]) * 1000
    return Row(
        name=name,
        count=len(answers),
        p50=float(np.percentile(took, 50)),
        p95=float(np.percentile(took, 95)),
        most=float(took.max()),
        served_p95=float(np.percentile([one.served * 1000 for one in answers], 95)),
        store_mean=float(stores.mean()),
        store_p95=float(np.percentile(stores, 95)),
        store_share=float(stores.sum() / took.sum()),
        stores={store: float(np.mean([one.stores[store] * 1000 for one in answers])) for store in STORES},
        questions=float(np.mean([one.questions for one in answers])),
        kilobytes=float(np.mean([one.size for one in answers]) / 1024),
        empty_p95=None if empty is None else empty.p95,
    )


def lines_of(found: Outcome) -> Iterator[str]:
    """Yield the outcome to read."""
    if found.filled is not None:
        yield from found.filled.lines()
    yield "; ".join(f"{name} {value}" for name, value in found.setting.items())
    yield "; ".join(f"{name}: {seconds:.1f} s" for name, seconds in found.seconds.items())
    yield f"arrived: {found.arrived}; told by the stream: {found.told}; refused with a reason (409): {dict(found.refused) or 0}"
    heads = (
        "",
        "n",
        "p50 ms",
        "p95",
        "most",
        "served p95",
        "stores mean",
        "p95",
        "share",
        "ledger",
        "insight",
        "search",
        "asks",
        "kB",
        "empty p95",
    )
    yield f"{heads[0]:<20}" + "".join(f"{head:>12}" for head in heads[1:])
    for row in [*found.groups, *found.kinds]:
        cells = [row.count, row.p50, row.p95, row.most, row.served_p95, row.store_mean, row.store_p95]
        said = [*(f"{cell:,.0f}" for cell in cells), f"{row.store_share:.0%}", *(f"{one:,.1f}" for one in row.stores.values())]
        said += [f"{row.questions:.0f}", f"{row.kilobytes:.0f}", "-" if row.empty_p95 is None else f"{row.empty_p95:,.0f}"]
        yield f"{row.name:<20}" + "".join(f"{cell:>12}" for cell in said)
    yield from (f"error: {one}" for one in found.errors[:20])
    yield from (f"MISSED {one}" for one in found.missed())


@contextmanager
def served(home: Path, options: argparse.Namespace) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Serve a home in a process of its own; hand out where and for whom, and what it says at its end (filled after the block)."""
    command = [sys.executable, str(SERVING), str(home), "--agents", str(options.agents), "--dashboards", str(options.dashboards)]
    command += ["--an-hour", str(options.an_hour), "--analyser", options.analyser, "--model", options.model]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        line, ended = process.stdout.readline(), dict[str, Any]()
        if not line:
            raise SystemExit("the service did not start; see above")
        try:
            yield json.loads(line), ended
        finally:
            process.stdin.close()
            ended.update(json.loads(process.stdout.readline() or "{}"))
            process.wait(timeout=60)


def worked_on(home: Path, options: argparse.Namespace, *, seconds: float) -> tuple[Log, dict[str, Any], dict[str, Any]]:
    """Serve a home, let everybody work, and return what they noted and what the service said at its beginning and end."""
    thinking = (THINKING[0] * options.thinking, THINKING[1] * options.thinking)
    with served(home, options) as (there, ended):
        work = load(there["address"], there["agents"], there["dashboards"], seconds=seconds, warm_up=options.warm_up, thinking=thinking)
        log = asyncio.run(work)
    return log, there, ended


def measured(options: argparse.Namespace, home: Path) -> Outcome:
    """Fill (when the home is empty), work, and compare with an almost empty home."""
    filled = None
    if not (home / "ledger.db").exists():
        filled = fill(home, mentions=options.mentions, cases=options.cases, seed=options.seed, different=options.different)
    empty: Log | None = None
    if options.empty_seconds:
        with tempfile.TemporaryDirectory() as folder:
            fill(Path(folder) / "home", mentions=EMPTY_MENTIONS, cases=EMPTY_CASES)
            empty = worked_on(Path(folder) / "home", options, seconds=options.empty_seconds)[0]
    log, there, ended = worked_on(home, options, seconds=options.seconds)
    names = ("agents", "dashboards", "an_hour", "analyser", "model", "seconds", "warm_up", "thinking")
    found = Outcome(filled=filled, setting={name: getattr(options, name) for name in names}, seconds=there["seconds"])
    for grouped, rows in ((True, found.groups), (False, found.kinds)):
        beside = {row.name: row for row in rows_of(empty.answers, grouped=grouped)} if empty is not None else None
        rows += rows_of(log.answers, grouped=grouped, empty=beside)
    found.errors = [*log.errors, *(empty.errors if empty else [])]
    found.refused, found.told, found.arrived = log.refused, log.told, {k: v for k, v in ended.items() if k != "seconds"}
    return found


def options_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench_inbox", description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("--home", type=Path, help="where to fill, or a home filled before; a folder that goes away without it")
    parser.add_argument("--fill-only", action="store_true", help="fill --home and stop")
    parser.add_argument("--mentions", type=int, default=2_000_000, help="how many (default: 2,000,000)")
    parser.add_argument("--cases", type=int, default=20_000, help="conversations with a case (default: 20,000)")
    parser.add_argument("--different", type=float, default=0.8, help="share of texts that nobody else wrote (default: 0.8)")
    parser.add_argument("--seed", type=int, default=1, help="what is drawn; the same seed draws the same")
    parser.add_argument("--agents", type=int, default=25, help="people who answer (default: 25)")
    parser.add_argument("--dashboards", type=int, default=10, help="screens that reload (default: 10)")
    parser.add_argument("--an-hour", type=int, default=10_000, help="mentions that arrive in an hour (default: 10,000)")
    parser.add_argument("--seconds", type=float, default=600.0, help="how long is measured (default: 600)")
    parser.add_argument("--warm-up", type=float, default=30.0, help="seconds of work before it counts (default: 30)")
    parser.add_argument("--thinking", type=float, default=1.0, help="1: agents think 2.5 to 7.5 s before each act; 0.2: a fifth of that")
    parser.add_argument("--empty-seconds", type=float, default=60.0, help="how long an almost empty home is measured (default: 60; 0: not)")
    parser.add_argument("--analyser", choices=("on", "off"), default="on", help="whether what arrives is understood meanwhile")
    parser.add_argument("--model", choices=("bundled", "hashed"), default="bundled", help="what reads texts: the bundled model, or hashes")
    parser.add_argument("--short", action="store_true", help="100,000 mentions, 1,000 cases, half a minute, no targets: for CI")
    parser.add_argument("--no-targets", action="store_true", help="end 0 whatever the times; errors still count")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    if given.short:
        short = {"mentions": 100_000, "cases": 1_000, "seconds": 20.0, "warm_up": 5.0, "thinking": 0.4, "empty_seconds": 0.0}
        vars(given).update(short, model="hashed", no_targets=True)
    return given


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill, work, and print; 0 when every target was met."""
    options = options_of(arguments)
    if options.fill_only:
        if options.home is None:
            raise SystemExit("--fill-only needs --home")
        filled = fill(options.home, mentions=options.mentions, cases=options.cases, seed=options.seed, different=options.different)
        print(json.dumps(asdict(filled), indent=2) if options.json else "\n".join(filled.lines()))
        return 0
    with tempfile.TemporaryDirectory(prefix="bench-inbox-") as folder:
        found = measured(options, options.home or Path(folder) / "home")
    print(json.dumps({**asdict(found), "missed": found.missed()}, indent=2) if options.json else "\n".join(lines_of(found)))
    return 1 if found.errors or (found.missed() and not options.no_targets) else 0


if __name__ == "__main__":
    sys.exit(main())
