"""A ledger's file read into plain rows for one week of one reader: what the weekly report is counted from again.

Nothing of the product is used to read or to count. Moments are compared as they lie in the file; local days come from the calendar.
"""

from __future__ import annotations

import math
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Amsterdam")
POSTED = ("sent", "found")
HOUR = 3600
SURE = 0.5
Row = dict[str, Any]
Share = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the ledger does not hold: settings as somebody wrote them, and the shipped files of words.

    `targets` are open minutes to a first and to a later reply, by platform, "" for all others; `hours` stretches by weekday, Monday first.
    """

    brands: tuple[str, ...]
    hours: tuple[str, ...]
    targets: dict[str, tuple[float, float]]
    silence_hours: float
    least_answers: int
    baseline_days: float
    cost_per_contact: float
    grid: Row
    team_words: tuple[dict[str, str], ...]
    private_words: tuple[str, ...]
    invented: bool = False
    closed_days: frozenset[date] = field(default_factory=frozenset)


class Book:
    """One week of a ledger, for everybody or for somebody of some brands; `up_to` is the newest mention that counts."""

    def __init__(
        self, file: Path, period: str, ground: Ground, *, up_to: int, made_at: datetime, brands: Collection[str] | None = None
    ) -> None:
        self._file = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        self._file.row_factory = sqlite3.Row
        self._read: dict[str, list[Row]] = {}
        year, week = period.split("-W")
        self.monday = date.fromisocalendar(int(year), int(week), 1)
        self.begins, self.ends, self.before = (midnight(self.monday + timedelta(days=days)) for days in (0, 7, -7))
        self.period, self.ground, self.up_to, self.made_at, self.brands = period, ground, up_to, made_at, brands

    def rows(self, table: str) -> list[Row]:
        """Return a table's rows in the order in which they lie there."""
        if table not in self._read:
            self._read[table] = [dict(row) for row in self._file.execute(f"select * from {table}")]
        return self._read[table]

    def by(self, table: str, key: str) -> dict[Any, list[Row]]:
        """Return a table's rows under the values of one column."""
        found: dict[Any, list[Row]] = defaultdict(list)
        for row in self.rows(table):
            found[row[key]].append(row)
        return found

    def within(self, moment: str | None) -> bool:
        """Tell whether a moment is in the week."""
        return moment is not None and self.begins <= at(moment) < self.ends

    @cached_property
    def labels(self) -> dict[int, dict[str, str]]:
        """What counts as said of each mention: of a model's surer answers the surest, or a person's newest about the text that was read."""
        read = {row["mention_id"]: row["revision"] for row in self.rows("analysis")}
        found: dict[int, dict[str, str]] = defaultdict(dict)
        for row in sorted(self.rows("label"), key=lambda one: (-one["probability"], one["value"])):
            if row["probability"] >= SURE:
                found[row["mention_id"]].setdefault(row["name"], row["value"])
        newest = {
            (row["mention_id"], row["name"]): row["value"]
            for row in self.rows("label_correction")
            if read.get(row["mention_id"]) == row["revision"]
        }
        for (mention_id, name), value in newest.items():
            if value is not None:
                found[mention_id][name] = value
        return {one: {name: value for name, value in said.items() if value != "no"} for one, said in found.items()}

    def says(self, row: Row, name: str, value: str = "yes") -> bool:
        return self.labels.get(row["mention_id"], {}).get(name) == value

    @cached_property
    def mentions(self) -> list[Row]:
        """Every mention that counts: it was read and is still there, and names one of the reader's brands, or none."""
        named = self.by("mention_brand", "mention_id")
        read = {row["mention_id"]: row for row in self.rows("analysis")}
        found = []
        for row in self.rows("mention"):
            if row["analysed_revision"] < 0 or row["removed_at"] is not None:
                continue
            brands = {one["brand"] for one in named.get(row["mention_id"], ())}
            if self.brands is None or not brands or brands & set(self.brands):
                directed = any(one["directed"] for one in named.get(row["mention_id"], ()))
                spoken = read[row["mention_id"]]
                found.append({**row, "directed": directed, "language": spoken["language"], "card_id": spoken["card_id"]})
        return found

    @cached_property
    def counted(self) -> list[Row]:
        return [row for row in self.mentions if row["mention_id"] <= self.up_to]

    @cached_property
    def week(self) -> list[Row]:
        """The mentions of the week, spam left out."""
        return [row for row in self.counted if self.within(row["posted_at"]) and not self.says(row, "spam")]

    @cached_property
    def earlier(self) -> list[Row]:
        """Those of the week before."""
        return [row for row in self.counted if self.before <= at(row["posted_at"]) < self.begins and not self.says(row, "spam")]

    @cached_property
    def into(self) -> dict[int, int]:
        """Each issue's number → the issue that holds its mentions now."""
        return {row["issue_id"]: row["merged_into"] or row["issue_id"] for row in self.rows("issue")}

    @cached_property
    def brand_of(self) -> dict[int, str]:
        return {row["conversation_id"]: row["brand"] for row in self.rows("conversation")}

    def talk_is_mine(self, conversation_id: int) -> bool:
        """Tell whether a conversation is about one of the reader's brands."""
        return self.brands is None or self.brand_of[conversation_id] in self.brands

    def issue_is_mine(self, issue_id: int | None) -> bool:
        """Tell whether an issue's mentions name one of the reader's brands, or none at all."""
        if self.brands is None or issue_id is None:
            return True
        here = {row["mention_id"] for row in self.rows("mention") if row["issue_id"] == self.into[issue_id]}
        named = {row["brand"] for row in self.rows("mention_brand") if row["mention_id"] in here}
        return not named or bool(named & set(self.brands))

    def post_is_mine(self, row: Row) -> bool:
        """Tell whether a post of ours is about one of the reader's brands: by its case, else by what it answers, else by its issue."""
        if self.brands is None:
            return True
        if row["case_id"] is not None:
            return self.talk_is_mine(next(one["conversation_id"] for one in self.rows("support_case") if one["case_id"] == row["case_id"]))
        if row["mention_id"] is None:
            return self.issue_is_mine(row["issue_id"])
        named = {one["brand"] for one in self.rows("mention_brand") if one["mention_id"] == row["mention_id"]}
        return not named or bool(named & set(self.brands))

    def about_mine(self, row: Row) -> bool:
        """Tell whether a row is the reader's to see: by its conversation when it has one, else by its issue."""
        if row["conversation_id"] is not None:
            return self.talk_is_mine(row["conversation_id"])
        return self.issue_is_mine(row["issue_id"])

    @cached_property
    def first_posted(self) -> datetime | None:
        return min((at(row["posted_at"]) for row in self.mentions if at(row["posted_at"]) <= self.ends), default=None)

    @cached_property
    def known(self) -> float:
        """How much of the week before was listened to."""
        if self.first_posted is None:
            return 0.0
        return min(1.0, max(0.0, (self.begins - self.first_posted) / (self.begins - self.before)))


class Told:
    """Something that is no number, and of which only a rule can be checked."""

    def __init__(self, rule: Callable[[Any], bool], why: str) -> None:
        self.rule, self.why = rule, why

    def __repr__(self) -> str:
        return self.why


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def at(moment: str) -> datetime:
    """Return a moment as it lies in the file."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def person(row: Row) -> str:
    return row["author_key"] or f"mention {row['mention_id']}"


def local_day(row: Row) -> date:
    return at(row["posted_at"]).astimezone(ZONE).date()


def contacts(rows: Iterable[Row]) -> int:
    """Count one person on one day about one issue once."""
    return len({(person(row), local_day(row), row["issue_id"]) for row in rows})


def share(did: int, of: int) -> Share:
    """Return a count with Wilson's interval, as the 1927 paper has it: the roots of (p - x)² = z² x (1 - x) / n."""
    if not of:
        return {"did": did, "of": of, "low": None, "high": None}
    z2, p = 1.959963984540054**2, did / of
    a, b, c = 1 + z2 / of, -(2 * p + z2 / of), p * p
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    return {"did": did, "of": of, "low": max(0.0, (-b - root) / (2 * a)), "high": min(1.0, (-b + root) / (2 * a))}
