"""What people wrote in a week, counted again: totals, issues and their place, ideas, compliments, sources, what is not known."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from tests.moderation.reports.again.book import Book, Row, Share, Told, at, contacts, local_day, person, share
from tests.moderation.reports.again.plain_words import words_of

MOODS = ("negative", "neutral", "positive")
CAUSES = ("promise_not_kept", "service_failed", "unclear_information", "product_question", "idea", "compliment")
ELIMINATE, SIMPLIFY, AUTOMATE, LEVERAGE = "eliminate", "simplify", "automate", "leverage"
CHANCE = 0.02


def totals(book: Book) -> Row:
    monday = book.monday - timedelta(days=7)
    days = Counter((local_day(row) - monday).days for row in (*book.earlier, *book.week))
    return {
        "mentions": len(book.week),
        "before_mentions": len(book.earlier),
        "people": len({person(row) for row in book.week}),
        "spam": sum(book.within(row["posted_at"]) and book.says(row, "spam") for row in book.counted),
        "directed": sum(row["directed"] for row in book.week),
        "days": [days[number] for number in range(14)],
        "sentiments": {mood: sum(book.says(row, "sentiment", mood) for row in book.week) for mood in MOODS},
        "contacts": contacts(book.week),
        "before_contacts": contacts(book.earlier),
        "late": late(book),
    }


def late(book: Book) -> dict[str, int]:
    """Count what came in after its week's report, and after every report before this one."""
    made = [row for row in book.rows("week_report") if row["period"] < book.period]
    known = max((row["up_to"] for row in made), default=0)
    fresh = [row for row in book.counted if row["mention_id"] > known and not book.says(row, "spam")]
    found = {row["period"]: sum(at(row["from_at"]) <= at(one["posted_at"]) < at(row["to_at"]) for one in fresh) for row in made}
    return {period: count for period, count in found.items() if count}


def issues(book: Book) -> list[Row]:
    """Return the lines of the issues that were spoken of in the week or the week before, the most contacts first."""
    here = {row["issue_id"] for row in (*book.week, *book.earlier)} - {None}
    standing = {row["issue_id"]: row for row in book.rows("issue") if row["merged_into"] is None}
    lines = [_issue(book, standing[one]) for one in here if one in standing]
    return sorted(lines, key=lambda one: (-one["contacts"], -one["before"], one["issue_id"]))


def _issue(book: Book, issue: Row) -> Row:
    issue_id = issue["issue_id"]
    now, before = ([row for row in rows if row["issue_id"] == issue_id] for rows in (book.week, book.earlier))
    felt = [row for row in now if "sentiment" in book.labels.get(row["mention_id"], {})]
    first = min(at(row["posted_at"]) for row in book.mentions if row["issue_id"] == issue_id)
    chosen = [row["quadrant"] for row in book.rows("issue_place") if row["issue_id"] == issue_id][-1:]
    by_hand = bool(chosen and chosen[0])
    quadrant, cause = start(book, issue_id)
    return {
        "issue_id": issue_id,
        "contacts": contacts(now),
        "before": contacts(before),
        "people": len({person(row) for row in now}),
        "mentions": len(now),
        "growth": growth(book, contacts(now), contacts(before), first),
        "quadrant": chosen[0] if by_hand else quadrant,
        "cause": cause,
        "by_hand": by_hand,
        "negative": share(sum(book.says(row, "sentiment", "negative") for row in felt), len(felt)),
        "hidden": bool(issue["muted"]),
    }


def start(book: Book, issue_id: int) -> tuple[str, str]:
    """Return the field that cause and mood put an issue in, and the cause: over its whole life up to the end of the week."""
    mine = [row for row in book.counted if row["issue_id"] == issue_id and at(row["posted_at"]) < book.ends]
    said = [book.labels.get(row["mention_id"], {}) for row in mine]
    causes = Counter(one["cause"] for one in said if one.get("cause") in CAUSES)
    moods = Counter(one["sentiment"] for one in said if "sentiment" in one)
    cause = min(causes, key=lambda one: (-causes[one], one), default="")
    half = moods.total() / 2
    mood = "mixed"
    if half and moods["positive"] >= half:
        mood = "positive"
    if half and moods["negative"] >= half:
        mood = "negative"
    rules = [row["rules"] for row in sorted(book.rows("matrix_version"), key=lambda one: one["version_id"])][-1:]
    edited = _json(rules[0]) if rules else {}
    return (edited[cause or "other"][mood] if edited else _shipped(cause, mood)), cause


def _shipped(cause: str, mood: str) -> str:
    """Return the field of the table in the product's documentation."""
    if cause in ("promise_not_kept", "service_failed"):
        return ELIMINATE
    if cause == "unclear_information":
        return SIMPLIFY
    if cause == "product_question":
        return SIMPLIFY if mood == "negative" else AUTOMATE
    if cause in ("idea", "compliment"):
        return LEVERAGE
    return {"negative": ELIMINATE, "positive": LEVERAGE}.get(mood, AUTOMATE)


def growth(book: Book, now: int, before: int, first: datetime) -> str:
    """Tell whether so many of both weeks' contacts falling in this one is more, or less, than chance explains."""
    if now and not before and first >= book.begins and book.known > 0:
        return "new"
    if book.known < 0.25:
        return "unknown"
    gone = max(0.01, (min(book.ends, book.made_at) - book.begins) / (book.ends - book.begins))
    p, n = gone / (gone + book.known), now + before
    if now and sum(_chance(k, n, p) for k in range(now, n + 1)) < CHANCE:
        return "grew"
    return "shrank" if before and sum(_chance(k, n, p) for k in range(now + 1)) < CHANCE else "steady"


