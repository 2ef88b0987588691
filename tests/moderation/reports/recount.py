"""A week counted again in plain Python, straight from the rows of the ledger: none of the product's code that counts is used here.

Slow and simple on purpose. Moments are compared as they lie in the file, local days are worked out from their own calendar.
"""

from __future__ import annotations

import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Amsterdam")
POSTED = ("sent", "found")
Row = dict[str, Any]


class Recount:
    """One week of a ledger, for everybody or for somebody of some brands; `up_to` is the newest mention that counts."""

    def __init__(self, file: Path, period: str, *, up_to: int, brands: frozenset[str] | None = None) -> None:
        self._file = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        self._file.row_factory = sqlite3.Row
        year, week = period.split("-W")
        monday = date.fromisocalendar(int(year), int(week), 1)
        self.begins, self.ends, self.before = (
            datetime.combine(monday + timedelta(days=days), datetime.min.time(), ZONE).astimezone(UTC) for days in (0, 7, -7)
        )
        self.up_to, self.brands = up_to, brands
        self.label = self._labels()
        self.brands_of = self._grouped("mention_brand", "mention_id")
        self.all = [row for row in self.rows("mention") if self._counts(row)]
        self.week = [row for row in self.all if self._in(row["posted_at"]) and not self._spam(row)]
        self.earlier = [row for row in self.all if self.before <= at(row["posted_at"]) < self.begins and not self._spam(row)]

    def rows(self, table: str) -> list[Row]:
        return [dict(row) for row in self._file.execute(f"select * from {table}")]

    def _grouped(self, table: str, key: str) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = defaultdict(list)
        for row in self.rows(table):
            found[row[key]].append(row)
        return found

    def _labels(self) -> dict[int, set[tuple[str, str]]]:
        found: dict[int, set[tuple[str, str]]] = defaultdict(set)
        for row in self.rows("label"):
            found[row["mention_id"]].add((row["name"], row["value"]))
        for row in self.rows("label_correction"):
            found[row["mention_id"]] -= {(row["name"], value) for value in ("yes", "no")}
            if row["value"] != "no":
                found[row["mention_id"]].add((row["name"], row["value"]))
        return found

    def _counts(self, row: Row) -> bool:
        """A mention counts once it was read, when it names one of the brands, or none."""
        named = {one["brand"] for one in self.brands_of.get(row["mention_id"], ())}
        mine = self.brands is None or not named or bool(named & self.brands)
        return row["analysed_revision"] >= 0 and row["mention_id"] <= self.up_to and mine

    def _in(self, moment: str) -> bool:
        return self.begins <= at(moment) < self.ends

    def _says(self, row: Row, name: str, value: str = "yes") -> bool:
        return (name, value) in self.label[row["mention_id"]]

    def _spam(self, row: Row) -> bool:
        return self._says(row, "spam")

    def _directed(self, row: Row) -> bool:
        return any(one["directed"] for one in self.brands_of.get(row["mention_id"], ()))

    @staticmethod
    def _person(row: Row) -> str:
        return row["author_key"] or f"mention {row['mention_id']}"

    @staticmethod
    def _day(row: Row) -> date:
        return at(row["posted_at"]).astimezone(ZONE).date()

    def contacts(self, rows: Iterable[Row]) -> int:
        return len({(self._person(row), self._day(row), row["issue_id"]) for row in rows})

    def totals(self) -> Row:
        """Return the counts of page one's first lines."""
        moods = {name: sum(self._says(row, "sentiment", name) for row in self.week) for name in ("negative", "neutral", "positive")}
        monday = self.begins.astimezone(ZONE).date() - timedelta(days=7)
        days = Counter((self._day(row) - monday).days for row in (*self.earlier, *self.week))
        return {
            "mentions": len(self.week),
            "before_mentions": len(self.earlier),
            "people": len({self._person(row) for row in self.week}),
            "spam": sum(self._in(row["posted_at"]) and self._spam(row) for row in self.all),
            "directed": sum(map(self._directed, self.week)),
            "sentiments": moods,
            "days": [days[number] for number in range(14)],
            "contacts": self.contacts(self.week),
            "before_contacts": self.contacts(self.earlier),
        }

    def issues(self) -> dict[int, Row]:
        """Return contacts, people and mentions per issue."""
        found: dict[int, Row] = {}
        for issue_id in {row["issue_id"] for row in (*self.week, *self.earlier)} - {None}:
            now, before = ([row for row in rows if row["issue_id"] == issue_id] for rows in (self.week, self.earlier))
            felt = [row for row in now if any(name == "sentiment" for name, _ in self.label[row["mention_id"]])]
            found[issue_id] = {
                "contacts": self.contacts(now),
                "before": self.contacts(before),
                "people": len({self._person(row) for row in now}),
                "mentions": len(now),
                "negative": share(sum(self._says(row, "sentiment", "negative") for row in felt), len(felt)),
            }
        return found

    def percentages(self) -> Row:
        """Return the two percentages, from text, marks and feedback."""
        ours = [row for row in self.week if self._directed(row)]
        marks = Counter(row["unnecessary"] for row in self.rows("contact_mark") if self._in(row["made_at"]) and self._of(row))
        answers = self._answers()
        return {
            "unneeded": share(sum(self._says(row, "unnecessary") for row in ours), len(ours)),
            "searched": share(sum(self._says(row, "searched_first") for row in ours), len(ours)),
            "marks": share(marks["yes"], marks["yes"] + marks["no"]),
            "unsure": marks["unsure"],
            "avoidable": yes_of(answers["avoidable"]),
            "asked_searched": yes_of(answers["searched_first"]),
        }

    def _of(self, row: Row) -> bool:
        """Tell whether a row about a conversation is about one of the brands."""
        if self.brands is None:
            return True
        brand = {one["conversation_id"]: one["brand"] for one in self.rows("conversation")}
        return brand[row["conversation_id"]] in self.brands

    def _answers(self) -> dict[str, list[str]]:
        given = {row["feedback_id"] for row in self.rows("feedback") if self._in(row["begun_at"]) and self._of(row)}
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.rows("feedback_answer"):
            if row["feedback_id"] in given:
                found[row["question"]].append(row["value"])
        return found

    def feedback(self) -> Row:
        """Return how many of those asked answered, and went on to a review."""
        answered = {row["invite_id"] for row in self.rows("feedback")}
        clicked = {row["invite_id"] for row in self.rows("review_click")}
        asked = [row for row in self.rows("feedback_invite") if self._in(row["made_at"]) and self._of(row)]
        reached = [row for row in asked if row["by_hand"] or row["invite_id"] in clicked]
        within, bare = ([row["invite_id"] for row in reached if row["asked"] == way] for way in ("within_feedback", "bare"))
        satisfied = [int(value) for value in self._answers()["satisfaction"]]
        return {
            "answered": share(len(answered & set(within)), len(within)),
            "within": share(len(clicked & set(within)), len(within)),
            "bare": share(len(clicked & set(bare)), len(bare)),
            "satisfaction": (len(satisfied), sum(satisfied) / len(satisfied) if len(satisfied) > 1 else None),
        }

    def value(self) -> Row:
        """Return the cards of closed conversations, added up."""
        closed = [
            row["conversation_id"]
            for row in self.rows("support_case")
            if row["state"] == "closed" and row["ending"] not in ("spam", "not_ours") and self._in(row["changed_at"]) and self._of(row)
        ]
        cards = {row["conversation_id"]: row for row in self.rows("conversation_card")}
        gave = {row["conversation_id"] for row in self.rows("feedback")}
        moods = [self._moods(one, cards.get(one, {})) for one in closed]
        turned = [(first, last) for first, last in moods if first and last]
        order = ("negative", "neutral", "positive")
        return {
            "conversations": len(closed),
            "needs": share(sum(bool(cards.get(one, {}).get("summary")) for one in closed), len(closed)),
            "feedback": share(sum(one in gave or cards.get(one, {}).get("feedback_given_back") == "yes" for one in closed), len(closed)),
            "better": share(sum(order.index(last) > order.index(first) for first, last in turned), len(turned)),
            "worse": share(sum(order.index(last) < order.index(first) for first, last in turned), len(turned)),
            "first": {name: sum(first == name for first, _ in turned) for name in order},
            "last": {name: sum(last == name for _, last in turned) for name in order},
        }

    def _moods(self, conversation_id: int, card: Row) -> tuple[str, str]:
        """Return first and last mood: what a person said, else what the messages show."""
        posted = {row["mention_id"]: at(row["posted_at"]) for row in self.rows("mention")}
        messages = [row["mention_id"] for row in self.rows("conversation_mention") if row["conversation_id"] == conversation_id]
        said = [
            value
            for one in sorted(messages, key=lambda number: (posted[number], number))
            for name, value in self.label[one]
            if name == "sentiment"
        ]
        return card.get("sentiment_first") or (said[0] if said else ""), card.get("sentiment_last") or (said[-1] if said else "")

    def ignored(self) -> tuple[int, int]:
        """Return how many messages to us wait, and how many of them have no case."""
        cases = {row["conversation_id"]: row for row in self.rows("support_case")}
        joined = self._grouped("conversation_mention", "mention_id")
        waits = none = 0
        for row in self.week:
            if not self._directed(row):
                continue
            talks = [(one, cases[one["conversation_id"]]) for one in joined.get(row["mention_id"], ())]
            open_still = [
                case["state"] != "closed" and (case["answered_at"] is None or at(one["joined_at"]) > at(case["answered_at"]))
                for one, case in talks
            ]
            waits += any(open_still) or not talks
            none += not talks
        return waits, none

    def promises(self) -> Counter[str]:
        """Return the promises due in the week, by state."""
        return Counter(row["state"] for row in self.rows("status_promise") if self._in(row["due_at"]))

    def sources(self) -> dict[str, tuple[int, int, int]]:
        """Return mentions (spam too), gaps and skips per source."""
        seen = Counter(row["source"] for row in self.all if self._in(row["posted_at"]))
        events = Counter((row["source"], row["kind"]) for row in self.rows("source_event") if self._in(row["at"]))
        return {
            row["source"]: (seen[row["source"]], events[row["source"], "gap"], events[row["source"], "skip"])
            for row in self.rows("source_state")
        }

    def remarks(self, name: str) -> Row:
        """Return how many ideas or compliments there are, per issue and in none."""
        said = [row for row in self.week if self._says(row, name)]
        issues = Counter(row["issue_id"] for row in said if row["issue_id"] is not None)
        return {"count": len(said), "loose": sum(row["issue_id"] is None for row in said), "issues": dict(issues)}

    def unknown(self) -> Row:
        """Return what is not known of the week."""
        language = {row["mention_id"]: row["language"] for row in self.rows("analysis")}
        set_aside = {row["mention_id"] for row in self.rows("quarantine")}
        unread = [row for row in self.rows("mention") if row["analysed_revision"] < 0 and self._in(row["posted_at"])]
        return {
            "waiting": sum(row["mention_id"] not in set_aside for row in unread) if self.brands is None else 0,
            "unreadable": sum(row["mention_id"] in set_aside for row in unread) if self.brands is None else 0,
            "loose": sum(row["issue_id"] is None for row in self.week),
            "nameless": sum(not row["author_key"] for row in self.week),
            "other_language": sum(language[row["mention_id"]] == "other" for row in self.week),
        }

    def around(self, issue_id: int, done_at: datetime, weeks: int) -> tuple[list[int], list[int]]:
        """Return contacts about an issue in each whole week before and after a moment, the nearest first."""
        mine = [row for row in self.all if row["issue_id"] == issue_id and not self._spam(row) and at(row["posted_at"]) < self.ends]

        def contacts(begins: datetime) -> int:
            held = [row for row in mine if begins <= at(row["posted_at"]) < begins + timedelta(weeks=1)]
            return len({(self._person(row), (at(row["posted_at"]) - begins) // timedelta(days=1)) for row in held})

        before = [contacts(done_at - timedelta(weeks=number + 1)) for number in range(weeks)]
        return before, [contacts(done_at + timedelta(weeks=number)) for number in range(weeks)]


def at(moment: str) -> datetime:
    """Return a moment as it lies in the file."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def yes_of(answers: Iterable[str]) -> tuple[int, int, float | None, float | None]:
    said = Counter(answers)
    return share(said["yes"], said["yes"] + said["no"])


def share(did: int, of: int) -> tuple[int, int, float | None, float | None]:
    """Return a count with Wilson's interval, from the formula as the 1927 paper has it: the roots of (p - x)² = z² x (1 - x) / n."""
    if not of:
        return did, of, None, None
    z2, p = 1.959963984540054**2, did / of
    a, b, c = 1 + z2 / of, -(2 * p + z2 / of), p * p
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    return did, of, max(0.0, (-b - root) / (2 * a)), min(1.0, (-b + root) / (2 * a))
