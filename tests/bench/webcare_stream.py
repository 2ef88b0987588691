"""scripts/make_webcare_stream [FOLDER]: fourteen days of invented webcare posts with twelve planted events.

Reads webcare_issues.jsonl and webcare_background.jsonl in FOLDER (default scripts/sets) and writes webcare_stream.jsonl and
webcare_stream_events.csv beside them. Times are simulated; one seed decides them all, so a second run writes the same bytes.
Every draw is `Random.random()`, the one method whose sequence Python promises to keep.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.reading import Row, read_rows

SETS = Path(__file__).resolve().parents[2] / "scripts" / "sets"
ISSUES = "webcare_issues.jsonl"
BACKGROUND = "webcare_background.jsonl"
STREAM = "webcare_stream.jsonl"
EVENTS = "webcare_stream_events.csv"

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
DAYS = 14
SEED = 17
# posts by hour of the day (UTC), 0 to 23: quiet nights, a morning rise, a second top after supper
BY_HOUR = (2, 1, 1, 1, 2, 4, 9, 15, 19, 20, 19, 18, 17, 16, 16, 16, 17, 18, 20, 22, 20, 14, 8, 4)
WEEKEND = 0.7
POSTING_TWICE = 0.05  # share of the people who wrote two of the posts

EMERGING = "emerging"  # the issue was never heard of before
SPIKE = "spike_of_known"  # a few posts a week before and after, many in one day
SLOW = "slow_growth"  # each day a little more


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One event to plant: `posts` posts, of which `english` in English, from `onset_hour` hours after the start.

    Half of a sudden event's posts come within about `hours` awake hours; a slow one lasts `hours` in all.
    """

    event_id: str
    label: str
    kind: str
    onset_hour: float
    hours: float
    posts: int
    english: int