def _chance(k: int, n: int, p: float) -> float:
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


def remarks(book: Book, name: str) -> Row:
    """Return how many mentions hold an idea or a compliment, where, and which may be quoted: never two with one text."""
    said = [row for row in book.week if book.says(row, name)]
    inside = Counter(row["issue_id"] for row in said if row["issue_id"] is not None)
    quotable = {row["mention_id"]: row["card_id"] for row in said}
    cards = len(set(quotable.values()))

    def fits(chosen: tuple[int, ...]) -> bool:
        return set(chosen) <= set(quotable) and len({quotable[one] for one in chosen}) == len(chosen) == min(5, cards)

    return {
        "count": len(said),
        "issues": dict(inside),
        "loose": sum(row["issue_id"] is None for row in said),
        "mention_ids": Told(fits, "five of them with different texts"),
        "teams": {},
        "no_team": 0,
    }


def compliments(book: Book) -> Row:
    """Return compliments with the teams that they name."""
    terms: dict[str, list[list[str]]] = {}
    for shipped in book.ground.team_words:
        for team, listed in shipped.items():
            terms.setdefault(team, []).extend(words_of(term) for term in listed.split(","))
    known = [term for listed in terms.values() for term in listed]
    for row in book.rows("team"):
        if words_of(row["name"]) not in known:
            terms.setdefault(row["name"], []).append(words_of(row["name"]))
    teams: Counter[str] = Counter()
    none = 0
    for row in book.week:
        if book.says(row, "compliment"):
            said = words_of(_text(book, row))
            named = [team for team, listed in terms.items() if any(_stands(term, said) for term in listed)]
            teams.update(named)
            none += not named
    return {**remarks(book, "compliment"), "teams": dict(teams), "no_team": none}


def _stands(term: list[str], said: list[str]) -> bool:
    return any(said[place : place + len(term)] == term for place in range(len(said) - len(term) + 1))


def _text(book: Book, row: Row) -> str:
    one = _texts(book)[row["mention_id"], row["latest_revision"]]
    return f"{one['title']}\n{one['text']}"


@cache
def _texts(book: Book) -> dict[tuple[int, int], Row]:
    return {(row["mention_id"], row["revision"]): row for row in book.rows("revision")}


def from_text(book: Book) -> tuple[Share, Share]:
    """Return the shares of those who wrote to us that say it was unnecessary, and that they searched first."""
    ours = [row for row in book.week if row["directed"]]
    unnecessary, searched = (sum(book.says(row, name) for row in ours) for name in ("unnecessary", "searched_first"))
    return share(unnecessary, len(ours)), share(searched, len(ours))


def coverage(book: Book) -> list[Row] | None:
    """Return a line per source, by name; sources are the whole house's."""
    if book.brands is not None:
        return None
    seen = Counter(row["source"] for row in book.counted if book.within(row["posted_at"]))
    events = Counter((row["source"], row["kind"]) for row in book.rows("source_event") if book.within(row["at"]))
    return [
        {
            "source": row["source"],
            "kind": row["kind"],
            "state": row["state"],
            "mentions": seen[row["source"]],
            "gaps": events[row["source"], "gap"],
            "skips": events[row["source"], "skip"],
            "blind_since": at(row["blind_since"]) if row["blind_since"] else None,
            "last_ok_at": at(row["last_ok_at"]) if row["last_ok_at"] else None,
        }
        for row in sorted(book.rows("source_state"), key=lambda one: str(one["source"]))
    ]


def unknown(book: Book) -> Row:
    aside = {row["mention_id"] for row in book.rows("quarantine")}
    unread = [row for row in book.rows("mention") if row["analysed_revision"] < 0 and row["latest_revision"] >= 0]
    unread = [row for row in unread if book.within(row["posted_at"])] if book.brands is None else []
    first = book.first_posted
    heard = timedelta(0) if first is None else book.ends - first
    quick = [_json(row["value"]) for row in book.rows("meta") if row["key"] == "quick_reading"]
    return {
        "waiting": sum(row["mention_id"] not in aside for row in unread),
        "unreadable": sum(row["mention_id"] in aside for row in unread),
        "loose": sum(row["issue_id"] is None for row in book.week),
        "nameless": sum(not row["author_key"] for row in book.week),
        "other_language": sum(row["language"] == "other" for row in book.week),
        "learning_day": None if heard >= timedelta(days=book.ground.baseline_days) else heard // timedelta(days=1) + 1,
        "first_at": first,
        "known_before": book.known,
        "quick": any(one["until"] is None for one in quick),
    }


def voices(book: Book, worst: Iterable[int]) -> Told:
    """Return what must hold of the mention that is quoted for each issue: of the week and the issue, no spam, never one that only links."""
    may = {row["mention_id"]: row for row in book.mentions if book.within(row["posted_at"]) and not book.says(row, "spam")}
    quotable = {one for one in worst if any(row["issue_id"] == one and row["platform"] != "x" for row in may.values())}

    def fits(chosen: dict[int, int]) -> bool:
        return set(chosen) == quotable and all(may[two]["issue_id"] == one and may[two]["platform"] != "x" for one, two in chosen.items())

    return Told(fits, "one mention of each issue, of the week, where it may be quoted")


def _json(written: str) -> Row:
    import json

    found: Row = json.loads(written)
    return found
