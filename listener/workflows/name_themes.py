"""Say which wider subject issues share: derived from their mentions' vectors whenever a list is asked for, and kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from listener.insight.records import Candidate
from listener.insight.store import Insight
from listener.issues.themes import theme_titles, themes
from listener.model.figures import IssueFigures

MOST_MENTIONS = 16
"""Mentions that stand for an issue: its latest ones."""
LATELY = timedelta(days=56)


def with_themes(figures: Sequence[IssueFigures], insight: Insight, *, as_of: datetime) -> list[IssueFigures]:
    """Return the same issues in the same order, those that share a theme named by the title of its largest issue."""
    found = insight.candidates([one.issue_id for one in figures], as_of - LATELY, as_of, MOST_MENTIONS)
    placed = sorted((one for one in figures if _vectors(found.get(one.issue_id, ()))), key=lambda one: one.issue_id)
    if len(placed) < 2:
        return list(figures)
    centroids = np.stack([np.mean(_vectors(found[one.issue_id]), axis=0) for one in placed]).astype(np.float32)
    sizes = [one.mentions for one in placed]
    theme = themes(centroids, sizes)
    titles = theme_titles(theme, sizes, [one.title for one in placed])
    shared = np.bincount(theme) > 1
    named = {one.issue_id: titles[number] for one, number in zip(placed, theme.tolist(), strict=True) if shared[number]}
    return [replace(one, theme=named.get(one.issue_id, "")) for one in figures]


def _vectors(candidates: Sequence[Candidate]) -> list[NDArray[np.float32]]:
    return [one.vector for one in candidates if one.vector is not None]
