"""The list of planted bugs follows the code, and a few of them are tried here; `scripts/mutation_outbox` tries them all."""

from __future__ import annotations

import pytest

from tests.modules import ROOT
from tests.mutation.planted import BUGS, Bug
from tests.mutation.rig import planted, try_all

TRIED_HERE = ("durability_off", "draft_approved_twice", "void_standing_used")


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_each_bug_has_its_place_in_the_code_and_tests_that_exist(bug: Bug) -> None:
    sound = (ROOT / bug.file).read_text(encoding="utf-8")
    assert planted(sound, bug) != sound
    assert bug.tests
    assert [test for test in bug.tests if not (ROOT / test.split("::")[0]).is_file()] == []


def test_there_are_enough_of_them_and_none_twice() -> None:
    names = [bug.name for bug in BUGS]
    assert len(names) == len(set(names)) >= 10


@pytest.mark.slow
def test_the_suite_turns_red_for_some_of_them() -> None:
    """Each is planted in a copy; the tests pass there without it and fail with it."""
    tried = try_all([bug for bug in BUGS if bug.name in TRIED_HERE], say=False)
    assert {one.bug.name: one.noticed for one in tried} == dict.fromkeys(TRIED_HERE, True)
