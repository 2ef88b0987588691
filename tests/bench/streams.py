"""scripts/make_stream FILE --out FOLDER [--seed N …]: a stream of dated posts with planted events, made from any labelled file.

The recipe of the public simulated stream, with every choice drawn from the seed: posts of a file get times over some days, by day more
than by night; some labels are kept back and break out all at once (`emerging`), some well-known ones multiply for hours
(`spike_of_known`), some swell over days (`slow_growth`). Written are FOLDER/<name>.csv (id, text, label, lang, author, event_id,
sim_time) and FOLDER/<name>_events.csv (event_id, label, type, onset, end_90pct). Same file, same options: same stream.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.reading import Row, UnreadableFile, read_rows

START = datetime(2026, 3, 2, tzinfo=UTC)
EMERGING, SPIKE, SLOW = "emerging", "spike_of_known", "slow_growth"
BY_HOUR = (1, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 8, 8, 8, 8, 8, 8, 9, 9, 10, 10, 8, 5, 3)
MEDIAN_HOURS = {EMERGING: (8.0, 30.0), SPIKE: (2.0, 5.0)}
SPREAD = 1.1
SLOW_POWER = 1.7
LEARNING_DAYS = 4.0
LAST_DAYS = 2.0
BUSY = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is drawn: days, background posts at most, events of each kind, posts per event (fewest, most), and the seed.

    clump: share of background posts that come as a small conversation, up to four posts on one subject within hours: chatter that is
    bursty and yet no event. 0 gives a background without memory. pace: how much longer (above 1) or shorter sudden events take.
    """

    days: float = 14.0
    background: int = 7000
    labels: int = 77
    emerging: int = 8
    spikes: int = 4
    slow: int = 2
    posts: tuple[int, int] = (40, 110)
    clump: float = 0.0
    pace: float = 1.0
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    at: datetime
    row: Row
    event_id: str


def make_stream(rows: Sequence[Row], recipe: Recipe) -> tuple[list[Post], list[dict[str, str]]]:
    """Return the posts in order of time and the events planted among them. No row is used twice."""
    chance = random.Random(recipe.seed)
    pools: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        pools[str(row["label"])].append(row)
    for label in sorted(pools):
        chance.shuffle(pools[label])
    chosen = sorted(pools, key=lambda label: (-len(pools[label]), label))[: recipe.labels]
    fit = [label for label in chosen if len(pools[label]) >= recipe.posts[0]]
    events = recipe.emerging + recipe.spikes + recipe.slow
    if len(fit) < events:
        raise UnreadableFile(f"{len(fit)} labels have {recipe.posts[0]} rows or more; {events} events need one each")
    planted = chance.sample(fit, events)
    kinds = [EMERGING] * recipe.emerging + [SPIKE] * recipe.spikes + [SLOW] * recipe.slow
    posts: list[Post] = []
    told: list[dict[str, str]] = []
    for number, (label, kind) in enumerate(zip(planted, kinds, strict=True), start=1):
        made, about = _event(f"ev{number:02}", label, kind, pools[label], recipe, chance)
        posts += made
        told.append(about)
    posts += _background({label: pools[label] for label in chosen if label not in planted[: recipe.emerging]}, recipe, chance)
    return sorted(posts, key=lambda post: (post.at, str(post.row["id"]))), sorted(told, key=lambda one: one["onset"])


