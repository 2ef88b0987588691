"""What cannot be read holds up nothing else: it raises, hangs, ends its process, or is everything there is (RULES F24)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.bootstrap import new_analysis
from listener.embedding.hashed import HashedEmbedder
from listener.ledger.ledger import Ledger
from listener.model.mention import Kept, StoredMention
from listener.settings.schema import ListenerSettings
from listener.workflows.analyse_mentions import AnalyseMentions
from listener.workflows.read_alone import failures
from listener.workflows.set_apart import BATCH_KEY, LONG, MOST_TRIES
from tests.fakes.reading import Work
from tests.fakes.source import mention

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
POISON = "GIFTIG"


class Poisoned(HashedEmbedder):
    """Ends with an error on a poisoned text, and on every text while it is `ill`. Counts what it is asked."""

    ill = False
    asked = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += 1
        if self.ill or any(POISON in text for text in texts):
            raise RuntimeError("this text ends the parser")
        return super().encode(texts)


def store(ledger: Ledger, texts: Sequence[str]) -> None:
    posts = [mention(str(n), text, author=f"p{n}", at=START + timedelta(minutes=n)) for n, text in enumerate(texts)]
    ledger.mentions.add_page([Kept(mention=one, hits=()) for one in posts], source="forum", next_cursor=None, at=START)


def analysis(ledger: Ledger, embedder: Any = None, screen: Any = None) -> AnalyseMentions:
    settings = ListenerSettings.model_validate({"brands": [{"name": "Stroomwerk"}], "detection": {"regroup_every": 100_000}})
    workflow = new_analysis(settings, ledger, None, embedder or HashedEmbedder())
    if screen is not None:
        workflow._apart._screen = screen
    return workflow


def run(workflow: AnalyseMentions, most: int = 100) -> None:
    while workflow.once().more and (most := most - 1):
        pass


def test_what_raises_hangs_or_ends_its_process_is_told_apart_and_the_rest_is_tried_all_the_same(ledger: Ledger) -> None:
    """One process after the other, until every mention had its turn."""
    store(ledger, ["well", "raise", "hang", "end", "wait", "wait a while", "well"])
    found = failures(Work(), ledger.mentions.by_ids(range(1, 99)), each_seconds=1.0, wait_seconds=10.0)
    assert found == {
        2: "ValueError: no such word",
        3: "reading it takes longer than 1 seconds",
        4: "reading it ends the process that reads it (-11)",
        5: "reading it did not end within 10 seconds",
    }


@pytest.mark.parametrize("every", [1_000, 1])
def test_one_in_a_thousand_or_all_are_set_apart_exactly_and_read_once_they_can_be(ledger: Ledger, every: int) -> None:
    """The count is exact, each with its reason; the others are analysed, and another look at them all works."""
    texts = [f"{POISON} {n}" if n % every == 0 else f"de app laat mij niet inloggen, {n}" for n in range(1_000 if every > 1 else 60)]
    store(ledger, texts)
    embedder = Poisoned()
    run(analysis(ledger, embedder))
    bad = [n for n, text in enumerate(texts) if POISON in text]
    apart = ledger.mentions.quarantined()
    assert [one.mention_id for one in apart] == [n + 1 for n in bad]
    assert {one.error for one in apart} == {"RuntimeError: this text ends the parser"}
    assert ledger.analyses.analysed_count() == len(texts) - len(bad)
    assert ledger.mentions.unanalysed_count() == 0
    assert embedder.asked < 12 + 260 * (every > 1) + 8 * len(bad), "the others are not read again for each of them"
    assert all(ledger.mentions.requeue(one.mention_id) for one in apart)
    run(analysis(ledger))
    assert ledger.analyses.analysed_count() == len(texts)
    assert ledger.mentions.quarantined() == []


def test_a_model_that_fails_on_everything_is_nobodys_fault(ledger: Ledger) -> None:
    """Too little memory for a minute must not set a thousand complaints apart."""
    store(ledger, [f"geen stroom {n}" for n in range(20)])
    embedder = Poisoned()
    workflow = analysis(ledger, embedder)
    embedder.ill = True
    for _ in range(MOST_TRIES + 1):
        with pytest.raises(RuntimeError):
            workflow.once()
    assert ledger.mentions.quarantined() == []
    embedder.ill = False
    run(workflow)
    assert ledger.analyses.analysed_count() == 20


class Screening:
    """Stands for the other process: fails on these ids, and remembers what it was asked."""

    def __init__(self, *bad: int) -> None:
        self.bad = bad
        self.asked: list[list[int]] = []

    def __call__(self, _work: object, stored: Sequence[StoredMention]) -> dict[int, str]:
        self.asked.append([one.mention_id for one in stored])
        return {one.mention_id: "reading it ends the process that reads it (-11)" for one in stored if one.mention_id in self.bad}


def test_a_process_that_died_over_a_mention_does_not_die_over_it_again(ledger: Ledger) -> None:
    """Whoever restarts the service would otherwise restart it for ever: the batch under way is read elsewhere first."""
    store(ledger, [f"geen stroom {n}" for n in range(10)])

    class Dies(HashedEmbedder):
        def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
            raise KeyboardInterrupt  # as good as a process that ends here: nothing is saved, nothing is noted

    with pytest.raises(KeyboardInterrupt):
        analysis(ledger, Dies()).once()
    assert sorted(json.loads(ledger.meta.get(BATCH_KEY) or "")) == list(range(1, 11))
    screening = Screening(4)
    run(analysis(ledger, screen=screening))
    assert [sorted(asked) for asked in screening.asked] == [list(range(1, 11)), [4], [4]]
    assert [one.mention_id for one in ledger.mentions.quarantined()] == [4]
    assert ledger.analyses.analysed_count() == 9
    store(ledger, [f"geen stroom {n}" for n in range(13)])
    run(analysis(ledger, screen=screening))
    assert len(screening.asked) == 3, "what was saved is suspected of nothing"


def test_a_very_long_text_is_read_in_another_process_first(ledger: Ledger) -> None:
    """What takes its time by the square of the length stops there after seconds, and here nothing stands still."""
    store(ledger, ["kort", "lang " * (LONG // 5 + 1), "ook kort"])
    screening = Screening()
    run(analysis(ledger, screen=screening))
    assert screening.asked == [[2]]
    run(analysis(ledger))
    store(ledger, ["x"] * 3 + ["nog langer " * LONG])
    run(analysis(ledger))
    assert ledger.analyses.analysed_count() == 4
    assert ledger.mentions.quarantined() == []
