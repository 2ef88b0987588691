"""Corrected labels: a person's answer stands before the model's, survives a new analysis, and belongs to the text it was about."""

from __future__ import annotations

import pytest

from listener.errors import InputError
from listener.ledger.ledger import Ledger
from listener.model.analysis import Label
from listener.model.mention import MentionKey
from tests.listener.ledger.making import MODEL, NOON, add, analyse, later, mention, removal, step


def labels(ledger: Ledger, mention_id: int = 1) -> dict[str, str]:
    return next(one.labels for one in ledger.analyses.analysed(since=None, model=MODEL) if one.mention_id == mention_id)


@pytest.fixture
def analysed(ledger: Ledger) -> Ledger:
    add(ledger, mention("1"))
    analyse(ledger)
    return ledger


def test_a_persons_answer_stands_before_the_models(analysed: Ledger) -> None:
    before = labels(analysed)
    assert before["sentiment"] != "positive"
    analysed.labels.correct(1, "sentiment", "positive", by="anna", at=NOON)
    assert labels(analysed) == before | {"sentiment": "positive"}


def test_the_newest_answer_stands_and_every_line_is_kept(analysed: Ledger) -> None:
    analysed.labels.correct(1, "sentiment", "positive", by="anna", at=NOON)
    analysed.labels.correct(1, "sentiment", "neutral", by="bram", at=later(1))
    assert labels(analysed)["sentiment"] == "neutral"
    assert [(one.value, one.by, one.at) for one in analysed.labels.record(1)] == [("positive", "anna", NOON), ("neutral", "bram", later(1))]


def test_a_correction_taken_back_shows_the_models_answer_again(analysed: Ledger) -> None:
    before = labels(analysed)
    analysed.labels.correct(1, "sentiment", "positive", by="anna", at=NOON)
    analysed.labels.undo(1, "sentiment", by="anna", at=later(1))
    assert labels(analysed) == before
    assert [one.value for one in analysed.labels.record(1)] == ["positive", None]
    with pytest.raises(InputError, match="nothing to take back"):
        analysed.labels.undo(1, "sentiment", by="anna", at=later(2))


def test_no_takes_a_yes_away(analysed: Ledger) -> None:
    analysed.labels.correct(1, "spam", "yes", by="anna", at=NOON)
    assert labels(analysed)["spam"] == "yes"
    analysed.labels.correct(1, "spam", "no", by="anna", at=later(1))
    assert "spam" not in labels(analysed)


def test_an_edited_text_is_read_anew(analysed: Ledger) -> None:
    """What a person said was about other words."""
    analysed.labels.correct(1, "sentiment", "positive", by="anna", at=NOON)
    add(analysed, mention("1", "toch niet zo goed", edited_at=later(5)))
    assert labels(analysed)["sentiment"] == "positive"  # the old text is still what is analysed
    analyse(analysed)
    assert labels(analysed)["sentiment"] != "positive"
    assert len(analysed.labels.record(1)) == 1


def test_insight_hears_of_a_correction(analysed: Ledger) -> None:
    seq = analysed.analyses.last_seq()
    analysed.labels.correct(1, "cause", "idea", by="anna", at=NOON)
    facts, _, _ = analysed.analyses.changes_since(seq, 10, MODEL)
    assert [one.labels["cause"] for one in facts] == ["idea"]
    assert analysed.labels.last_correction() == 1


def test_a_person_and_the_model_can_be_read_side_by_side(analysed: Ledger) -> None:
    """The agent's own mark for "unnecessary" is counted beside the model's."""
    analysed.labels.correct(1, "unnecessary", "yes", by="anna", at=NOON)
    analysed.labels.correct(1, "sentiment", "positive", by="bram", at=NOON)
    said = {one.name: one for one in analysed.labels.standing()}
    assert said["unnecessary"].by == "anna"
    assert said["unnecessary"].model_value is None
    assert said["sentiment"].model_value == labels_of_model(analysed)["sentiment"].value
    assert said["sentiment"].model_probability > 0
    assert analysed.labels.standing([1]) == analysed.labels.standing()
    assert analysed.labels.standing([2]) == []


def labels_of_model(ledger: Ledger) -> dict[str, Label]:
    stored = ledger.mentions.by_ids([1])
    return {one.name: one for one in step(stored).analyses[0].labels}


@pytest.mark.parametrize(
    ("mention_id", "name", "value", "says"),
    [
        (9, "sentiment", "positive", "no analysed mention 9"),
        (1, "mood", "good", "there is no label 'mood'"),
        (1, "sentiment", "good", "negative, neutral, positive"),
    ],
)
def test_a_mistake_is_named(analysed: Ledger, mention_id: int, name: str, value: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        analysed.labels.correct(mention_id, name, value, by="anna", at=NOON)


def test_a_removed_mention_has_no_answers_left_to_learn_from(analysed: Ledger) -> None:
    analysed.labels.correct(1, "sentiment", "positive", by="anna", at=NOON)
    add(analysed, removals=[removal("1")])
    assert analysed.labels.standing() == []
    assert analysed.mentions.find(MentionKey("reddit", "reddit.com", "1")) is None
