"""Waits, marks, and what came of asking, counted again."""

from __future__ import annotations

import base64
import hashlib
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from tests.moderation.reports.again.book import POSTED, ZONE, Book, Ground, Row, Share, Told, at, share

SLOT = timedelta(minutes=5)
_LINK = re.compile(r"/f/(?:done/)?([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])")
TOLERANCE = 0.01
"""How far a drawn quantile may lie from the exact one: four thousand draws put 0.0025 between them, once in a while three times that."""


def clocks(book: Book) -> list[Row]:
    """Return, per platform and kind of wait, how many of the waits that were due in the week were over in time."""
    counted: dict[tuple[str, str], list[bool]] = defaultdict(list)
    talks = {row["conversation_id"]: row for row in book.rows("conversation")}
    for case in book.rows("support_case"):
        platform = talks[case["conversation_id"]]["platform"]
        ended = at(case["changed_at"]) if case["state"] == "closed" else None
        for kind, since, answered in _waits(book, case) if book.talk_is_mine(case["conversation_id"]) else ():
            due = _due(book.ground, since, book.ground.targets.get(platform, book.ground.targets[""])[kind == "next_reply"])
            gone = answered is None and ended is not None and ended <= due
            if book.begins <= due < book.ends and not gone:
                counted[platform, kind].append(answered is not None and answered <= due)
    return [{"platform": platform, "kind": kind, "kept": share(sum(some), len(some))} for (platform, kind), some in sorted(counted.items())]


def _waits(book: Book, case: Row) -> Iterable[tuple[str, datetime, datetime | None]]:
    """Yield kind, beginning and end of each wait: all messages that came between two answers of ours wait together for the second."""
    here = {row["mention_id"]: row for row in book.rows("mention") if row["latest_revision"] >= 0}
    messages = [row for row in book.by("conversation_mention", "conversation_id")[case["conversation_id"]] if row["mention_id"] in here]
    approved = {row["approval_id"]: at(row["approved_at"]) for row in book.rows("approval")}
    answers = sorted(
        approved[row["approval_id"]]
        for row in book.rows("outbox")
        if row["case_id"] == case["case_id"] and row["kind"] == "reply" and row["state"] in POSTED and not (row["edits"] or row["removes"])
    )
    for begins, ends in pairwise([None, *answers, None]):
        some = [
            row for row in messages if (begins is None or begins < at(row["joined_at"])) and (ends is None or at(row["joined_at"]) <= ends)
        ]
        if some:
            first = min(some, key=lambda row: (at(row["joined_at"]), row["mention_id"]))
            yield "first_reply" if begins is None else "next_reply", at(here[first["mention_id"]]["posted_at"]), ends


def _due(ground: Ground, since: datetime, minutes: float) -> datetime:
    """Return when so many open minutes have passed, walking through the open stretches of five minutes one by one."""
    slots = _open_slots(ground.hours, ground.closed_days, since.year)
    left = timedelta(minutes=minutes)
    place = max(0, bisect_right(slots, since) - 1)
    for slot in slots[place:]:
        begins = max(slot, since)
        if begins < slot + SLOT:
            if slot + SLOT - begins >= left:
                return begins + left
            left -= slot + SLOT - begins
    raise AssertionError("nobody is ever there")


@lru_cache(maxsize=4)
def _open_slots(hours: tuple[str, ...], closed: frozenset[Any], year: int) -> list[datetime]:
    """Return every five minutes of a year, and of the months on both sides, in which somebody is there by the clock on the wall."""
    spans = [[tuple(_minutes(end) for end in one.split("-")) for one in day.split(",") if one.strip()] for day in hours]
    found, moment = [], datetime(year - 1, 10, 1, tzinfo=UTC)
    while moment.year <= year or moment.month < 4:
        wall = moment.astimezone(ZONE)
        minute = wall.hour * 60 + wall.minute
        if wall.date() not in closed and any(opens <= minute < closes for opens, closes in spans[wall.weekday()]):
            found.append(moment)
        moment += SLOT
    return found


def _minutes(written: str) -> int:
    hour, minute = written.strip().split(":")
    return int(hour) * 60 + int(minute)


