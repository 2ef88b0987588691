"""What changed between two wordings, word by word. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
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
        return tuple(Piece(change, text) for change, text in (("gone", before), ("new", after)) if text)  # type: ignore[arg-type]
    pieces: list[Piece] = []
    for tag, from_old, to_old, from_new, to_new in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[from_old:to_old])))
            continue
        gone, came = "".join(old[from_old:to_old]), "".join(new[from_new:to_new])
        pieces += [piece for piece in (Piece("gone", gone), Piece("new", came)) if piece.text]
    return tuple(pieces)
