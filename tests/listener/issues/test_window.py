"""The window tells the same whether it was filled at once or as it went: figures must not depend on how mentions came in."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.issues.window import Entry, Snapshot, Window
from listener.text.clean import clean

START = datetime(2026, 11, 2, tzinfo=UTC)


def entry(number: int, hours: float, *, revision: int = 0) -> Entry:
    return Entry(
        mention_id=number,
        card_id=number - number % 3,
        author=f"a{number % 5}",
        language="nl",
        posted_at=START + timedelta(hours=hours),
        clean=clean(f"tekst {number} {revision}"),
        grams=np.zeros(0, dtype=np.int32),
        vector=np.full(4, number + revision / 10, dtype=np.float32),
        place=f"p{number % 2}",
        sentiment="negative" if (number + revision) % 4 == 0 else "",
    )


def groups(numbers: NDArray[np.int64]) -> list[int]:
    """Return for each row the first row with the same number: what the numbers say, whichever they are."""
    first: dict[int, int] = {}
    return [first.setdefault(int(one), at) for at, one in enumerate(numbers)]


def told(snapshot: Snapshot) -> tuple[object, ...]:
    return (
        snapshot.entries,
        *(column.tolist() for column in (snapshot.ids, snapshot.hours, snapshot.cards, snapshot.vectors, snapshot.negative)),
        groups(snapshot.authors),
        groups(snapshot.places),
        snapshot.rows,
    )


def at_once(entries: Sequence[Entry]) -> Snapshot:
    window = Window()
    window.add(entries)
    return window.snapshot()


@pytest.mark.parametrize("seed", range(12))
def test_it_tells_the_same_however_it_was_filled(seed: int) -> None:
    """Mentions in and out of order, edits, removals, and old ones let go, with a look after each."""
    chance, window, present, number, hour = random.Random(seed), Window(), dict[int, Entry](), 0, 0.0
    for _ in range(60):
        what = chance.random()
        if what < 0.6 or not present:
            batch = []
            for _ in range(chance.randint(1, 4)):
                number, hour = number + 1, hour + 1
                batch.append(entry(number, hour - chance.choice((0, 0, 0, 0, 5))))
            window.add(batch)
            present |= {one.mention_id: one for one in batch}
        elif what < 0.75:
            chosen = present[chance.choice(list(present))]
            edited = entry(chosen.mention_id, (chosen.posted_at - START) / timedelta(hours=1), revision=1)
            window.add([edited])
            present[edited.mention_id] = edited
        elif what < 0.85:
            gone = chance.choice(list(present))
            window.remove([gone, 10_000])
            del present[gone]
        else:
            moment = START + timedelta(hours=hour - 20)
            old = window.drop_before(moment)
            assert sorted(old) == sorted(one for one in present if present[one].posted_at < moment)
            present = {key: one for key, one in present.items() if one.posted_at >= moment}
        if chance.random() < 0.7:
            assert told(window.snapshot()) == told(at_once(list(present.values())))
    assert told(window.snapshot()) == told(at_once(list(present.values())))


def test_what_came_back_after_it_was_let_go_is_there_once() -> None:
    window = Window()
    window.add([entry(1, 1), entry(2, 2), entry(3, 3)])
    window.snapshot()
    window.drop_before(START + timedelta(hours=2))
    window.add([entry(1, 1)])
    assert window.snapshot().ids.tolist() == [1, 2, 3]


def test_a_snapshot_stays_as_it_was() -> None:
    """A regrouping computes on one while the next batch comes in."""
    window = Window()
    window.add([entry(number, number) for number in range(1, 9)])
    before = window.snapshot()
    kept = told(before)
    for number in range(9, 60):
        window.add([entry(number, number)])
        window.drop_before(START + timedelta(hours=number - 6))
        window.snapshot()
    assert told(before) == kept
