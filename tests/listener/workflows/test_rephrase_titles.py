"""A language model words extracted titles of issues that the model named, and leaves a person's title alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from listener.clock import ManualClock
from listener.insight.store import Insight
from listener.ledger.ledger import Ledger
from listener.rephrase.rephraser import Rephraser
from listener.settings.schema import ListenerSettings, RephraseSettings
from listener.settings.secrets import Secrets
from listener.workflows.check_keys import check_rephrase
from listener.workflows.rebuild_insight import catch_up
from listener.workflows.rephrase_titles import RephraseTitles

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
EXTRACTED = "dubbele incasso · afgeschreven"
SMOOTH = "Dubbele incasso afgeschreven"
ON = RephraseSettings.model_validate({"url": "http://127.0.0.1:9/v1", "model": "small"})


class Smooth(Rephraser):
    """Always has one answer, and remembers what it was shown."""

    def __init__(self, answer: str, settings: RephraseSettings = ON, *, meanwhile: Callable[[], None] = lambda: None) -> None:
        super().__init__(settings, key=None, clock=ManualClock(NOON), stop_words=frozenset())
        self.answer = answer
        self.meanwhile = meanwhile
        self.shown: list[tuple[str, ...]] = []

    async def title(self, extracted: str, phrases: Sequence[str], quotes: Sequence[str], *, language: str) -> str:
        self.shown.append((*phrases, *quotes, language))
        self.meanwhile()
        return self.answer or extracted


@pytest.fixture
def rephrase(ledger: Ledger, insight: Insight) -> Callable[[Rephraser], RephraseTitles]:
    def make(rephraser: Rephraser) -> RephraseTitles:
        catch_up(ledger, insight, model_id="by-hand")
        return RephraseTitles(ledger, insight, rephraser, clock=ManualClock(NOON), zone=UTC, key=b"key")

    return make


def titled(ledger: Ledger, issue_id: int) -> str:
    return ledger.issues.titles([issue_id])[issue_id]


@pytest.fixture
def issue_id(new_issue: Callable[..., int], tell: Callable[..., list[int]]) -> int:
    made = new_issue(EXTRACTED)
    tell(3, 2, 1, issue_id=made, text="dubbele incasso afgeschreven")
    return made


def test_an_extracted_title_is_worded_once(ledger: Ledger, issue_id: int, rephrase: Callable[[Rephraser], RephraseTitles]) -> None:
    smooth = Smooth(SMOOTH)
    workflow = rephrase(smooth)
    assert [workflow.once(), workflow.once()] == [1, 0]
    assert titled(ledger, issue_id) == SMOOTH
    assert smooth.shown[0][:3] == ("dubbele incasso", "afgeschreven", "dubbele incasso afgeschreven (3)")
    assert smooth.shown[0][-1] == "nl"


def test_a_dropped_title_is_not_asked_for_again(ledger: Ledger, issue_id: int, rephrase: Callable[[Rephraser], RephraseTitles]) -> None:
    smooth = Smooth("")
    workflow = rephrase(smooth)
    assert [workflow.once(), workflow.once(), len(smooth.shown)] == [0, 0, 1]
    assert titled(ledger, issue_id) == EXTRACTED


@pytest.mark.parametrize("before", [True, False])
def test_a_persons_title_stands(ledger: Ledger, issue_id: int, rephrase: Callable[[Rephraser], RephraseTitles], before: bool) -> None:
    """Also when it was given while the language model was thinking."""

    def rename() -> None:
        ledger.issues.rename(issue_id, "Incasso · mijn naam", by="carla", at=NOON)

    if before:
        rename()
    assert rephrase(Smooth(SMOOTH, meanwhile=rename)).once() == 0
    assert titled(ledger, issue_id) == "Incasso · mijn naam"


def test_off_by_default_asks_nobody(issue_id: int, rephrase: Callable[[Rephraser], RephraseTitles]) -> None:
    off = Smooth(SMOOTH, ListenerSettings.model_validate({}).rephrase)
    assert rephrase(off).once() == 0
    assert off.shown == []


@pytest.mark.parametrize(
    ("given", "levels"),
    [
        ({}, []),  # off: nothing to tell
        ({"url": "https://models.example/v1/chat/completions", "model": "small"}, ["ok"]),
        ({"url": "https://models.example/v1/chat/completions"}, ["fail"]),  # which model?
        ({"url": "ftp://models.example", "model": "small"}, ["fail"]),
    ],
)
def test_doctor_tells_whether_it_can_be_asked(tmp_path: Path, given: dict[str, str], levels: list[str]) -> None:
    settings = ListenerSettings.model_validate({"rephrase": given})
    found = list(check_rephrase(settings, Secrets(tmp_path, environment={}), file=tmp_path / "klankbord.yaml"))
    assert [one.level for one in found] == levels
