"""Labels of a batch: probable answers with the model's name, rules beside heads, other models and what a brand taught in their place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.labels.labeller import Labeller, ReadText
from listener.labels.offsets import Offset
from listener.model.analysis import Label
from listener.settings.wording import lexicons
from listener.text.clean import clean
from tests.listener.labels.making import MODEL_ID, heads

GOOD, BAD = [1.0, 0.0], [0.0, 1.0]


def text(words: str, language: str = "nl", brands: tuple[str, ...] = ("Stroomwerk",)) -> ReadText:
    return ReadText(text=words, clean=clean(words), language=language, brands=brands)


def vectors(*rows: list[float]) -> list[NDArray[np.float32]]:
    return [np.array(row, dtype=np.float32) for row in rows]


def values(labels: Sequence[Label]) -> dict[str, str]:
    return {one.name: one.value for one in labels}


def test_a_label_says_how_probable_it_is_and_who_says_so() -> None:
    (labels,) = Labeller(lexicons(), heads=heads(), model_id=MODEL_ID).labels([text("Hoe laat?")], vectors(GOOD))
    by_name = {one.name: one for one in labels}
    assert by_name["sentiment"].value == "positive"
    assert by_name["question"].value == "yes"
    for one in labels:
        assert 0 < one.probability <= 1
        assert one.model == "heads-test"


def test_an_improbable_yes_is_not_kept() -> None:
    (labels,) = Labeller(lexicons(), heads=heads(), model_id=MODEL_ID).labels([text("Om drie uur.")], vectors(GOOD))
    assert "question" not in values(labels)


def test_vectors_of_another_model_are_not_believed() -> None:
    """A head would answer at random: then words alone decide, and the label's model says so."""
    (labels,) = Labeller(lexicons(), heads=heads(), model_id="another-model").labels([text("kapot")], vectors(GOOD))
    sentiment = next(one for one in labels if one.name == "sentiment")
    assert sentiment.value == "negative"
    assert sentiment.model == "heads-test-words"


def test_another_reader_of_dutch_changes_nothing_for_english() -> None:
    trained = heads(model_id="base+nl-1")
    assert trained.trusts("base+nl-1", "nl")
    assert trained.trusts("base", "en")
    assert not trained.trusts("base", "nl")
    assert not trained.trusts("base+nl-2", "nl")
    assert trained.trusts("base+nl-2", "en")
    assert not trained.trusts("other+nl-1", "en")


def test_rules_add_their_own_and_the_surer_of_two_stands() -> None:
    def rule(read: ReadText) -> Sequence[Label]:
        return [Label(name="spam", value="yes", probability=sure, model="rule") for sure in (0.4, 0.9) if "klik" in read.text]

    labeller = Labeller(lexicons(), heads=heads(), model_id=MODEL_ID, rules=[rule])
    first, second = labeller.labels([text("klik hier"), text("niets")], vectors(BAD, GOOD))
    assert [one.probability for one in first if one.name == "spam"] == [0.9]
    assert "spam" not in values(second)


def test_another_model_answers_in_a_heads_place() -> None:
    read = text("mooi")
    said = {read.clean.hash: (Label(name="sentiment", value="neutral", probability=0.7, model="theirs"),)}
    labeller = Labeller(lexicons(), heads=heads(), model_id=MODEL_ID, replaced=["sentiment"])
    (labels,) = labeller.labels([read], vectors(GOOD), said)
    assert [(one.value, one.model) for one in labels if one.name == "sentiment"] == [("neutral", "theirs")]


def test_what_a_brand_taught_holds_for_that_brand_only() -> None:
    offset = Offset(name="Stroomwerk@2026-03-03", weights=np.array([[9.0, 0.0, -9.0], [0.0, 0.0, 0.0]]), bias=np.zeros(3))
    labeller = Labeller(lexicons(), heads=heads(), model_id=MODEL_ID, offsets={"Stroomwerk": {"sentiment": offset}})
    ours, theirs = labeller.labels([text("iets"), text("iets", brands=("Ander",))], vectors(GOOD, GOOD))
    assert values(ours)["sentiment"] == "negative"
    assert values(theirs)["sentiment"] == "positive"
    assert {one.model for one in ours if one.name == "sentiment"} == {"heads-test+Stroomwerk@2026-03-03"}


def test_idea_and_compliment_follow_the_cause() -> None:
    (labels,) = Labeller(lexicons()).labels([text("Tip: het zou handig zijn als je de termijn in de app kunt wijzigen")], vectors(GOOD))
    assert values(labels)["cause"] == "idea"
    assert values(labels)["idea"] == "yes"


def test_praise_that_does_not_sound_glad_is_hardly_a_compliment() -> None:
    """ "Thanks to your fraud detection I sleep at the airport" must not stand among the compliments of a digest."""
    read = text("Dankzij jullie slaap ik vannacht op het vliegveld")
    said = {
        read.clean.hash: (
            Label(name="cause", value="compliment", probability=0.8, model="m"),
            Label(name="sentiment", value="negative", probability=0.9, model="m"),
        )
    }
    (labels,) = Labeller(lexicons(), replaced=("cause", "sentiment")).labels([read], vectors(GOOD), said)
    assert [one.probability for one in labels if one.name == "compliment"] == [pytest.approx(0.1)]


@pytest.mark.parametrize("labeller", [Labeller(lexicons()), Labeller(lexicons(), heads=heads(), model_id=MODEL_ID)])
def test_an_empty_batch_and_an_empty_text_are_no_trouble(labeller: Labeller) -> None:
    assert labeller.labels([], []) == []
    (labels,) = labeller.labels([text("")], vectors(GOOD))
    assert "sentiment" in values(labels)
