"""The page of sources says how far kept posts are looked at again: a budget that does not suffice breaks the promise, and that is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listener.model.recheck import Looked, RecheckCoverage
from tests.fakes.staff import StaffDay
from tests.moderation.inbox.conftest import visit, words_of

LATE = RecheckCoverage(
    every_hours=24,
    young_days=0,
    then_hours=24,
    kept=1_200,
    overdue=200,
    state="capped",
    note="",
    today=Looked(asked=100, removed=3, edited=1),
)


@pytest.mark.parametrize(
    ("recheck", "said"),
    [
        (LATE, "Bewaarde berichten opnieuw bekeken binnen 24 uur: 83%; te laat: 200 van 1.200. Het budget van vandaag hiervoor is op;"),
        (LATE, "Vandaag: 100 bekeken, 3 verdwenen, 1 gewijzigd."),
        (replace(LATE, overdue=0, state="ok"), "binnen 24 uur: 100%; te laat: 0 van 1.200. Vandaag:"),
        (replace(LATE, young_days=7, then_hours=168), "te laat: 200 van 1.200. Na 7 dagen hier is dat 168 uur."),
        (replace(LATE, state="doubted"), "dat geloven we niet, en alles blijft bewaard."),
        (replace(LATE, state="refused"), "Het platform weigert het; iemand moet iets doen."),
    ],
)
def test_a_source_tells_what_was_looked_at_again(day: StaffDay, recheck: RecheckCoverage, said: str) -> None:
    day.coverage = (replace(day.coverage[0], recheck=recheck),)
    assert said in words_of(visit(day).come_in().get("/sources").text)


def test_a_source_of_which_nothing_is_promised_says_nothing(day: StaffDay) -> None:
    day.coverage = (replace(day.coverage[0], recheck=None),)
    assert "opnieuw bekeken" not in words_of(visit(day).come_in().get("/sources").text)
