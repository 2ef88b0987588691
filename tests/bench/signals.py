"""scripts/bench_signals FILE EVENTS [--json]: how many planted events are found, how late, and how many alarms are false.

FILE: Parquet with id, text, author, event_id and a time column (--time-column, default sim_time). EVENTS: CSV with event_id, type,
onset, end_90pct. Ends 0 when it could measure, whatever the figures; 2 for a file it cannot read.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from listener.model.mention import Author, Mention, StoredMention
from listener.settings.schema import DetectionSettings
from tests.bench.counting import Counted, Event, Raised, count_signals
from tests.bench.replaying import replay


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench_signals", description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("file", type=Path, help="Parquet of dated posts")
    parser.add_argument("events", type=Path, help="CSV of the events planted in it")
    parser.add_argument("--time-column", default="sim_time")
    parser.add_argument("--batch", type=int, default=256, help="mentions per analyser step")
    parser.add_argument("--json", action="store_true", help="one object instead of lines to read")
    options = parser.parse_args(arguments)
    try:
        rows = sorted(pq.read_table(options.file).to_pylist(), key=lambda row: (row[options.time_column], row["id"]))
        events = _events(options.events, rows, options.time_column)
    except (OSError, KeyError, ValueError) as error:
        print(f"cannot read {options.file} with {options.events}: {type(error).__name__} {error}", file=sys.stderr)
        return 2
    stored = [_stored(at, row, options.time_column) for at, row in enumerate(rows, start=1)]
    outcome = replay(stored, settings=DetectionSettings.model_validate({}), batch_size=options.batch)
    raised = [Raised(at=one.at, events=tuple(rows[at - 1]["event_id"] for at in one.mention_ids)) for one in outcome.signals]
    weeks = (stored[-1].mention.posted_at - stored[0].mention.posted_at) / timedelta(weeks=1)
    counted = count_signals(raised, events, weeks=weeks)
    _say(options.file.name, counted, outcome.seconds, as_json=options.json)
    return 0


def _say(file: str, counted: Counted, seconds: float, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"file": file, **asdict(counted), "seconds": seconds}))
        return
    print(f"{file}: {counted.found} of {counted.events} events found, {counted.false_alarms_per_week} false alarms a week ({seconds} s)")
    print(f"sudden ones after a median of {counted.median_posts} posts, {counted.median_hours} hours; by type {dict(counted.by_type)}")
    print(f"late {list(counted.late)}, missed {list(counted.missed)}, repeated signals ignored {counted.ignored}")
    for event, (posts, hours) in counted.delays.items():
        print(f"  {event}: after {posts} posts, {hours} h")


def _events(file: Path, rows: Sequence[Mapping[str, Any]], time_column: str) -> list[Event]:
    with file.open(encoding="utf-8", newline="") as opened:
        planted = list(csv.DictReader(opened))
    return [
        Event(
            event_id=one["event_id"],
            kind=one["type"],
            onset=datetime.fromisoformat(one["onset"]),
            end_90pct=datetime.fromisoformat(one["end_90pct"]),
            posts=tuple(row[time_column] for row in rows if row["event_id"] == one["event_id"]),
        )
        for one in planted
    ]


def _stored(at: int, row: Mapping[str, Any], time_column: str) -> StoredMention:
    posted_at = row[time_column].astimezone(UTC)
    author = Author(platform="file", realm="bench", native_id=row["author"]) if row.get("author") else None
    mention = Mention(platform="file", realm="bench", native_id=row["id"], text=row["text"], posted_at=posted_at, author=author)
    return StoredMention(mention_id=at, revision=0, mention=mention, first_seen_at=posted_at)


if __name__ == "__main__":
    sys.exit(main())
