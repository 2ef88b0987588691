"""Bursts are counted in people, against a past that is allowed to be short, uneven and empty."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.issues.scan import Bar, ScanRule, look, people, scan
from listener.issues.window import Entry, Snapshot, Window
from listener.text.clean import clean
from tests.fakes.posts import START

RULE = ScanRule(kind="burst", window_hours=12, baseline_hours=168, min_authors=5)
BAR = Bar(level=1e-6)


def snapshot(hours: list[float], *, authors: list[str] | None = None, cards: list[int] | None = None) -> Snapshot:
    """A window of mentions at these hours; by default each has an author and a card of its own."""
    window = Window()
    window.add(
        [
            Entry(
                mention_id=at + 1,
                card_id=cards[at] if cards else at + 1,
                author=authors[at] if authors else f"person-{at}",
                language="nl",
                posted_at=START + timedelta(hours=hour),
                clean=clean("iets"),
                grams=np.zeros(0, dtype=np.int32),
                vector=np.array([1.0, 0.0], dtype=np.float32),
            )
            for at, hour in enumerate(hours)
        ]
    )
    return window.snapshot()


OTHERS = [float(hour) for hour in range(0, 200, 2)]


def burst_of(recent: int, *, earlier: int = 0, others: list[float] = OTHERS, bar: Bar = BAR, until: float = 200.0) -> float | None:
    """The p-value of `recent` people near in the last six hours, `earlier` ones spread over the days before; None for no burst."""
    near = [until - 6 + 6 * (at + 1) / recent for at in range(recent)]
    past = [20 + 150 * at / max(1, earlier) for at in range(earlier)]
    shot = snapshot(sorted([*others, *past, *near]))
    marked = np.array([any(abs(hour - shot.hours[0] - one) < 1e-6 for one in (*past, *near)) for hour in shot.hours])
    found = scan(shot, len(shot.hours) - 1, (marked,), rules=(RULE,), bar=bar)
    return None if found is None else found.p_value


def test_more_people_are_less_likely_to_be_chance() -> None:
    assert burst_of(4) is None
    few, many = burst_of(7), burst_of(20)
    assert few is not None
    assert many is not None
    assert many < few < 1e-6


def test_what_is_always_there_is_no_burst() -> None:
    assert burst_of(8, earlier=100) is None


def test_a_busy_day_of_everything_is_no_burst_of_one_thing() -> None:
    """When a source is added or a weekday begins, all subjects rise together."""
    flood = [*OTHERS, *(190 + at / 40 for at in range(400))]
    assert burst_of(8, earlier=6, others=flood) is None
    assert burst_of(8, earlier=6, bar=Bar(level=1e-3)) is not None


def test_what_is_usually_clumped_has_to_be_larger() -> None:
    """Where people usually come in small conversations, seven within hours are less of a surprise."""
    alone, clumped = burst_of(9, earlier=10), burst_of(9, earlier=10, bar=Bar(level=1e-2, dispersion=2.0))
    assert alone is not None
    assert clumped is not None
    assert clumped > 100 * alone


def weekly(weeks: int) -> tuple[Snapshot, NDArray[np.int64]]:
    """Eight people every seven days within six hours, one a day besides, the last eight just now; and the rows of all of these."""
    mondays = [week * 168 + at * 0.7 for week in range(weeks + 1) for at in range(8)]
    days = [24.0 * day + 40 for day in range(7 * weeks)]
    others = [float(hour) + 0.5 for hour in range(0, 168 * weeks, 2)]
    about = sorted(hour + 30 for hour in [*mondays, *days] if hour <= 168 * weeks + 6)
    shot = snapshot(sorted([0.0, *others, *about]))
    return shot, np.flatnonzero(np.isin(np.round(shot.hours - shot.hours[0], 6), np.round(about, 6)))


def test_what_happens_every_monday_is_news_once_and_then_a_rhythm() -> None:
    """Bills go out on Mondays; with three weeks of history their hours are known to be busy, with one they are not."""
    rule, bar = replace(RULE, baseline_hours=120.0), Bar(level=1e-3)
    for weeks, told in ((1, True), (2, True), (3, False), (4, False)):
        shot, about = weekly(weeks)
        assert (look(shot, int(about[-1]), about[:-1], rule, bar) is not None) is told, weeks


def test_without_a_day_of_past_nothing_is_said() -> None:
    assert burst_of(30, others=[180.0, 185.0]) is None


def test_the_learning_day_is_told_until_the_baseline_is_full() -> None:
    near = [60 + at / 10 for at in range(40)]
    shot = snapshot([0.0, 10.0, 20.0, 30.0, 40.0, *near])
    found = look(shot, len(shot.hours) - 1, np.arange(5, len(shot.hours) - 1), RULE, BAR)
    assert found is not None
    assert found.learning_day == 3


@pytest.mark.parametrize(
    ("authors", "cards", "expected"),
    [
        (["a", "b", "c"], [1, 2, 3], 3),
        (["a", "a", "a"], [1, 2, 3], 1),  # one busy author
        (["a", "b", "c"], [1, 1, 1], 1),  # one text, copied
        (["a", "b", "a"], [1, 1, 2], 1),  # a copy adds nobody
    ],
)
def test_people_are_counted_once_and_copies_add_nobody(authors: list[str], cards: list[int], expected: int) -> None:
    shot = snapshot([0.0, 1.0, 2.0], authors=authors, cards=cards)
    assert people(shot, np.arange(3)) == expected


def test_mentions_that_came_later_do_not_count() -> None:
    """Batches may be cut anywhere: what is known about a mention's future must not change what is said about it."""
    shot = snapshot([*OTHERS, *(201 + at / 10 for at in range(30))])
    later = shot.hours - shot.hours[0] > 200
    assert scan(shot, len(OTHERS) - 1, (later,), rules=(RULE,), bar=BAR) is None
