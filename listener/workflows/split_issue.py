"""Split an issue: by the mentions a person names, or along the two halves that are found inside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from listener.errors import InputError
from listener.issues.features import space_of
from listener.issues.halves import FEWEST_TO_SPLIT, halves
from listener.issues.prepare import Reader, Reading
from listener.issues.titles import Background, beginning_of, terms_of, title_for
from listener.issues.window import Entry, Window
from listener.ledger.ledger import Ledger
from listener.text.shorten import shorten
from listener.workflows.change_model import model_in_use
from listener.workflows.correct_issue import known_issue, title_of

TITLE_LENGTH = 60
MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """One half of an issue: a title from its own words, its mentions by id, and its most typical texts."""

    title: str
    mention_ids: tuple[int, ...]
    examples: tuple[str, ...]


def suggest_split(ledger: Ledger, reader: Reader, issue_id: int) -> tuple[Half, Half]:
    """Return the two halves of an issue, the larger first. Nothing is changed.

    Raises `InputError` when the issue is unknown or too small, or when no two halves are in it.
    """
    readings, vectors = _read(ledger, reader, issue_id)
    window = Window()
    window.add([_entry(reading, vector) for reading, vector in zip(readings, vectors, strict=True)])
    snapshot = window.snapshot()
    space = space_of(snapshot)
    found = halves(space) if len(readings) >= FEWEST_TO_SPLIT else None
    if found is None:
        raise InputError(f"no two halves are to be seen in issue {issue_id}; name mentions yourself with --mentions")
    by_id = {reading.stored.mention_id: reading for reading in readings}
    one, other = (
        _half(
            [by_id[int(snapshot.ids[row])] for row in rows],
            [by_id[int(snapshot.ids[row])] for row in _typical(space.matrix, rows)],
            reader,
            readings,
        )
        for rows in found
    )
    return one, other


def split_issue(
    ledger: Ledger, reader: Reader, issue_id: int, mention_ids: Sequence[int], *, title: str | None, by: str, at: datetime
) -> int:
    """Make an issue of some of an issue's mentions and return its id; without a `title` their own words give it one.

    The mentions stay there for good, and new ones join the nearer of the two. Raises `InputError` when it cannot be.
    """
    known_issue(ledger, issue_id)
    if title is not None:
        return ledger.issues.split(issue_id, mention_ids, title=title_of(title), title_by=by, by=by, at=at)
    chosen = [reader.read(one) for one in ledger.mentions.by_ids(mention_ids, as_analysed=True)]
    every = [reader.read(one) for one in ledger.mentions.by_ids(ledger.issues.members(issue_id), as_analysed=True)]
    return ledger.issues.split(issue_id, mention_ids, title=_title(chosen, reader, every) if chosen else "…", by=by, at=at)


def _read(ledger: Ledger, reader: Reader, issue_id: int) -> tuple[list[Reading], list[NDArray[np.float32]]]:
    """Return an issue's mentions that have a vector of the model in use, as read, with their vectors."""
    members = ledger.issues.members(known_issue(ledger, issue_id))
    hashes = ledger.analyses.text_hashes(members)
    vectors = ledger.analyses.vectors(hashes.values(), model_in_use(ledger))
    stored = [one for one in ledger.mentions.by_ids(members, as_analysed=True) if hashes.get(one.mention_id) in vectors]
    return [reader.read(one) for one in stored], [vectors[hashes[one.mention_id]] for one in stored]


def _entry(reading: Reading, vector: NDArray[np.float32]) -> Entry:
    return Entry(
        mention_id=reading.stored.mention_id,
        card_id=reading.stored.mention_id,
        author=reading.author,
        language=reading.language,
        posted_at=reading.stored.mention.posted_at,
        clean=reading.clean,
        grams=reading.grams,
        vector=vector,
    )


def _typical(matrix: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return rows[np.argsort(-(matrix[rows] @ matrix[rows].mean(axis=0)), kind="stable")[:MOST_EXAMPLES]]


def _half(readings: Sequence[Reading], typical: Sequence[Reading], reader: Reader, every: Sequence[Reading]) -> Half:
    return Half(
        title=_title(readings, reader, every),
        mention_ids=tuple(sorted(reading.stored.mention_id for reading in readings)),
        examples=tuple(reading.clean.plain or reading.clean.text for reading in typical if not reading.stored.private),
    )


def _title(readings: Sequence[Reading], reader: Reader, every: Sequence[Reading]) -> str:
    """Return a title from what sets some mentions apart from all of the issue; the beginning of the first when no word does.

    Private messages give it no words.
    """
    language = Counter(reading.language for reading in readings).most_common(1)[0][0]
    readings = [reading for reading in readings if not reading.stored.private]
    if not readings:
        return reader.untold(language)
    background = Background.of(terms_of(reading.clean.plain, reader.stop_words) for reading in every)
    terms = [terms_of(reading.clean.plain, reader.stop_words) for reading in readings if reading.language == language]
    title = title_for(terms, background, without=reader.brand_words)
    return shorten(title, TITLE_LENGTH) if title else beginning_of(readings[0].clean, language, TITLE_LENGTH)
