"""An issue in two sentences that a manager can repeat: what, how many people, since when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from listener.digest.summary import summary_of
from listener.model.figures import IssueFigures

FACTS = {
    "title": "dubbele incasso · afgeschreven",
    "mentions": 14,
    "authors": 12,
    "period_mentions": 9,
    "first_at": datetime(2026, 3, 10, 14, 5, tzinfo=UTC),
}


def test_it_tells_what_how_many_people_and_since_when(
    issue: Callable[..., IssueFigures], templates: Callable[[str], dict[str, str]]
) -> None:
    told = summary_of(issue(**FACTS), language="nl", zone=UTC, templates=templates("nl"))
    assert told == (
        "Het gaat over “dubbele incasso”, “afgeschreven”. Sinds di 10 mrt 2026 14:05 schreven 12 verschillende mensen erover "
        "in 14 berichten, waarvan 9 in de laatste periode."
    )


def test_english_says_the_same(issue: Callable[..., IssueFigures], templates: Callable[[str], dict[str, str]]) -> None:
    told = summary_of(issue(**FACTS), language="en", zone=UTC, templates=templates("en"))
    assert told.startswith("It is about “dubbele incasso”, “afgeschreven”. 12 different people wrote about it in 14 mentions since ")
    assert told.endswith(", 9 of them in the last period.")


def test_nobody_is_counted_as_a_person_without_saying_so(
    issue: Callable[..., IssueFigures], templates: Callable[[str], dict[str, str]]
) -> None:
    """An import without a column for authors must not be told as so many different people."""
    none_known = summary_of(issue(**FACTS | {"nameless": 14, "authors": 14}), language="nl", zone=UTC, templates=templates("nl"))
    assert none_known.endswith(
        "Sinds di 10 mrt 2026 14:05 zijn er 14 berichten over, waarvan 9 in de laatste periode; wie ze schreef, is onbekend."
    )
    some_known = summary_of(issue(**FACTS | {"nameless": 3}), language="en", zone=UTC, templates=templates("en"))
    assert "(of 3 the author is unknown; each of them counts as one person), 9 of them in the last period." in some_known


def test_an_issue_of_this_period_only_names_its_mentions_once(
    issue: Callable[..., IssueFigures], templates: Callable[[str], dict[str, str]]
) -> None:
    told = summary_of(issue(**FACTS | {"period_mentions": 14}), language="nl", zone=UTC, templates=templates("nl"))
    assert told.endswith("in 14 berichten.")


def test_a_title_cannot_break_the_line_or_run_as_a_template(
    issue: Callable[..., IssueFigures], templates: Callable[[str], dict[str, str]]
) -> None:
    told = summary_of(issue(**FACTS | {"title": "een\n{{ 7 * 7 }}"}), language="nl", zone=UTC, templates=templates("nl"))
    assert told.startswith("Het gaat over “een {{ 7 * 7 }}”.")
