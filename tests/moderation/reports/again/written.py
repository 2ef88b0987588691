"""Which numbers must stand in each part of a report's page, in order, worked out from a recount: how they are rounded and worded included.

Whole numbers are compared, as they are read off the page: "€ 52,50" is 52 and 50, "1.331" is 1331. Titles, quotes and charts are left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tests.moderation.reports.again.book import ZONE, Book, Row, Share, share
from tests.moderation.reports.again.page import numbers_in
from tests.moderation.reports.again.work import pains

FEW, WHOLE = 10, 100
MOODS = ("negative", "neutral", "positive")
FIELDS = ("eliminate", "simplify", "automate", "leverage")
Numbers = Iterator[int]


def written(book: Book, again: Row) -> dict[str, list[int]]:
    """Return the numbers of each part of the page but two: what the figures mean, and the feedback's means (see `means`)."""
    makers = {
        "": lead, "hurts": hurts, "done": done, "unknown": _first_unknown, "facts": facts, "days": days, "issues": issues,
        "matrix": matrix, "grid": grid, "unneeded": unneeded, "value": value, "kept": kept, "feedback": feedback, "actions": actions,
        "ideas": ideas, "praise": praise, "coverage": coverage,
    }  # fmt: skip
    return {name: list(make(book, again)) for name, make in makers.items()}


def lead(book: Book, again: Row) -> Numbers:
    sunday = book.monday + timedelta(days=6)
    yield from (book.monday.day, book.monday.year, sunday.day, sunday.year, *moment(again["made_at"]))
    now, before = again["mentions"], again["before_mentions"]
    yield from (again["people"], now)
    if before:
        yield from (*([abs(now - before)] if now != before else []), before) if now != before else ()
    felt = sum(again["sentiments"].values())
    yield from (again["sentiments"]["negative"], felt, again["sentiments"]["positive"], felt)


def hurts(book: Book, again: Row) -> Numbers:
    worst = [one for one in again["issues"] if pains(one) and one["contacts"]][:3]
    cost = again["cost_per_contact"]
    for one in worst:
        yield from (one["contacts"], *money(one["contacts"] * cost))
        yield from () if one["growth"] in ("new", "unknown") else (one["before"],)
    yield from (sum(one["contacts"] for one in worst), again["contacts"], *money(again["contacts"] * cost), *money(cost))


def done(book: Book, again: Row) -> Numbers:
    for one in again["last_week"]:
        yield from (one["then"], one["now"])
        yield from filter(None, (one[name] for name in ("actions_done", "actions_made", "actions_open", "said_in_public", "answered")))


def unknown(book: Book, again: Row) -> Iterator[list[int]]:
    """Yield the numbers of each line about what is not known."""
    told = again["unknown"]
    sources = again["coverage"] or []
    many = told["nameless"] > again["mentions"] / 10
    taps = [one for one in again["actions"] if one["state"] == "done" and (not one["look"] or one["look"]["verdict"] == "cannot_tell")]
    yield from ([] for trouble in (lambda one: one["state"] != "ok", lambda one: one["gaps"]) if any(map(trouble, sources)))
    yield from ([told[name]] for name in ("waiting", "unreadable") if told[name])
    yield from ([] for _ in range(told["quick"]))
    yield from ([told["nameless"]] for _ in range(many))
    yield from ([told["learning_day"]] for _ in range(told["learning_day"] is not None))
    yield from ([len(taps)] for _ in range(bool(taps)))
    yield from ([again["ignored"]["no_case"]] for _ in range(bool(again["ignored"]["no_case"])))
    yield [again["unneeded"]["marks"]["of"], again["unneeded"]["feedback"]["of"]]
    yield from ([told[name]] for name in ("loose", "other_language") if told[name])
    yield from ([told["nameless"]] for _ in range(bool(told["nameless"] and not many)))


def _first_unknown(book: Book, again: Row) -> Numbers:
    for line in [*unknown(book, again)][:5]:
        yield from line


def facts(book: Book, again: Row) -> Numbers:
    unneeded, searched = again["unneeded"], again["searched"]
    yield from (*span(unneeded["text"]), unneeded["text"]["of"], *whole(unneeded["marks"]), *whole(unneeded["feedback"]), 40, 50, WHOLE)
    yield from (*span(searched["text"]), searched["text"]["of"], *whole(searched["feedback"]))
    yield from (sum(one["kept"][name] for one in again["clocks"]) for name in ("did", "of"))
    due = [one["kept"] for one in again["promises"] if one["kept"] is not None]
    yield from (sum(due), len(due))
    yield from (*of(again["ignored"]["unanswered"]), stretch(again["ignored"]["longest_hours"]))
    yield from (*of(again["feedback"]["answered"]), again["compliments"]["count"])
    longest = max(again["silences"], key=lambda one: float(one["hours"]))
    yield from (stretch(longest["hours"]), longest["issue_id"])  # its title is a name with that number


def days(book: Book, again: Row) -> Numbers:
    for before, now in zip(again["days"][:7], again["days"][7:], strict=True):
        yield from (now, before)


def issues(book: Book, again: Row) -> Numbers:
    for one in [one for one in again["issues"] if one["contacts"]][:25]:
        yield from (one["contacts"], *money(one["contacts"] * again["cost_per_contact"]), one["before"], one["people"])
        yield from of(one["negative"]) if one["negative"]["of"] else ()


def matrix(book: Book, again: Row) -> Numbers:
    for field in FIELDS:
        mine = [one for one in again["issues"] if one["quadrant"] == field and one["contacts"] and not one["hidden"]]
        yield from (one["mentions"] for one in mine[:6])


