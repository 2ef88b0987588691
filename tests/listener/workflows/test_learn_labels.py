"""Learning from corrections: per brand, from what may be learned from, kept with figures and reasons, used by the next batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from listener.issues.prepare import Reader
from listener.labels.labeller import Labeller
from listener.labels.learning import Answered
from listener.ledger.ledger import Ledger, open_ledger
from listener.model.analysis import Analysis, AnalysisStep, NewEmbedding
from listener.settings.wording import lexicons, stop_words
from listener.text.language import Languages
from listener.workflows.learn_labels import LearnLabels, learned_labels
from tests.listener.labels.making import MODEL_ID, heads
from tests.listener.ledger.making import NOON, add, mention

NIGHT = datetime(2026, 3, 3, 3, tzinfo=UTC)
READER = Reader(brands=("Stroomwerk",), stopwords=stop_words(), languages=Languages.from_lists(**stop_words()))


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with open_ledger("sqlite://") as opened:
        yield opened


def learning(ledger: Ledger, checks: dict[str, Answered] | None = None) -> LearnLabels:
    labeller = Labeller(lexicons(), heads=heads(), model_id=MODEL_ID)
    return LearnLabels(ledger, reader=READER, labeller=labeller, model_id=MODEL_ID, checks=checks or {})


def store(ledger: Ledger, count: int, *, platform: str = "mastodon") -> None:
    """Store and analyse posts whose vectors turn round half a circle: what the head takes for good, this brand's people mean badly."""
    add(ledger, *(replace(mention(f"{platform}-{at}", f"bericht nummer {at} over de zaak"), platform=platform) for at in range(count)))
    waiting = ledger.mentions.unanalysed(1000)
    read = [READER.read(one) for one in waiting]
    turns = [np.array([np.cos(at / count * 1.5), np.sin(at / count * 1.5)], dtype=np.float32) for at in range(len(read))]
    ledger.analyses.save(
        AnalysisStep(
            at=NOON,
            analyses=tuple(
                Analysis(
                    mention_id=one.stored.mention_id,
                    revision=0,
                    language="nl",
                    card_id=one.stored.mention_id,
                    text_hash=one.clean.hash,
                )
                for one in read
            ),
            embeddings=tuple(NewEmbedding(text_hash=r.clean.hash, model=MODEL_ID, vector=v) for r, v in zip(read, turns, strict=True)),
        )
    )
    for one, turn in zip(waiting, turns, strict=True):
        ledger.labels.correct(one.mention_id, "sentiment", "neutral" if turn[0] > 0.5 else "negative", by="anna", at=NOON)


def test_what_a_brands_people_say_again_and_again_is_learned(ledger: Ledger) -> None:
    store(ledger, 60)
    done = learning(ledger).once(NIGHT)
    lesson = done.lessons["Stroomwerk"]["sentiment"]
    assert lesson["reason"] == "adopted"
    assert lesson["after"] > lesson["before"]
    assert lesson["rows"] == 60
    assert learned_labels(ledger) == done
    assert set(done.offsets(MODEL_ID)["Stroomwerk"]) == {"sentiment"}
    assert done.offsets("another-model") == {}


@pytest.mark.parametrize("platform", ["x", "discord", "reddit", "X.com", "twitter / x", "reddit.com"])
def test_what_platforms_forbid_to_learn_from_is_left_out(ledger: Ledger, platform: str) -> None:
    """RULES "Learning": the label shown changes, and that is all."""
    store(ledger, 60, platform=platform)
    done = learning(ledger).once(NIGHT)
    assert done.lessons == {}
    assert (done.corrections, done.left_out) == (60, 60)


def test_what_makes_the_shipped_check_rows_worse_is_refused(ledger: Ledger) -> None:
    store(ledger, 60)
    towards = np.tile(np.array([[1.0, 0.0]], dtype=np.float32), (30, 1))
    check = Answered(logits=np.tile([0.0, 0.0, 0.1], (30, 1)), vectors=towards, answers=np.full(30, 2))
    lesson = learning(ledger, {"sentiment": check}).once(NIGHT).lessons["Stroomwerk"]["sentiment"]
    assert "offset" not in lesson
    assert lesson["reason"] == "worse on the shipped check rows"


def test_few_corrections_wait_and_the_reason_is_kept(ledger: Ledger) -> None:
    store(ledger, 3)
    assert "waits" in learning(ledger).once(NIGHT).lessons["Stroomwerk"]["sentiment"]["reason"]


def test_one_run_a_night_and_none_without_corrections(ledger: Ledger) -> None:
    assert not learning(ledger).due(NIGHT, hour=3)
    store(ledger, 3)
    assert not learning(ledger).due(NIGHT - timedelta(hours=1), hour=3)
    assert learning(ledger).due(NIGHT, hour=3)
    learning(ledger).once(NIGHT)
    assert not learning(ledger).due(NIGHT + timedelta(hours=2), hour=3)
    assert learning(ledger).due(NIGHT + timedelta(days=1), hour=3)
