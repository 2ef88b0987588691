"""Advice beside a reply over a real ledger: the grid's hint, what was promised to this customer before, and how contacts went."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.model.analysis import Label
from moderation.model.advice import QuestionKind, Way
from moderation.workflows.count_grid import count_grid, last_days
from moderation.workflows.encode_in_time import EncodeInTime
from tests.fakes.staff_knowledge import MODEL, KnowledgeDay, open_knowledge_day

FAILED = Label(name="cause", value="service_failed", probability=0.9, model="test")
COMPLIMENT = Label(name="cause", value="compliment", probability=0.9, model="test")


@pytest.fixture
def day(tmp_path: Path) -> Iterator[KnowledgeDay]:
    with open_knowledge_day(tmp_path / "home") as opened:
        yield opened


def test_what_was_promised_before_stands_beside_the_next_question(day: KnowledgeDay) -> None:
    """Also when it was in another conversation of the same customer."""
    day.answer("Mijn meter doet het niet", "Vervelend. Ik bel je morgen voor 17.00 uur.", author="merel")
    day.desk.clock.advance(timedelta(days=2))
    case_id = day.case_of(day.ask("Ik ben nooit gebeld over de meter", author="merel", root_id="another thread"))
    advice = day.known.advise.to(case_id, "nl")
    assert advice is not None
    (promised,) = advice.promised
    assert promised.text == "Ik bel je morgen voor 17.00 uur."
    assert promised.due_at is not None
    other = day.known.advise.to(day.case_of(day.ask("Mijn meter doet het ook niet", author="joost")), "nl")
    assert other is not None
    assert other.promised == (), "somebody else was promised nothing"


def test_personal_data_in_a_public_message_go_private_with_the_reason(day: KnowledgeDay) -> None:
    advice = day.known.advise.to(day.case_of(day.ask("Bel me op 06-12345678, het werkt niet", labels=[FAILED])), "nl")
    assert advice is not None
    assert advice.hint.way is Way.GO_PRIVATE
    assert "persoonlijke gegevens" in advice.hint.reason


def test_the_coach_knows_the_cause_and_what_the_customer_said(day: KnowledgeDay) -> None:
    case_id = day.case_of(day.ask("De thermostaat blijft hangen op 17 graden", labels=[FAILED]))
    coach = day.known.advise.coach(case_id, "Je thermostaat blijft dus hangen. Wat kun je nu niet doen?", "nl")
    assert coach is not None
    assert (coach.listened, coach.summarised, coach.offered_kind) == (True, True, QuestionKind.PAY_OFF)


def test_only_a_compliment_is_thanked(day: KnowledgeDay) -> None:
    case_id = day.case_of(day.ask("Wat een topmonteur", labels=[COMPLIMENT]))
    advice, coach = day.known.advise.to(case_id, "nl"), day.known.advise.coach(case_id, "", "nl")
    assert advice is not None
    assert coach is not None
    assert advice.compliment
    assert (coach.offered_kind, "?" in coach.offered) == (None, False)


def test_no_case_no_advice(day: KnowledgeDay) -> None:
    assert day.known.advise.to(99, "nl") is None
    assert day.known.advise.coach(99, "x", "nl") is None
    assert day.known.advise.hint(99, "nl") is None


def test_contacts_are_counted_per_cell_against_the_advice(day: KnowledgeDay) -> None:
    day.answer("De app werkt niet", "We kijken ernaar.", labels=[FAILED])
    day.answer("De app werkt weer niet", "Stuur je ons een privébericht?", labels=[FAILED])
    day.answer(
        "Mijn nummer is 06-12345678",
        "Kun je ons een dm sturen?",
        labels=[Label(name="personal_data", value="phone", probability=0.9, model="test")],
    )
    now = day.desk.clock.now()
    found = count_grid(day.known.words, day.known.grid, since=now - timedelta(days=1), until=now + timedelta(days=1))
    by_type = {one.contact_type: one for one in found}
    failed, private = by_type["service_failed"], by_type["personal_data"]
    assert (failed.contacts, failed.followed, failed.went) == (2, 1, {Way.ANSWER: 1, Way.GO_PRIVATE: 1})
    assert (private.contacts, private.followed, private.way) == (1, 1, Way.GO_PRIVATE)
    assert count_grid(day.known.words, day.known.grid, since=now + timedelta(days=1), until=now + timedelta(days=2)) == ()
    assert (
        count_grid(day.known.words, day.known.grid, since=now - timedelta(days=1), until=now + timedelta(days=1), brands=["Gaswerk"]) == ()
    )


class Slow:
    """A model that answers when it is let go."""

    model_id = MODEL.model_id

    def __init__(self) -> None:
        self.let_go = Event()
        self.asked = 0

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        self.asked += 1
        assert self.let_go.wait(5)
        return MODEL.encode(texts)

    def close(self) -> None:
        """Nothing to end."""


def test_a_page_does_not_wait_for_a_busy_model(day: KnowledgeDay) -> None:
    """RULES: pages stay fast while the analyser reads a backlog; nothing piles up behind a question that hangs."""
    slow = Slow()
    encode = EncodeInTime(slow, seconds=0.01)  # type: ignore[arg-type]  # a list is a sequence
    assert encode(["een"]) is None
    assert encode(["twee"]) is None, "the second does not queue behind the first"
    assert slow.asked == 1
    slow.let_go.set()
    for _ in range(100):
        if (found := encode(["drie"])) is not None:
            break
        Event().wait(0.01)
    assert found is not None
    assert found.shape == (1, 256)
    encode.close()


def test_a_broken_model_is_no_broken_page() -> None:
    class Broken(Slow):
        def encode(self, texts: list[str]) -> NDArray[np.float32]:
            raise RuntimeError(texts)

    encode = EncodeInTime(Broken(), seconds=1)  # type: ignore[arg-type]  # a list is a sequence
    assert encode(["een"]) is None
    encode.close()


def test_the_last_days_end_with_this_moment_wherever_they_are_counted(day: KnowledgeDay) -> None:
    """The page and the command tell one number, also of what was answered in the second in which they are asked."""
    day.answer("Waar lees ik de meterstand af?", "Op het scherm.")
    since, until = last_days(7, day.desk.clock.now())
    assert sum(one.contacts for one in count_grid(day.known.words, day.known.grid, since=since, until=until)) == 1
    before = last_days(7, day.desk.clock.now() - timedelta(seconds=1))
    assert count_grid(day.known.words, day.known.grid, since=before[0], until=before[1]) == ()
