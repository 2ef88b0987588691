"""scripts/bench_volume FILE [FILE …] [--json]: alarms on counts per stretch of time, without any text.

FILE: Parquet, CSV or JSON lines with series, created_at, value and label. Gaps are filled with 0. Beside our rule, in the same run: a
z-score against the week before, and a bound after Farrington (quasi-Poisson, earlier bursts weighted down). Ends 0 when it could
measure, whatever the figures; 2 for a file it cannot read.

What is to be found. Where labels say `anomaly_window`: each run of such rows, *found* when an alarm falls inside; any alarm outside all
of them is false. Elsewhere (one label a series, nothing marked): the first hour that holds 10 or more times the median of all earlier
hours of its series, found when an alarm falls in it or in the three hours after. A median below 1 counts as 1, for otherwise any mention
would be ten times it; a series with fewer than 24 earlier hours is left out (`windows` 0). There, alarms more than three hours before
that hour are false, per week up to there (counted as one week when it is shorter), and later ones belong to the event.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from listener.signals.volume import volume_alarms
from tests.bench.reading import Row, UnreadableFile, moment_of, read_rows
from tests.bench.volume_baselines import farrington_alarms, z_score_alarms

MARKED = "anomaly_window"
TIMES_MEDIAN = 10
LEAST_EARLIER = timedelta(hours=24)
ON_TIME = timedelta(hours=3)

Counts = NDArray[np.int64]
Method = Callable[[Counts, datetime, timedelta], list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Counts per bucket without gaps. `windows`: first and last bucket of each thing to be found. An alarm in a `quiet` bucket is false.

    `weeks`: what false alarms are divided by.
    """

    name: str
    counts: Counts
    starts_at: datetime
    bucket: timedelta
    windows: tuple[tuple[int, int], ...]
    quiet: NDArray[np.bool_]
    weeks: float


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench_volume", description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="counts with series, created_at, value and label")
    parser.add_argument("--no-baselines", action="store_true", help="measure Klankbord alone")
    parser.add_argument("--json", action="store_true", help="one object per file instead of lines to read")
    options = parser.parse_args(arguments)
    for file in options.files:
        try:
            series = read_series(file)
        except UnreadableFile as error:
            print(f"bench_volume: {error}", file=sys.stderr)
            return 2
        measured = {name: measure(series, method) for name, method in METHODS.items() if name == OURS or not options.no_baselines}
        ours = measured.pop(OURS)
        if options.json:
            print(json.dumps({"file": file.name, "series": ours, "baselines": measured}))
        else:
            print(readable(file.name, ours, measured))
    return 0


def _ours(counts: Counts, starts_at: datetime, bucket: timedelta) -> list[int]:
    return [alarm.at for alarm in volume_alarms(counts, starts_at=starts_at, bucket=bucket)]


OURS = "klankbord"
METHODS: Mapping[str, Method] = {OURS: _ours, "z_score": z_score_alarms, "farrington": farrington_alarms}


def read_series(file: Path) -> list[Series]:
    """Return the series of a file by name. Raises UnreadableFile."""
    by_name: dict[str, list[Row]] = {}
    for row in read_rows(file, columns=("series", "created_at", "value", "label")):
        by_name.setdefault(str(row["series"]), []).append(row)
    try:
        return [_series(name, rows) for name, rows in sorted(by_name.items())]
    except (ValueError, TypeError) as error:
        raise UnreadableFile(f"{file}: {error}") from error


def _series(name: str, rows: Sequence[Row]) -> Series:
    dated = sorted((moment_of(row["created_at"]), int(row["value"]), row["label"] == MARKED) for row in rows)
    steps = np.diff([at.timestamp() for at, _, _ in dated]).round().astype(np.int64)
    if not len(steps) or steps.min() <= 0:
        raise ValueError(f"series {name} needs at least two counts at different times")
    seconds = int(np.gcd.reduce(steps))
    if 3600 % seconds:
        raise ValueError(f"series {name} has a count every {seconds} seconds, which is no whole part of an hour")
    at_bucket = np.concatenate(([0], np.cumsum(steps))) // seconds
    counts, marked = np.zeros(int(at_bucket[-1]) + 1, dtype=np.int64), np.zeros(int(at_bucket[-1]) + 1, dtype=np.bool_)
    counts[at_bucket] = [value for _, value, _ in dated]
    marked[at_bucket] = [inside for _, _, inside in dated]
    bucket = timedelta(seconds=seconds)
    windows, quiet, weeks = _runs(marked), ~marked, float(len(counts) * bucket / timedelta(weeks=1))
    if not windows:
        windows = _first_burst(counts, bucket)
        quiet[max(0, windows[0][0] - int(ON_TIME / bucket)) if windows else 0 :] = False
        weeks = max(1.0, float(quiet.sum() * bucket / timedelta(weeks=1)))
    return Series(name=name, counts=counts, starts_at=dated[0][0], bucket=bucket, windows=windows, quiet=quiet, weeks=weeks)


def _runs(marked: NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], marked, [False])).astype(np.int8)))
    return tuple((int(first), int(after) - 1) for first, after in zip(edges[::2], edges[1::2], strict=True))


def _first_burst(counts: Counts, bucket: timedelta) -> tuple[tuple[int, int], ...]:
    """Return the first bucket of at least ten times the median so far and those up to three hours later; nothing when it comes too soon."""
    for at in range(1, len(counts)):
        if counts[at] >= TIMES_MEDIAN * max(1.0, float(np.median(counts[:at]))):
            return ((at, at + int(ON_TIME / bucket)),) if at * bucket >= LEAST_EARLIER else ()
    return ()


def measure(series: Sequence[Series], method: Method) -> dict[str, dict[str, Any]]:
    """Return windows, found and false_alarms_per_week by series."""
    answered: dict[str, dict[str, Any]] = {}
    for one in series:
        alarms = method(one.counts, one.starts_at, one.bucket)
        answered[one.name] = {
            "windows": len(one.windows),
            "found": sum(any(first <= at <= last for at in alarms) for first, last in one.windows),
            "false_alarms_per_week": round(sum(bool(one.quiet[at]) for at in alarms) / one.weeks, 2),
        }
    return answered


def readable(file: str, ours: Mapping[str, Mapping[str, Any]], baselines: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """Return a table of one file: per series and method the windows found and false alarms a week."""
    methods = {OURS: ours, **baselines}
    lines = [file, f"  {'':<28}" + "".join(f"{name:>12}{'false/week':>12}" for name in methods)]
    for name in ours:
        cells = "".join(f"{'{found} of {windows}'.format(**m[name]):>12}{m[name]['false_alarms_per_week']:>12}" for m in methods.values())
        lines.append(f"  {name:<28}{cells}")
    totals = "".join(
        f"{sum(s['found'] for s in m.values())} of {sum(s['windows'] for s in m.values())}".rjust(12)
        + f"{round(sum(s['false_alarms_per_week'] for s in m.values()) / len(m), 2)}".rjust(12)
        for m in methods.values()
    )
    return "\n".join([*lines, f"  {'all (false: mean)':<28}{totals}"])


if __name__ == "__main__":
    sys.exit(main())
