"""What changed between two wordings: nothing is lost of either, and no text takes long."""

from __future__ import annotations

import pytest

from moderation.knowledge.difference import MOST_PIECES, Piece, difference
from tests.patience import work_seconds

PAIRS = (
    ("", ""),
    ("", "nieuw"),
    ("weg", ""),
    ("Herstart de meter.", "Herstart eerst de meter, wacht dan."),
    ("a b a b a", "b a a b"),
    ("één twee  drie\nvier", "twee drie\n\nvijf"),
    ("x " * MOST_PIECES, "y"),
)


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_both_wordings_can_be_read_back_from_it(before: str, after: str) -> None:
    pieces = difference(before, after)
    assert "".join(one.text for one in pieces if one.change != "new") == before
    assert "".join(one.text for one in pieces if one.change != "gone") == after
    assert all(one.text for one in pieces)


def test_only_what_changed_is_marked() -> None:
    assert difference("Herstart de meter.", "Herstart even de meter.") == (
        Piece("same", "Herstart "),
        Piece("new", "even "),
        Piece("same", "de meter."),
    )


@pytest.mark.parametrize(
    ("before", "after"), [("a " * 2_000, "b a " * 1_000), ("a b c " * 666, "c b a " * 666), ("a" * 6_000, "b" * 6_000)]
)
def test_a_text_that_repeats_itself_holds_nobody_up(before: str, after: str) -> None:
    """RULES I17: whoever may word an article must not be able to keep a server busy with it."""
    assert work_seconds(lambda: difference(before, after), within=0.5) <= 0.5
