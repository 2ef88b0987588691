"""The heads that ship: small, answering what the product knows, right on plain cases, and floored by rows nobody learned from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from listener.labels.features import buckets, counts
from listener.labels.heads import Heads, Seen
from listener.model.correction import ANSWERS
from listener.settings.resources import shipped, shipped_text
from listener.settings.wording import label_checks, label_heads, lexicons
from listener.text.clean import clean

MOST_BYTES = 4_000_000
TASKS = {"sentiment", "cause", "question", "urgency", "unnecessary", "searched_first", "spam"}


@pytest.fixture(scope="module")
def heads() -> Heads:
    found = label_heads()
    assert found is not None
    return found


def by_words(heads: Heads, task: str, text: str, language: str) -> str:
    """What a head says without a vector: it needs no model, and it is what other models fall back to."""
    read = clean(text)
    seen = Seen(buckets=[buckets(read.text)], counts=np.stack([counts(read, language, lexicons())]), languages=[language])
    head = heads.heads[task]
    return head.values[int((heads.probabilities(seen, tasks=[task])[task][0] * head.alone.favour).argmax())]


def test_every_head_gives_the_answers_that_people_may_give(heads: Heads) -> None:
    assert set(heads.heads) == TASKS
    for task, head in heads.heads.items():
        assert sorted(head.values) == sorted(ANSWERS[task])


def test_the_weights_are_small_and_their_card_names_data_and_licences() -> None:
    with shipped("heads", "heads.npz").open("rb") as opened:
        assert len(opened.read()) <= MOST_BYTES
    card = shipped_text("heads", "CARD.md")
    for named in ("GoEmotions", "CC BY 4.0", "SMS Spam Collection", "CC0", "Limits"):
        assert named in card


@pytest.mark.parametrize(
    ("task", "text", "language", "answer"),
    [
        ("question", "Kan ik mijn contract ook per maand opzeggen?", "nl", "yes"),
        ("question", "The lamp arrived broken, again.", "en", "no"),
        ("sentiment", "I love this, thank you so much!", "en", "positive"),
        ("sentiment", "This is terrible and disgusting.", "en", "negative"),
        ("sentiment", "Wat verschrikkelijk, ik haat dit.", "nl", "negative"),
        ("sentiment", "Heel erg bedankt, ik ben er zo blij mee!", "nl", "positive"),
        ("searched_first", "Ik heb overal op jullie site gezocht en de handleiding gelezen, niets gevonden.", "nl", "yes"),
        ("searched_first", "The driver was friendly.", "en", "no"),
        ("urgency", "We are trapped in the lift, my mother needs her insulin, help!", "en", "high"),
        ("urgency", "Complimenten voor het team, wat een mooie winkel.", "nl", "low"),
        ("spam", "WINNER! You have been selected for a free prize, call now to claim", "en", "yes"),
    ],
)
def test_plain_cases_are_right_by_words_alone(heads: Heads, task: str, text: str, language: str, answer: str) -> None:
    assert by_words(heads, task, text, language) == answer


def test_the_floor_has_rows_for_what_people_correct_most() -> None:
    checks = label_checks()
    assert {"sentiment", "cause", "urgency", "question", "unnecessary", "searched_first"} <= set(checks)
    for task, rows in checks.items():
        assert len(rows) == len(rows.logits) == len(rows.vectors) > 50
        assert _right(rows.logits.argmax(axis=1).tolist(), rows.answers.tolist()) > 0.6, task


def _right(said: Sequence[int], answers: Sequence[int]) -> float:
    return sum(one == other for one, other in zip(said, answers, strict=True)) / len(answers)