def grid(book: Book, again: Row) -> Numbers:
    cells = again["grid"]
    total = sum(one["contacts"] for one in cells)
    elsewhere = sum(one["contacts"] for one in cells if not (one["preferred"] or one["supporting"]))
    yield from whole(share(total - sum(one["followed"]["did"] for one in cells), total))
    yield from whole(share(elsewhere, total))
    for one in cells:
        as_planned = (one["way"], "link_knowledge") if one["way"] == "answer" else (one["way"],)
        yield from (one["contacts"], *of(one["followed"]))
        yield from (n for way, n in sorted(one["went"].items()) if way not in as_planned)


def unneeded(book: Book, again: Row) -> Numbers:
    told = again["unneeded"]
    yield from (*whole(told["text"]), *whole(again["searched"]["text"]), *whole(told["marks"]))
    yield from (*whole(told["feedback"]), *whole(again["searched"]["feedback"]), 40, 50, WHOLE)
    yield from (*([told["unsure"]] if told["unsure"] else []), *(n for _, n in sorted(told["avoidable_by"].items())))


def value(book: Book, again: Row) -> Numbers:
    told = again["value"]
    yield told["conversations"]
    for name in ("needs", "feedback", "knowledge"):
        yield from of(told[name])
    yield from (*whole(told["better"]), *whole(told["worse"]))
    for mood in MOODS:
        yield from (told["first"][mood], told["last"][mood])


def kept(book: Book, again: Row) -> Numbers:
    for one in again["clocks"]:
        yield from (*of(one["kept"]), *whole(one["kept"]))
    for one in again["promises"]:
        yield from moment(one["due_at"])
    for one in again["silences"]:
        yield from (stretch(one["hours"]), one["written"])
    left = again["ignored"]
    yield from (left["unanswered"]["of"], left["unanswered"]["did"], *([left["no_case"]] if left["no_case"] else []), *left["case_ids"])


def feedback(book: Book, again: Row) -> Numbers:
    told = again["feedback"]
    yield from (*whole(told["answered"]), *whole(told["within"]), 25, WHOLE, *whole(told["bare"]), 3, 5, WHOLE)


def means(again: Row) -> Iterator[tuple[list[int], list[int]]]:
    """Yield how the line of each mean begins and ends: the ends of its interval are drawn, and checked where they are counted."""
    for name, scale in (("satisfaction", [5]), ("effort", [7]), ("nps", [WHOLE, WHOLE])):
        told = again["feedback"][name]
        yield [*plain(told["value"]), *scale], [told["n"]]


def actions(book: Book, again: Row) -> Numbers:
    for one in again["actions"]:
        yield from day(one["closed_at"].astimezone(ZONE).date() if one["closed_at"] else one["due_on"])
        if one["state"] == "done" and one["before"] is not None:
            yield from (*plain(one["before"]), one["before_weeks"])
            yield from (*plain(one["after"]), one["after_weeks"]) if one["after"] is not None else ()
        if one["state"] == "done" and one["look"]:
            left, avoided, cost = one["look"]["left"], one["look"]["avoided"], again["cost_per_contact"]
            yield from (round(100 * left["low"]), round(100 * left["high"]), WHOLE, round(avoided["low"]), round(avoided["high"]))
            yield from (*money(avoided["low"] * cost), *money(avoided["high"] * cost))


def ideas(book: Book, again: Row) -> Numbers:
    told = again["ideas"]
    about = sorted(told["issues"].items(), key=lambda pair: (-pair[1], pair[0]))[:5]
    yield from (told["count"], *(n for _, n in about), *([told["loose"]] if told["loose"] else []))


def praise(book: Book, again: Row) -> Numbers:
    told = again["compliments"]
    teams = sorted(told["teams"].items(), key=lambda pair: (-pair[1], pair[0]))
    yield from (told["count"], *(n for _, n in teams), *([told["no_team"]] if told["no_team"] else []))


def coverage(book: Book, again: Row) -> Numbers:
    for one in again["coverage"] or ():
        yield from (one["mentions"], *moment(one["last_ok_at"]), one["gaps"], one["skips"])
    for period, n in sorted(again["late"].items()):
        yield from (n, int(period[-2:]), int(period[:4]))
    yield again["spam"]
    for line in unknown(book, again):
        yield from line


def of(part: Share) -> tuple[int, int]:
    return part["did"], part["of"]


def span(part: Share) -> tuple[int, ...]:
    """Return a share in words: a count of few, the ends of many, or about how much where those are close."""
    if part["of"] < FEW:
        return of(part)
    low, high = math.floor(100 * part["low"]), math.ceil(100 * part["high"])
    return (round(100 * part["did"] / part["of"]), WHOLE) if high - low <= 2 else (low, high, WHOLE)


def whole(part: Share) -> tuple[int, ...]:
    """Return a share with what it is of."""
    if not part["of"]:
        return ()
    return of(part) if part["of"] < FEW else (*span(part), part["of"])


def plain(value: float) -> list[int]:
    return [*numbers_in(f"{round(abs(value), 1):.1f}".removesuffix(".0"))]


def money(value: float) -> tuple[int, ...]:
    cents = round(value * 100) % 100
    return (round(value),) if cents == 0 or value >= 100 else (int(value), cents)


def stretch(hours: float) -> int:
    """Return minutes below an hour and a half, hours below two days, else days."""
    if round(hours * 60) < 90:
        return max(1, round(hours * 60))
    whole_hours = round(round(hours * 60) / 60)
    return whole_hours if whole_hours < 48 else round(whole_hours / 24)


def day(on: date) -> tuple[int, int]:
    return on.day, on.year


def moment(at: datetime) -> tuple[int, int, int]:
    wall = at.astimezone(ZONE)
    return wall.day, wall.hour, wall.minute
