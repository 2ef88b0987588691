"""One person is one person however their name is typed: nobody is their own second pair of eyes, and nobody is nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from listener.errors import NotAllowed
from moderation.cli import klankbord
from moderation.model.broadcast import PlanState
from moderation.policy.people import person_of, same_person
from tests.fakes.desk import Desk, mention, open_desk
from tests.moderation.status.test_broadcast import planned, ticked

SPELLINGS = ("carla", "Carla", "CARLA", " carla ", "carla\u200b", "c\u0430rla", "cárla")


@pytest.mark.parametrize("typed", SPELLINGS)
def test_these_are_one_person(typed: str) -> None:
    assert same_person(typed, "carla")
    assert not same_person(typed, "bram")


@pytest.mark.parametrize("nobody", ["", "  ", "\t", "\u200b", "\u00ad \u2060"])
def test_these_are_nobody(nobody: str, desk: Desk) -> None:
    assert person_of(nobody) == ""
    (one,) = desk.hear(mention())
    with pytest.raises(NotAllowed, match="--as NAME"):
        desk.outbox.approve(desk.draft(one).draft_id, nobody)
    assert desk.entries.entries() == []


@pytest.mark.parametrize("typed", SPELLINGS)
def test_the_planner_under_another_spelling_is_no_second_approver(desk: Desk, typed: str) -> None:
    six = ticked(desk, planned(desk, 6))
    assert six.planned_by == "carla"
    with pytest.raises(NotAllowed, match="Somebody else"):
        desk.status.sending.approve(six.plan_id, typed)
    assert desk.status.sending.get(six.plan_id).state is PlanState.OPEN


@pytest.mark.parametrize("typed", ["Anna", " anna", "anná"])
def test_nor_is_the_author_of_an_answer_under_four_eyes(tmp_path: Path, typed: str) -> None:
    with open_desk(tmp_path, four_eyes=True) as desk:
        (one,) = desk.hear(mention())
        with pytest.raises(NotAllowed, match="four eyes"):
            desk.outbox.approve(desk.draft(one, author="anna").draft_id, typed)


@pytest.mark.parametrize("words", [("outbox", "approve", "1", "--send"), ("killswitch", "on"), ("shadow", "review", "1", "--right")])
@pytest.mark.parametrize("nobody", ["", "   ", "\u200b"])
def test_commands_ask_who_it_is(tmp_path: Path, words: tuple[str, ...], nobody: str) -> None:
    done = CliRunner().invoke(klankbord, ["--home", str(tmp_path), *words, "--as", nobody])
    assert done.exit_code == 2 or "--as needs a name" in str(done.exception)
    assert not list(tmp_path.iterdir())
