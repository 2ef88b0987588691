"""Chance that repeats: the same seed and names give the same draws on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


def stream(seed: int, *names: str) -> Random:
    """Return a generator of its own for one part of the scenario, so that changing one part leaves the others as they were."""
    return Random("/".join((str(seed), *names)))  # noqa: S311 - an invented scenario, nothing secret


def deal(rng: Random, items: Sequence[Item]) -> Iterator[Item]:
    """Hand out `items` endlessly in shuffled rounds: none comes back before every other one had its turn."""
    if not items:
        raise ValueError("nothing to deal from")
    while True:
        yield from rng.sample(items, len(items))


def weighted(rng: Random, choices: Iterable[tuple[Item, float]]) -> Item:
    """Return one item, as often as its weight says."""
    items, weights = zip(*choices, strict=True)
    picked: Item = rng.choices(items, weights=weights)[0]
    return picked