def marks(book: Book) -> Row:
    """Return what colleagues say about contacts, and what could have spared them."""
    made = [row for row in book.rows("contact_mark") if book.within(row["made_at"]) and book.talk_is_mine(row["conversation_id"])]
    said = Counter(row["unnecessary"] for row in made)
    spared = Counter(row["avoidable_by"] for row in made if row["unnecessary"] == "yes" and row["avoidable_by"])
    return {"marks": share(said["yes"], said["yes"] + said["no"]), "unsure": said["unsure"], "avoidable_by": dict(spared)}


def answers(book: Book) -> dict[str, list[str]]:
    """Return what was answered to each question by those who began in the week."""
    given = {row["feedback_id"] for row in book.rows("feedback") if book.within(row["begun_at"]) and book.about_mine(row)}
    found: dict[str, list[str]] = defaultdict(list)
    for row in book.rows("feedback_answer"):
        if row["feedback_id"] in given:
            found[row["question"]].append(row["value"])
    return found


def yes_of(said: Iterable[str]) -> Share:
    counted = Counter(said)
    return share(counted["yes"], counted["yes"] + counted["no"])


def feedback(book: Book) -> Row:
    """Return what came of asking: who answered and who went on to a review, and the means of what was answered."""
    spoke = {row["feedback_id"] for row in book.rows("feedback_answer")}
    answered = {row["invite_id"] for row in book.rows("feedback") if row["feedback_id"] in spoke}
    clicked = {row["invite_id"] for row in book.rows("review_click")}
    left = {hash_of(link) for row in book.rows("outbox") if _invites(book, row) for link in _LINK.findall(row["text"])}
    reached: dict[str, list[int]] = defaultdict(list)
    for row in book.rows("feedback_invite"):
        own = row["use"] != "thread" and row["from_invite_id"] is None
        arrived = row["by_hand"] or row["opened_at"] is not None or row["invite_id"] in clicked or row["token_hash"] in left
        if own and arrived and book.within(row["made_at"]) and book.about_mine(row):
            reached[row["asked"]].append(row["invite_id"])
    within, bare = reached["within_feedback"], reached["bare"]
    said = answers(book)
    scores = {name: sorted(int(value) for value in said[name]) for name in ("satisfaction", "effort", "recommend")}
    return {
        "answered": share(len(answered & set(within)), len(within)),
        "within": share(len(clicked & set(within)), len(within)),
        "bare": share(len(clicked & set(bare)), len(bare)),
        "satisfaction": _mean(book, scores["satisfaction"], float),
        "effort": _mean(book, scores["effort"], float),
        "nps": _mean(book, scores["recommend"], lambda score: 100.0 if score >= 9 else -100.0 if score <= 6 else 0.0),
    }


def _invites(book: Book, row: Row) -> bool:
    return row["kind"] == "invitation" and row["state"] in POSTED and not row["removes"] and at(row["changed_at"]) >= book.begins


def hash_of(link: str) -> str:
    """Return what the ledger keeps of the secret in a link."""
    return hashlib.sha256(b"klankbord link\0" + base64.urlsafe_b64decode(f"{link}=")[:16]).hexdigest()


def _mean(book: Book, scores: list[int], worth: Callable[[int], float]) -> Row:
    """Return a mean, and the ends that the bootstrap must come to: those of the exact distribution of drawing as many again."""
    n = len(scores)
    if n < max(1, book.ground.least_answers):
        return {"n": n, "value": None, "low": None, "high": None}
    values = [worth(score) for score in scores]
    low, high = (Told(_quantile(values, chance), f"the {chance} quantile of {n} drawn again") for chance in (0.025, 0.975))
    return {"n": n, "value": sum(values) / n, "low": low, "high": high}


def _quantile(values: list[float], chance: float) -> Callable[[float], bool]:
    """Return what tells whether a number is a quantile of the mean of as many values, drawn from these again and again."""
    single = {value: count / len(values) for value, count in Counter(values).items()}
    sums = {0.0: 1.0}
    for _ in values:
        drawn: dict[float, float] = defaultdict(float)
        for total, likely in sums.items():
            for value, each in single.items():
                drawn[total + value] += likely * each
        sums = drawn

    def fits(told: float) -> bool:
        total = told * len(values)
        below = sum(likely for one, likely in sums.items() if one < total - 1e-6)
        up_to = sum(likely for one, likely in sums.items() if one <= total + 1e-6)
        return below - TOLERANCE <= chance <= up_to + TOLERANCE

    return fits
