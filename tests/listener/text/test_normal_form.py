"""Normal forms of long texts: as the standard library's, and in time whatever the text."""

from __future__ import annotations

import time
import unicodedata
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.text.normal_form import PIECE, normal_form

FORMS: tuple[Literal["NFC", "NFD", "NFKC", "NFKD"], ...] = ("NFC", "NFD", "NFKC", "NFKD")
_PARTS = ("e\u0301", "a\u0323\u0302", "\u1112\u1161\u11ab ", "\ufb01", "\ufdfa", "Zoë ", "\u0915\u093c", "\u05d0\u05bc\u05b0 ", "x" * 90)


@settings(max_examples=60)
@given(parts=st.lists(st.sampled_from(_PARTS), min_size=1, max_size=900), form=st.sampled_from(FORMS))
def test_a_long_text_has_the_form_that_it_would_have_in_one_piece(parts: list[str], form: Literal["NFC", "NFD", "NFKC", "NFKD"]) -> None:
    """A brand's name must not be missed because it stands where a piece ends."""
    text = "".join(parts)
    assert normal_form(form, text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("text", ["e" * (PIECE - 1) + "e\u0301", "\u0301" * (PIECE + 1), "é" * PIECE + "\u0323"])
def test_marks_at_the_end_of_a_piece_stay_with_their_letter(text: str) -> None:
    assert normal_form("NFC", text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("form", FORMS)
def test_half_a_million_marks_are_read_in_a_moment(form: Literal["NFC", "NFD", "NFKC", "NFKD"]) -> None:
    """RULES F24: the standard library takes minutes for these, and nothing else in the process runs meanwhile."""
    began = time.process_time()
    normal_form(form, "a" + "\u0300\u0316" * 250_000)
    assert time.process_time() - began < 3
