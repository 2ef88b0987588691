"""Small figures for every kind of chart, around a title that the caller chooses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from moderation.charts.compared import compared
from moderation.charts.coverage import coverage
from moderation.charts.effect import effect
from moderation.charts.grid import grid
from moderation.charts.look import WIDE, Look
from moderation.charts.matrix import matrix
from moderation.charts.several import several
from moderation.charts.shares import shares
from moderation.charts.stacked import clocks, feelings
from moderation.charts.trend import trend
from moderation.model.chart import (
    Chart,
    ClockRow,
    Compared,
    Coverage,
    Effect,
    Expected,
    Feelings,
    GridCell,
    MatrixPoint,
    Series,
    ShareRow,
    Watched,
)
from moderation.model.feedback import Figure
from moderation.model.matrix import Quadrant
from moderation.workflows.load_wording import load_words

ENDS = datetime(2026, 11, 20, 23, tzinfo=UTC)
"""Midnight in Amsterdam, an hour to midnight in UTC."""
DAY = timedelta(days=1)


def look(language: str = "nl", width: int = WIDE) -> Look:
    return Look(language=language, words=load_words(language, "charts"), zone=ZoneInfo("Europe/Amsterdam"), width=width)


def series(title: str = "Storing") -> Series:
    return Series(title=title, counts=(3, 0, 5, 1, 9, 2, 4), before=(1, 1, 1, 1, 1, 1, 2), ends_at=ENDS)


def _grid(title: str, view: Look) -> Chart:
    cells = (("Privé", 12, 10), ("Openbaar", 20, 5), ("Telefoon", 0, 0))
    rows = [GridCell(contact_type=title, channel=name, planned="Antwoord hier", contacts=n, followed=f) for name, n, f in cells]
    return grid(rows, view)


def _shares(title: str, view: Look) -> Chart:
    sure = ShareRow(label=title, figure=Figure(n=120, value=0.41, low=0.33, high=0.5))
    rate = ShareRow(label="Review", figure=Figure(n=60, value=0.18, low=0.1, high=0.29), benchmark=(0.25, 0.25))
    return shares([sure, rate, ShareRow(label="Eerst gezocht", figure=Figure(n=4))], view)


def _effect(title: str, view: Look) -> Chart:
    guess = tuple(Expected(value=5, low=2, high=8) for _ in range(3))
    return effect(Effect(series=series(title), changed_at=ENDS - 3 * DAY, expected=guess, total=Expected(value=15, low=8, high=22)), view)


def _coverage(title: str, view: Look) -> Chart:
    blind = ((ENDS - 4 * DAY, ENDS - 3 * DAY), (ENDS - 3.5 * DAY, ENDS - 2 * DAY))  # the two lie over each other
    sources = (Watched(label="forum"), Watched(label=title, blind=blind), Watched(label="nieuw", since=ENDS - 5 * DAY))
    return coverage(Coverage(from_at=ENDS - 10 * DAY, to_at=ENDS, sources=sources), view)


_FELT = Feelings(first={"negative": 12, "neutral": 8}, last={"positive": 12, "neutral": 5, "negative": 3}, better=12, worse=3)

SAMPLES: Mapping[str, Callable[[str, Look], Chart]] = {
    "trend": lambda title, view: trend(series(title), view),
    "several": lambda title, view: several([series(title), series("Factuur")], view),
    "compared": lambda title, view: compared(
        [Compared(label=title, now=24, before=8, note="€ 96"), Compared(label="b", now=7, before=None)], view
    ),
    "matrix": lambda title, view: matrix(
        [
            MatrixPoint(title=title, quadrant=Quadrant.ELIMINATE, mentions=30),
            MatrixPoint(title="b", quadrant=Quadrant.LEVERAGE, mentions=10),
        ],
        view,
    ),
    "grid": _grid,
    "shares": _shares,
    "effect": _effect,
    "feelings": lambda _title, view: feelings(_FELT, view),
    "clocks": lambda title, view: clocks(
        [ClockRow(label=title, kept=80, missed=4, running=6), ClockRow(label="b", kept=10, missed=6)], view
    ),
    "coverage": _coverage,
}
