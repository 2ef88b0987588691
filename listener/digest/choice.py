"""Which mentions to quote: typical of their issue, unlike each other, by different people."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_LINK_ONLY = frozenset({"x", "twitter"})
_WORD = re.compile(r"[a-z]+")

TOO_ALIKE = 0.9
"""Cosine similarity above which a second quote would only repeat the first."""


def link_only(platform: str) -> bool:
    """Tell whether posts of a platform leave the house as a link under a title of our own, without their text (RULES, Quotes).

    A file that was imported may spell it as it likes ("x.com", "Twitter / X").
    """
    return not _LINK_ONLY.isdisjoint(_WORD.findall(platform.lower()))


def choose_quotes(
    mention_ids: Sequence[int],
    people: Sequence[str],
    vectors: Sequence[NDArray[np.float32] | None],
    most: int,
    *,
    preferred: Sequence[bool] | None = None,
) -> tuple[int, ...]:
    """Return up to `most` of `mention_ids`, the most typical first.

    Typical is near the middle of the vectors given; mentions without vector come last, newest (last given) first. Of the more typical
    half those that are `preferred` (such as those of the period) go first. A person is quoted twice, and a text much like a chosen one
    is taken, only when nothing else is left.
    """
    order = _by_typicality(vectors)
    if preferred is not None:
        fit = {at for at in order[: (len(order) + 1) // 2] if preferred[at]}
        order = [at for at in order if at in fit] + [at for at in order if at not in fit]
    chosen: list[int] = []
    for strict in (True, False):
        for at in order:
            if len(chosen) == most:
                break
            if at not in chosen and not (strict and _repeats(at, chosen, people, vectors)):
                chosen.append(at)
    return tuple(mention_ids[at] for at in chosen)


def _by_typicality(vectors: Sequence[NDArray[np.float32] | None]) -> list[int]:
    known = [vector for vector in vectors if vector is not None]
    if not known:
        return list(reversed(range(len(vectors))))
    middle = np.mean(np.stack(known), axis=0)
    scores = [-np.inf if vector is None else float(vector @ middle) for vector in vectors]
    return sorted(range(len(vectors)), key=lambda at: (-scores[at], -at))


def _repeats(at: int, chosen: Sequence[int], people: Sequence[str], vectors: Sequence[NDArray[np.float32] | None]) -> bool:
    mine = vectors[at]
    for other in chosen:
        theirs = vectors[other]
        if people[at] == people[other] or (mine is not None and theirs is not None and float(mine @ theirs) > TOO_ALIKE):
            return True
    return False
