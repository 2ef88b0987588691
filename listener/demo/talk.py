"""What is said next about a subject: endless sentences from the banks on file, put together as people do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random

from listener.demo.chance import deal, weighted
from listener.demo.texts import IssueTexts, LanguageTexts

_KEEPS_CAPITAL = re.compile(r"I\b|[A-Z][A-Z0-9]|Klaverzijl|Zoem|Android|[^A-Za-z]")
_HANGING = re.compile(r"[,:]$|\b(?:maar|but|and|en)$")
_CLAUSE_ORDERS = (((0, 1), 2.0), ((1, 2), 3.0), ((1, 3), 2.0), ((0, 1, 2), 2.0), ((2, 1), 1.0), ((1, 2, 3), 1.5), ((0, 1, 3), 1.0))
"""Which clause banks (0 opening, 1 what happened, 2 effect, 3 ask) follow each other, and how often."""


def everyday(rng: Random, language: LanguageTexts, bank: Sequence[str]) -> Iterator[str]:
    """Yield everyday posts: a sentence of the bank, often with something before or after it that suits a question or a remark."""
    before = {True: deal(rng, language.asking), False: deal(rng, language.openings)}
    after = {True: deal(rng, language.hoping), False: deal(rng, language.replies)}
    for sentence in deal(rng, bank):
        asks = "?" in sentence
        parts = [next(before[asks])] if rng.random() < 0.33 else []
        parts.append(sentence)
        if rng.random() < 0.45:
            parts.append(next(after[asks]))
        yield joined(parts, rng)


def followed(rng: Random, bank: Sequence[str], endings: Sequence[str]) -> Iterator[str]:
    """Yield sentences of the bank, two of three followed by one of `endings`."""
    closing = deal(rng, endings)
    for sentence in deal(rng, bank):
        yield joined([sentence, next(closing)], rng) if rng.random() < 0.66 else sentence


def spoken(rng: Random, issue: IssueTexts) -> Iterator[str]:
    """Yield posts about an issue: each whole sentence once, mixed with posts put together from clauses."""
    whole = rng.sample(issue.whole, len(issue.whole))
    banks = [deal(rng, bank) for bank in issue.clauses]
    while True:
        if whole and rng.random() < 0.55:
            yield whole.pop()
        else:
            yield joined([next(banks[index]) for index in weighted(rng, _CLAUSE_ORDERS)], rng)


def mixed(rng: Random, usual: Iterator[str], other: Iterator[str], *, share: float) -> Iterator[str]:
    """Yield from `other` as often as `share` (0 to 1) says, else from `usual`."""
    while True:
        yield next(other if rng.random() < share else usual)


def joined(parts: Sequence[str], rng: Random) -> str:
    """Return the parts as one post, with the full stop, comma or line break that somebody would put between them."""
    text = parts[0]
    for part in parts[1:]:
        if _HANGING.search(text):
            text += " " + _small(part)
        elif text[-1] in ".!?…)" or not text[-1].isascii():
            text += " " + _large(part)
        else:
            mark = weighted(rng, ((". ", 0.74), (", ", 0.16), ("\n", 0.1)))
            text += mark + (_small(part) if mark == ", " else _large(part))
    return text


def _small(text: str) -> str:
    return text if _KEEPS_CAPITAL.match(text) else text[0].lower() + text[1:]


def _large(text: str) -> str:
    return text[0].upper() + text[1:]
