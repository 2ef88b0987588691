"""Texts measured as the platform measures them."""

from __future__ import annotations

import pytest

from listener.errors import NotAllowed
from moderation.messages.length import length, must_fit
from moderation.model.post import Limits

FAMILY = "👨\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("text", "characters", "graphemes", "utf16", "bytes_"),
    [
        ("abc", 3, 3, 3, 3),
        ("é", 1, 1, 1, 2),
        ("e\u0301", 2, 1, 2, 3),
        ("😀", 1, 1, 2, 4),
        (FAMILY, 5, 1, 8, 18),
        ("🇳🇱", 2, 1, 4, 8),
    ],
)
def test_each_platform_counts_in_its_own_way(text: str, characters: int, graphemes: int, utf16: int, bytes_: int) -> None:
    counted = [length(text, Limits(most=1, counts=way)) for way in ("characters", "graphemes", "utf16", "bytes")]
    assert counted == [characters, graphemes, utf16, bytes_]


@pytest.mark.parametrize("counts", ["characters", "graphemes", "utf16", "bytes"])
def test_the_limit_itself_fits_and_one_more_is_refused(counts: str) -> None:
    limits = Limits(most=10, counts=counts)
    must_fit("a" * 10, limits)
    with pytest.raises(NotAllowed, match=f"11 {counts}; this platform takes 10"):
        must_fit("a" * 11, limits)


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_nothing_is_no_text(text: str) -> None:
    with pytest.raises(NotAllowed, match="empty"):
        must_fit(text, Limits(most=10))


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("hallo", 5),
        ("één", 3),
        ("e\u0301e\u0301n", 3),  # normalised first
        ("日本", 4),
        ("🎉", 2),
        ("👨‍👩‍👧‍👦", 2),  # seven code points, one picture
        ("👍🏽", 2),
        ("🇳🇱", 2),
        ("1️⃣", 2),
        ("“hallo” – dag", 13),  # curly quotes and dashes are light
        ("€", 2),
        ("https://stroomwerk.example/storing?plaats=utrecht&x=1", 23),
        ("zie https://a.example dank", 4 + 23 + 5),
        ("kijk op stroomwerk.example nu", 8 + 23 + 3),
        ("(https://a.example/b).", 1 + 23 + 2),  # what closes a sentence is no part of the link
        ("https://a.example/日本", 23 + 4),
        ("mail info@stroomwerk.example", 28),
        ("einde.Begin", 23),  # might be a link for X; over the true count, never under
        ("", 0),
    ],
)
def test_x_counts_links_as_23_and_pictures_as_2(text: str, counted: int) -> None:
    """280 by this count is what X takes; a text over it would be refused after approval."""
    assert length(text, Limits(most=280, counts="weighted")) == counted
