"""The README's figures are put there by a script, between two marks, and nothing else of the page moves."""

from __future__ import annotations

import pytest

from tests.bench.everything import BEGIN, BENCHES, END, with_figures
from tests.bench.reading import ROOT


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    page = f"above\n{BEGIN}\n| old | 1 |\n{END}\nbelow\n"
    assert with_figures(page, [("groups", "0.58")]) == f"above\n{BEGIN}\n| what | figure |\n|---|---|\n| groups | 0.58 |\n{END}\nbelow\n"


def test_a_page_without_marks_is_refused_instead_of_lost() -> None:
    with pytest.raises(ValueError, match="lacks the lines"):
        with_figures("no marks here", [("groups", "0.58")])


def test_every_bench_named_is_a_script_of_this_checkout() -> None:
    missing = {bench.name for bench in BENCHES if not (ROOT / "scripts" / bench.name).is_file()}
    assert missing == set()
