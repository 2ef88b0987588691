"""The whole week counted again, in the shape of the report's own figures; and the two laid beside each other, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from tests.moderation.reports.again import asked, said, work
from tests.moderation.reports.again.book import Book, Row, Told


def counted_again(book: Book) -> Row:
    """Return every field of a week's figures."""
    lines = said.issues(book)
    worst = [one["issue_id"] for one in lines if work.pains(one) and one["contacts"]][:3]
    unnecessary, searched = said.from_text(book)
    answers = asked.answers(book)
    return {
        "period": book.period,
        "from_at": book.begins,
        "to_at": book.ends,
        "made_at": book.made_at,
        "up_to": book.up_to,
        "seq": max(int(row["seq"]) for row in book.rows("change")),
        "brand": " · ".join(name for name in book.ground.brands if book.brands is None or name in book.brands),
        "invented": book.ground.invented,
        "cost_per_contact": book.ground.cost_per_contact,
        **said.totals(book),
        "issues": lines,
        "voices": said.voices(book, worst),
        "last_week": work.last_week(book, lines),
        "grid": work.grid(book),
        "unneeded": {"text": unnecessary, "feedback": asked.yes_of(answers["avoidable"]), **asked.marks(book)},
        "searched": {"text": searched, "feedback": asked.yes_of(answers["searched_first"])},
        "value": work.value(book),
        "clocks": asked.clocks(book),
        "promises": work.promises(book),
        "silences": work.silences(book, lines),
        "ignored": work.ignored(book),
        "feedback": asked.feedback(book),
        "actions": work.actions(book),
        "ideas": said.remarks(book, "idea"),
        "compliments": said.compliments(book),
        "coverage": said.coverage(book),
        "unknown": said.unknown(book),
    }


def differences(told: Any, again: Any, place: str = "") -> Iterator[str]:
    """Yield every place where the report and the recount differ, and every field of the report that nobody counted again."""
    if isinstance(again, Told):
        if not again.rule(told):
            yield f"{place}: {told!r} is not {again.why}"
    elif is_dataclass(told) and isinstance(again, Mapping):
        here = {field.name: getattr(told, field.name) for field in fields(told)}
        yield from (f"{place}.{name} was not counted again" for name in here.keys() - again.keys())
        yield from (f"{place}.{name} is no figure of the report" for name in again.keys() - here.keys())
        for name in here.keys() & again.keys():
            yield from differences(here[name], again[name], f"{place}.{name}")
    elif isinstance(told, Mapping) and isinstance(again, Mapping):
        if dict(told).keys() != dict(again).keys():
            yield f"{place}: {sorted(map(str, told))} in the report, {sorted(map(str, again))} counted again"
        for name in told.keys() & again.keys():
            yield from differences(told[name], again[name], f"{place}[{name}]")
    elif _listed(told) and _listed(again):
        if len(told) != len(again):
            yield f"{place}: {len(told)} in the report, {len(again)} counted again"
        for number, (one, other) in enumerate(zip(told, again, strict=False)):
            yield from differences(one, other, f"{place}[{number}]")
    elif not _same(told, again):
        yield f"{place}: {told!r} in the report, {again!r} counted again"


def numbers(told: Any, place: str = "") -> Iterator[tuple[str, float]]:
    """Yield the place and the value of every number, the lines of one list under one place."""
    if is_dataclass(told):
        for field in fields(told):
            yield from numbers(getattr(told, field.name), f"{place}.{field.name}")
    elif isinstance(told, Mapping):
        for value in told.values():
            yield from numbers(value, f"{place}[]")
    elif _listed(told):
        for value in told:
            yield from numbers(value, f"{place}[]")
    elif isinstance(told, int | float):
        yield place, float(told)


def _listed(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _same(told: Any, again: Any) -> bool:
    plain = told.value if isinstance(told, Enum) else told
    if isinstance(plain, float) and isinstance(again, int | float):
        return abs(plain - again) < 1e-6
    return bool(plain == again and isinstance(plain, bool) == isinstance(again, bool))
