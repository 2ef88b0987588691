"""What changed between two wordings, word by word. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, NamedTuple

_PIECE = re.compile(r"\s+|\w+|[^\w\s]")
MOST_PIECES = 4_000

Change = Literal["same", "gone", "new"]


class Piece(NamedTuple):
    """A stretch of text that stayed, went or came."""

    change: Change
    text: str


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """Return the stretches of both texts in reading order; of very long texts the whole as gone and new."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    if len(old) > MOST_PIECES or len(new) > MOST_PIECES:
        return tuple(piece for piece in (Piece("gone", before), Piece("new", after)) if piece.text)
    pieces: list[Piece] = []
    from_old = from_new = 0
    for to_old, to_new, length in [*_runs(_kept(old, new)), (len(old), len(new), 0)]:
        stretches: tuple[tuple[Change, str], ...] = (
            ("gone", "".join(old[from_old:to_old])),
            ("new", "".join(new[from_new:to_new])),
            ("same", "".join(old[to_old : to_old + length])),
        )
        pieces += [Piece(change, text) for change, text in stretches if text]
        from_old, from_new = to_old + length, to_new + length
    return tuple(pieces)


def _kept(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of a longest row of pieces that both texts have in the same order.

    Bit by bit over whole rows (Hyyrö 2004), so that any text takes milliseconds: `difflib` takes minutes for one that repeats a word.
    """
    places: dict[str, int] = defaultdict(int)
    for place, piece in enumerate(old):
        places[piece] |= 1 << place
    row = whole = (1 << len(old)) - 1
    rows: list[int] = []
    for piece in new:
        here = row & places.get(piece, 0)
        row = ((row + here) | (row - here)) & whole
        rows.append(row)
    found: list[tuple[int, int]] = []
    at_old, at_new = len(old), len(new)
    while at_old and at_new:
        if rows[at_new - 1] >> (at_old - 1) & 1:
            at_old -= 1
            continue
        at_new -= 1
        if not at_new or rows[at_new - 1] >> (at_old - 1) & 1:
            at_old -= 1
            found.append((at_old, at_new))
    return found[::-1]


def _runs(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Return pairs that follow each other in both texts as one: where it begins in each, and how long it is."""
    runs: list[tuple[int, int, int]] = []
    for at_old, at_new in pairs:
        if runs and (runs[-1][0] + runs[-1][2], runs[-1][1] + runs[-1][2]) == (at_old, at_new):
            runs[-1] = (runs[-1][0], runs[-1][1], runs[-1][2] + 1)
        else:
            runs.append((at_old, at_new, 1))
    return runs