PLANS = (
    Plan(event_id="wev01", label="app_logs_out_after_update", kind=EMERGING, onset_hour=104.3, hours=6, posts=21, english=6),
    Plan(event_id="wev02", label="double_direct_debit", kind=EMERGING, onset_hour=151.6, hours=7, posts=20, english=5),
    Plan(event_id="wev03", label="helmet_recall", kind=EMERGING, onset_hour=207.9, hours=8, posts=22, english=6),
    Plan(event_id="wev04", label="phishing_sms", kind=EMERGING, onset_hour=248.2, hours=5, posts=19, english=5),
    Plan(event_id="wev05", label="smell_of_gas", kind=EMERGING, onset_hour=294.7, hours=4, posts=20, english=6),
    Plan(event_id="wev06", label="internet_outage", kind=SPIKE, onset_hour=127.4, hours=3, posts=22, english=6),
    Plan(event_id="wev07", label="train_cancelled", kind=SPIKE, onset_hour=198.5, hours=4, posts=20, english=5),
    Plan(event_id="wev08", label="parcel_left_in_rain", kind=SPIKE, onset_hour=275.1, hours=4, posts=20, english=5),
    Plan(event_id="wev09", label="heat_pump_noise", kind=SLOW, onset_hour=96.0, hours=144, posts=23, english=6),
    Plan(event_id="wev10", label="medicine_out_of_stock", kind=SLOW, onset_hour=120.0, hours=120, posts=20, english=6),
    Plan(event_id="wev11", label="gym_closes_early", kind=SLOW, onset_hour=144.0, hours=168, posts=26, english=7),
    Plan(event_id="wev12", label="refund_not_received", kind=SLOW, onset_hour=168.0, hours=144, posts=24, english=6),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A post with its simulated moment and the event that carries it ("" for ordinary chatter)."""

    row: Row
    at: datetime
    event_id: str


def make_stream(issues: Sequence[Row], background: Sequence[Row], *, seed: int = SEED) -> tuple[list[Row], list[Row]]:
    """Return the stream, oldest post first, and its events by onset, both ready to be written.

    Ordinary issues, background and what known and slowly growing issues have left are spread over all days. What an emerging issue
    has left is not used: nobody spoke of it before.
    """
    random = Random(seed)
    plans = {plan.label: plan for plan in PLANS}
    placed = [Placed(row=row, at=_any_moment(random), event_id="") for row in background]
    for label in sorted({row["label"] for row in issues}):
        posts = _shuffled([row for row in issues if row["label"] == label], random)
        plan = plans.get(label)
        chosen = _chosen(posts, plan) if plan else []
        if plan:
            moments = _moments(plan, random)
            placed += [Placed(row=row, at=at, event_id=plan.event_id) for row, at in zip(chosen, moments, strict=True)]
        if plan is None or plan.kind != EMERGING:
            used = {row["id"] for row in chosen}
            placed += [Placed(row=row, at=_any_moment(random), event_id="") for row in posts if row["id"] not in used]
    placed.sort(key=lambda one: (one.at, one.row["id"]))
    authors = _authors(placed, random)
    stream = [_stream_row(number, one, author) for number, (one, author) in enumerate(zip(placed, authors, strict=True))]
    totals = Counter(one.row["label"] for one in placed)
    events = [_event_row(plan, [one.at for one in placed if one.event_id == plan.event_id], totals[plan.label]) for plan in PLANS]
    return stream, sorted(events, key=lambda event: str(event["onset"]))


def _shuffled(rows: Sequence[Row], random: Random) -> list[Row]:
    return [row for _, row in sorted(((random.random(), row) for row in rows), key=lambda drawn: drawn[0])]


def _chosen(posts: Sequence[Row], plan: Plan) -> list[Row]:
    """Return the event's posts in the shuffled order, so that the languages come mixed."""
    wanted = {"en": plan.english, "nl": plan.posts - plan.english}
    kept = [row["id"] for lang, count in wanted.items() for row in [post for post in posts if post["lang"] == lang][:count]]
    return [row for row in posts if row["id"] in kept]


def _awake(at: datetime) -> float:
    """Return how likely somebody writes in this hour, from 0 to 1."""
    return BY_HOUR[at.hour] / max(BY_HOUR) * (WEEKEND if at.weekday() >= 5 else 1.0)


def _any_moment(random: Random) -> datetime:
    while True:
        at = START + timedelta(seconds=int(random.random() * DAYS * 24 * 3600))
        if random.random() < _awake(at):
            return at


def _moments(plan: Plan, random: Random) -> list[datetime]:
    """Return the moments of an event's posts, oldest first, none after the last day."""
    onset = START + timedelta(hours=plan.onset_hour)
    moments: list[datetime] = []
    for hours in _delays(plan, random):
        at = onset + timedelta(seconds=int(hours * 3600))
        if at < START + timedelta(days=DAYS) and random.random() < _awake(at):
            moments.append(at)
        if len(moments) == plan.posts:
            break
    return sorted(moments)


def _delays(plan: Plan, random: Random) -> Iterator[float]:
    """Yield hours since the onset without end: exponential for sudden events, a rate that rises from nought for slow growth."""
    while True:
        if plan.kind == SLOW:
            yield plan.hours * math.sqrt(random.random())
        else:
            yield -plan.hours / math.log(2) * math.log(1.0 - random.random())


def _authors(placed: Sequence[Placed], random: Random) -> list[str]:
    """Return an invented author for each post; some write two, in the same language, and never both in one event."""
    names: list[str] = []
    once: dict[str, list[tuple[str, str]]] = {"nl": [], "en": []}
    for one in placed:
        free = [known for known in once[one.row["lang"]] if not one.event_id or known[1] != one.event_id]
        if free and random.random() < POSTING_TWICE:
            again = free[int(random.random() * len(free))]
            once[one.row["lang"]].remove(again)
            names.append(again[0])
            continue
        name = f"author-{len(names) + 1:05d}"
        once[one.row["lang"]].append((name, one.event_id))
        names.append(name)
    return names


def _stream_row(number: int, one: Placed, author: str) -> Row:
    return {
        "id": f"webcare_stream-{number}",
        "text": one.row["text"],
        "label": one.row["label"],
        "split": "sim",
        "created_at": None,
        "lang": one.row["lang"],
        "source": one.row["source"],
        "sim_time": one.at.isoformat(),
        "event_id": one.event_id,
        "orig_id": one.row["id"],
        "author": author,
    }


def _event_row(plan: Plan, posts: Sequence[datetime], total: int) -> Row:
    """`end_90pct` is the moment by which nine tenths of the event's posts were there, as in the bank stream of the same format."""
    return {
        "event_id": plan.event_id,
        "label": plan.label,
        "type": plan.kind,
        "onset": (START + timedelta(hours=plan.onset_hour)).isoformat(sep=" "),
        "first_post": posts[0].isoformat(sep=" "),
        "t_5th_post": posts[4].isoformat(sep=" "),
        "t_10th_post": posts[9].isoformat(sep=" "),
        "end_90pct": posts[math.ceil(0.9 * len(posts)) - 1].isoformat(sep=" "),
        "event_posts": len(posts),
        "posts_total": total,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/make_webcare_stream", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=SETS, help="where the two sets lie and the two files go")
    folder: Path = parser.parse_args(arguments).folder
    stream, events = make_stream(read_rows(folder / ISSUES), read_rows(folder / BACKGROUND))
    written = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in stream)
    (folder / STREAM).write_text(written, encoding="utf-8")
    with (folder / EVENTS).open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, fieldnames=list(events[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(events)
    print(f"{len(stream)} posts and {len(events)} events written to {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
