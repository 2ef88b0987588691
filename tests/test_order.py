"""Long files are handed out first: they are still there, and what hands them out keeps to their order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.modules import ROOT
from tests.order import LONGEST, longest_first


def test_every_file_of_the_list_is_there_once() -> None:
    assert [name for name in LONGEST if not (ROOT / name).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)


def test_the_longest_come_first_and_the_others_keep_their_order() -> None:
    names = ["tests/a.py::b", f"{LONGEST[1]}::two", "tests/a.py::a", f"{LONGEST[0]}::z", f"{LONGEST[0]}::a"]
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in names]
    assert [one.nodeid for one in longest_first(items)] == [names[3], names[4], names[1], names[0], names[2]]


def test_files_are_handed_out_in_that_order() -> None:
    """pytest-xdist would begin with the files of the most tests instead."""
    assert "--dist loadfile --no-loadscope-reorder" in (ROOT / "scripts/test").read_text(encoding="utf-8")
