"""Figures are counted once for everybody: nobody waits for what somebody else counts already, and nobody sees old ones after an act."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from moderation.workflows.latest_figures import FRESH_SECONDS, STALE_SECONDS, LatestFigures


@dataclass
class Counting:
    """A ledger whose marks and clock are moved by hand; what would run in a thread waits in `behind`."""

    mark: int = 0
    act: int = 0
    now: float = 0.0
    counted: list[str] = field(default_factory=list)
    behind: list[Callable[[], None]] = field(default_factory=list)
    fails: bool = False
    takes: float = 0.0

    def figures(self) -> LatestFigures[str, str]:
        return LatestFigures(self.count, mark=lambda: self.mark, act=lambda: self.act, monotonic=lambda: self.now, start=self.behind.append)

    def count(self, question: str) -> str:
        self.counted.append(question)
        self.now += self.takes
        if self.fails:
            raise ValueError("no room")
        return f"{question}:{self.mark}:{self.act}"


def test_young_figures_are_shown_without_counting() -> None:
    it = Counting()
    figures = it.figures()
    assert [figures.get("all"), figures.get("all")] == ["all:0:0"] * 2
    it.mark, it.now = 1, FRESH_SECONDS / 2
    assert figures.get("all") == "all:0:0"
    assert it.counted == ["all"]
    assert it.behind == []


def test_older_figures_are_shown_once_more_while_one_thread_counts() -> None:
    it = Counting()
    figures = it.figures()
    figures.get("all")
    it.mark, it.now = 1, FRESH_SECONDS
    assert [figures.get("all"), figures.get("all")] == ["all:0:0"] * 2
    (again,) = it.behind
    again()
    assert figures.get("all") == "all:1:0"


def test_unchanged_figures_are_not_counted_again_until_their_moment_passes() -> None:
    """A period ends now: half a minute later it is another one, though nothing came in."""
    it = Counting()
    figures = it.figures()
    figures.get("all")
    it.now = FRESH_SECONDS + 1
    figures.get("all")
    assert it.behind == []
    it.now = STALE_SECONDS / 2
    figures.get("all")
    assert len(it.behind) == 1


def test_after_an_act_nobody_sees_figures_from_before_it() -> None:
    it = Counting()
    figures = it.figures()
    figures.get("all")
    it.act = 1
    assert figures.get("all") == "all:0:1"


def test_figures_that_are_too_old_are_waited_for() -> None:
    it = Counting()
    figures = it.figures()
    figures.get("all")
    it.mark, it.now = 5, STALE_SECONDS
    assert figures.get("all") == "all:5:0"


def test_ten_who_look_at_once_cost_one_count() -> None:
    it, inside, go = Counting(), threading.Event(), threading.Event()
    plain = it.count

    def slow(question: str) -> str:
        inside.set()
        go.wait(5)
        return plain(question)

    figures: LatestFigures[str, str] = LatestFigures(slow, mark=lambda: 0, act=lambda: 0)
    with ThreadPoolExecutor(10) as pool:
        asked = [pool.submit(figures.get, "all") for _ in range(10)]
        assert inside.wait(5)
        go.set()
        assert {one.result(5) for one in asked} == {"all:0:0"}
    assert it.counted == ["all"]


def test_a_count_that_fails_is_told_to_whoever_waits_and_tried_again() -> None:
    it = Counting(fails=True)
    figures = it.figures()
    with pytest.raises(ValueError, match="no room"):
        figures.get("all")
    it.fails = False
    assert figures.get("all") == "all:0:0"


def test_a_count_behind_that_fails_leaves_what_was_shown(caplog: pytest.LogCaptureFixture) -> None:
    """A service that stops closes its stores under a count nobody waits for."""
    it = Counting()
    figures = it.figures()
    figures.get("all")
    it.mark, it.now, it.fails = 1, FRESH_SECONDS, True
    figures.get("all")
    it.behind.pop()()
    assert "not counted anew" in caplog.text
    assert figures.get("all") == "all:0:0"
    assert len(it.behind) == 1, "and it is tried again"


def test_figures_that_took_long_rest_longer_before_they_are_counted_anew() -> None:
    """What arrives every second would otherwise have them counted without a pause."""
    it = Counting(takes=1.5)
    figures = it.figures()
    figures.get("all")
    it.mark, it.now = 1, it.now + 11.9
    figures.get("all")
    assert it.behind == []
    it.now += 0.2
    figures.get("all")
    assert len(it.behind) == 1
