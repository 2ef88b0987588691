"""scripts/bench_signals FILE EVENTS [FILE EVENTS …] [--json]: how many planted events are found, how late, how many alarms are false.

FILE: Parquet, CSV or JSON lines with id, text, event_id, a time column (`sim_time`, `created_at` or --time-column) and, if there is
one, author. EVENTS: CSV with event_id, type, onset, end_90pct. The analyser reads FILE as the service would: batch by batch, a
regrouping when it is due. Beside it, on the same vectors: hourly counts with a z-score, and counts with a Farrington-style bound
(tests/bench/counts.py). Ends 0 when it could measure, whatever the figures; 2 for a file it cannot read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from listener.model.mention import Author, Mention, StoredMention
from listener.settings.schema import DetectionSettings
from tests.bench.counting import Counted, Event, Raised, count_signals
from tests.bench.counts import BASELINES, one_pass_units
from tests.bench.reading import Row, UnreadableFile, moment_of, read_rows
from tests.bench.replaying import Replay, replay

TIME_COLUMNS = ("sim_time", "created_at")
ANSWERED = ("events", "found", "false_alarms_per_week", "median_posts", "median_hours", "by_type")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench_signals", description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE EVENTS", help="dated posts, and the CSV of events planted in them")
    parser.add_argument("--time-column", help="by default the first of sim_time and created_at that is filled")
    parser.add_argument("--batch", type=int, default=256, help="mentions per analyser step")
    parser.add_argument("--no-baselines", action="store_true", help="measure Klankbord alone")
    parser.add_argument("--json", action="store_true", help="one object per file instead of lines to read")
    options = parser.parse_args(arguments)
    if len(options.files) % 2:
        parser.error("give an EVENTS file after each FILE")
    for file, events in zip(options.files[::2], options.files[1::2], strict=True):
        try:
            rows, planted = read_stream(file, events, time_column=options.time_column)
        except UnreadableFile as error:
            print(f"bench_signals: {error}", file=sys.stderr)
            return 2
        measured = measure(rows, planted, batch_size=options.batch, baselines=not options.no_baselines)
        print(json.dumps({"file": file.name, **measured}) if options.json else readable(file.name, measured))
    return 0


def read_stream(file: Path, events: Path, *, time_column: str | None = None) -> tuple[list[Row], list[Event]]:
    """Return the rows of a stream in order of time, each with `at`, and its events. Raises UnreadableFile."""
    rows = read_rows(file, columns=("id", "text", "event_id"))
    column = time_column or next((name for name in TIME_COLUMNS if rows[0].get(name)), "")
    if not rows[0].get(column):
        raise UnreadableFile(f"{file}: has no time in {time_column or ' or '.join(TIME_COLUMNS)}; name its column with --time-column")
    try:
        dated = sorted(({**row, "at": moment_of(row[column])} for row in rows), key=lambda row: (row["at"], str(row["id"])))
        planted = [
            Event(
                event_id=one["event_id"],
                kind=one["type"],
                onset=moment_of(one["onset"]),
                end_90pct=moment_of(one["end_90pct"]),
                posts=tuple(row["at"] for row in dated if row["event_id"] == one["event_id"]),
            )
            for one in read_rows(events, columns=("event_id", "type", "onset", "end_90pct"))
        ]
    except ValueError as error:
        raise UnreadableFile(f"{file} with {events}: {error}") from error
    silent = [event.event_id for event in planted if not event.posts]
    if silent:
        raise UnreadableFile(f"{events}: no post of {file.name} carries event {', '.join(silent)}")
    return dated, planted


def measure(rows: Sequence[Row], planted: Sequence[Event], *, batch_size: int = 256, baselines: bool = True) -> dict[str, Any]:
    """Return what `--json` prints for one file, without its name."""
    stored = [_stored(at, row) for at, row in enumerate(rows, start=1)]
    outcome = replay(stored, settings=DetectionSettings.model_validate({}), batch_size=batch_size)
    weeks = (rows[-1]["at"] - rows[0]["at"]) / timedelta(weeks=1)

    def counted(raised: Sequence[tuple[datetime, Sequence[int]]]) -> Counted:
        marked = [Raised(at=at, events=tuple(str(rows[one - 1]["event_id"] or "") for one in ids)) for at, ids in raised]
        return count_signals(marked, planted, weeks=weeks)

    ours = counted([(one.at, one.mention_ids) for one in outcome.signals])
    beside: dict[str, Any] = {}
    if baselines:
        units = one_pass_units(outcome.vectors)
        times = [row["at"] for row in rows]
        beside = {name: _answered(counted(alarms(times, units))) for name, alarms in BASELINES.items()}
    return {**_answered(ours), "baselines": beside, "details": _details(ours, outcome)}


def _answered(counted: Counted) -> dict[str, Any]:
    return {name: value for name, value in asdict(counted).items() if name in ANSWERED}


def _details(counted: Counted, outcome: Replay) -> dict[str, Any]:
    kept = {name: value for name, value in asdict(counted).items() if name not in ANSWERED}
    kinds = sorted({one.kind for one in outcome.signals})
    return {**kept, "signals": {kind: sum(one.kind == kind for one in outcome.signals) for kind in kinds}, "seconds": outcome.seconds}


def readable(file: str, measured: Mapping[str, Any]) -> str:
    """Return a table of one file's figures, with the delay of each event below it."""
    lines = [file, f"  {'':<12}{'found':>10}{'false a week':>14}{'posts':>8}{'hours':>8}  by type"]
    for name, one in {"klankbord": measured, **measured["baselines"]}.items():
        found = f"{one['found']} of {one['events']}"
        kinds = ", ".join(f"{kind} {share}" for kind, share in one["by_type"].items())
        posts, hours = (one[delay] if one[delay] is not None else "–" for delay in ("median_posts", "median_hours"))
        lines.append(f"  {name:<12}{found:>10}{one['false_alarms_per_week']:>14}{posts:>8}{hours:>8}  {kinds}")
    details = measured["details"]
    lines.append(f"  late: {_names(details['late'])}; missed: {_names(details['missed'])}; repeats left out: {details['ignored']}")
    lines.append(f"  signals {details['signals']} in {details['seconds']} s")
    lines += [f"    {event}: after {posts} posts, {hours} h" for event, (posts, hours) in details["delays"].items()]
    return "\n".join(lines)


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def _stored(at: int, row: Row) -> StoredMention:
    author = Author(platform="file", realm="bench", native_id=str(row["author"])) if row.get("author") else None
    mention = Mention(platform="file", realm="bench", native_id=str(row["id"]), text=row["text"], posted_at=row["at"], author=author)
    return StoredMention(mention_id=at, revision=0, mention=mention, first_seen_at=row["at"])


if __name__ == "__main__":
    sys.exit(main())