def _event(
    event_id: str, label: str, kind: str, pool: list[Row], recipe: Recipe, chance: random.Random
) -> tuple[list[Post], dict[str, str]]:
    """Take an event's rows out of the pool (all of an emerging label's, at most two thirds of a known one's) and give them times."""
    most = len(pool) if kind == EMERGING else max(recipe.posts[0] * 2 // 3, len(pool) * 2 // 3)
    count = min(chance.randint(*recipe.posts), most)
    rows = [pool.pop() for _ in range(min(count, len(pool)))]
    last = recipe.days - LAST_DAYS
    onset = START + timedelta(days=min(5.0, recipe.days / 3) if kind == SLOW else chance.uniform(LEARNING_DAYS, last))
    end = START + timedelta(days=recipe.days)
    if kind == SLOW:
        length = end - onset
        times = [onset + length * chance.random() ** (1 / SLOW_POWER) for _ in rows]
    else:
        median_hours = recipe.pace * chance.uniform(*MEDIAN_HOURS[kind])
        times = [onset + timedelta(hours=median_hours * math.exp(chance.gauss(0.0, SPREAD))) for _ in rows]
    times = sorted(min(at, end - timedelta(minutes=chance.random() * 60)) for at in times)
    about = {
        "event_id": event_id,
        "label": label,
        "type": kind,
        "onset": _written(onset),
        "end_90pct": _written(times[int(0.9 * len(times))]),
    }
    return [Post(at=at, row=row, event_id=event_id) for at, row in zip(times, rows, strict=True)], about


def _background(pools: dict[str, list[Row]], recipe: Recipe, chance: random.Random) -> list[Post]:
    rows = [row for label in sorted(pools) for row in pools[label]]
    chance.shuffle(rows)
    posts: list[Post] = []
    opened: dict[str, tuple[datetime, int]] = {}
    for row in rows[: recipe.background]:
        label = str(row["label"])
        begun = opened.pop(label, None)
        if begun is None:
            at = _moment(recipe.days, chance)
            if chance.random() < recipe.clump:
                opened[label] = (at, chance.randint(1, 3))
        else:
            at = min(begun[0] + timedelta(hours=chance.expovariate(0.5)), START + timedelta(days=recipe.days))
            if begun[1] > 1:
                opened[label] = (begun[0], begun[1] - 1)
        posts.append(Post(at=at, row=row, event_id=""))
    return posts


def _moment(days: float, chance: random.Random) -> datetime:
    """Draw a moment: any day alike, by day more likely than by night."""
    while True:
        at = START + timedelta(days=chance.random() * days)
        if chance.random() * max(BY_HOUR) <= BY_HOUR[at.hour]:
            return at


def _written(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def write_stream(posts: Sequence[Post], events: Sequence[dict[str, str]], *, folder: Path, name: str, seed: int) -> tuple[Path, Path]:
    """Write both files and return their paths. Authors are made up: many people write once, some often."""
    chance = random.Random(f"authors {seed}")
    people = max(10, round(len(posts) * BUSY))
    folder.mkdir(parents=True, exist_ok=True)
    stream, planted = folder / f"{name}.csv", folder / f"{name}_events.csv"
    with stream.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["id", "text", "label", "lang", "author", "event_id", "sim_time"])
        for at, post in enumerate(posts):
            row = post.row
            author = f"author-{chance.randrange(people):05}" if chance.random() < BUSY * 2 else f"once-{at:05}"
            writer.writerow([f"{name}-{at}", row["text"], row["label"], row.get("lang", ""), author, post.event_id, _written(post.at)])
    with planted.open("w", encoding="utf-8", newline="") as opened:
        about = csv.DictWriter(opened, ["event_id", "label", "type", "onset", "end_90pct"])
        about.writeheader()
        about.writerows(events)
    return stream, planted


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/make_stream", description=__doc__)
    parser.add_argument("file", type=Path, help="labelled posts: Parquet, CSV or JSON lines with id, text, label")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--name", help="name of the two files; by default that of FILE with the seed")
    plain = Recipe()
    for option in ("seed", "background", "labels", "emerging", "spikes", "slow"):
        parser.add_argument(f"--{option}", type=int, default=getattr(plain, option))
    parser.add_argument("--posts", type=int, nargs=2, default=plain.posts, help="fewest and most posts of an event")
    parser.add_argument("--days", type=float, default=plain.days)
    parser.add_argument("--pace", type=float, default=plain.pace, help="how much longer or shorter sudden events take")
    parser.add_argument("--clump", type=float, default=plain.clump, help="share of the background that comes as small conversations")
    given: dict[str, Any] = vars(parser.parse_args(arguments))
    file, folder = given.pop("file"), given.pop("out")
    name = given.pop("name") or f"{file.stem}_{given['seed']}"
    try:
        posts, events = make_stream(read_rows(file, columns=("id", "text", "label")), Recipe(**given | {"posts": tuple(given["posts"])}))
    except UnreadableFile as error:
        print(f"make_stream: {error}", file=sys.stderr)
        return 2
    for written in write_stream(posts, events, folder=folder, name=name, seed=given["seed"]):
        print(written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
