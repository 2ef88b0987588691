"""Promises of the analysing workflow: nothing twice, nothing lost to one bad mention, people and removals taken over, models changeable."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.bootstrap import new_analysis
from listener.insight.store import Insight, open_insight
from listener.issues.analyst import Analyst
from listener.issues.prepare import Prepared
from listener.ledger.ledger import Ledger, open_ledger
from listener.model.analysis import AnalysisStep
from listener.model.issue import Membership, NewIssue
from listener.model.mention import Removal, StoredMention
from listener.settings.schema import ListenerSettings
from listener.workflows.analyse_mentions import SPARING
from tests.fakes.analysing import CountingEmbedder, analysis, post, run, store
from tests.fakes.complaints import START


def grouped(ledger: Ledger) -> int:
    """Put all mentions into one new issue, as the analyser would have, and return its id."""
    members = [one.mention_id for one in ledger.mentions.latest(100)]
    lines = tuple(Membership(mention_id=one, issue_id=-1, by="model", reason="near", at=START) for one in members)
    issue = NewIssue(temporary_id=-1, title="Dubbele incasso", created_at=START)
    return ledger.analyses.save(AnalysisStep(at=START, new_issues=(issue,), memberships=lines))[-1]


@pytest.mark.parametrize(("sparing", "regroupings"), [(False, 3), (True, 1)])
def test_beside_people_at_work_regrouping_rests_in_proportion_to_what_it_took(
    ledger: Ledger, insight: Insight, sparing: bool, regroupings: int
) -> None:
    """Half a minute of regrouping every three minutes would make every page of that half minute late."""
    clock = itertools.count(step=10)  # each look at it is ten seconds after the one before
    settings = ListenerSettings.model_validate({"detection": {"regroup_every": 20}})
    workflow = new_analysis(settings, ledger, insight, CountingEmbedder(), batch_size=8, monotonic=lambda: float(next(clock)))
    store(ledger, *(post(n, f"klacht nummer {n} over de rekening") for n in range(80)))
    counts = set[int]()
    while workflow.once(sparing=sparing).more:
        counts.add(ledger.analyses.last_regroup_count())
    assert len(counts - {0}) == regroupings
    for _ in range(SPARING):
        workflow.once(sparing=sparing)
    assert ledger.analyses.last_regroup_count() >= 60, "it is made up for when the rest is over"


def test_no_text_is_encoded_twice_even_by_a_new_process(ledger: Ledger, insight: Insight) -> None:
    """Encoding is the cost of the product; a restart or a rebuild must not pay it again."""
    embedder = CountingEmbedder()
    store(ledger, *(post(n, f"de storing nummer {n} duurt lang") for n in range(10)))
    run(analysis(ledger, insight, embedder))
    once = embedder.encoded
    store(ledger, *(post(n, f"de storing nummer {n - 10} duurt lang") for n in range(10, 20)))
    run(analysis(ledger, insight, embedder))
    assert embedder.encoded == once
    assert insight.count() == 20


def test_encoding_ahead_asks_for_the_texts_in_the_batches_they_are_read_in(ledger: Ledger, insight: Insight) -> None:
    """A model's last digits depend on what it reads together: vectors must not depend on what was done ahead, and none is made twice."""

    class Listing(CountingEmbedder):
        def __init__(self) -> None:
            super().__init__()
            self.asked: list[list[str]] = []

        def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
            self.asked.append(list(texts))
            return super().encode(texts)

    store(ledger, *(post(n, f"klacht {n % 17} over de rekening") for n in range(30)))
    in_one_go, step_by_step = Listing(), Listing()
    run(analysis(ledger, insight, in_one_go))
    with open_ledger("sqlite://") as other, open_insight(None) as counts:
        store(other, *(post(n, f"klacht {n % 17} over de rekening") for n in range(30)))
        more = True
        while more:  # a new process before every batch has nothing made ahead
            workflow = analysis(other, counts, step_by_step)
            more = workflow.once().more
            workflow.close()
        again = {one.mention_id: one.vector for one in other.analyses.analysed(since=None, model="hashed")}
    assert in_one_go.encoded == 17
    assert [one for one in in_one_go.asked if one] == [
        [f"klacht {n} over de rekening" for n in part] for part in (range(8), range(8, 16), range(16, 17))
    ]
    kept = ledger.analyses.analysed(since=None, model="hashed")
    assert len(kept) == 30
    assert all(np.array_equal(one.vector, again[one.mention_id]) for one in kept)


def test_the_next_batch_is_made_ready_before_the_model_is_waited_for(
    ledger: Ledger, insight: Insight, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a backlog the model is what everything waits for: it goes from one batch to the next without a pause."""
    order: list[str] = []
    prepare = Analyst.prepare

    def told(analyst: Analyst, stored: Sequence[StoredMention]) -> Prepared:
        order.append(f"{stored[0].mention_id} ready")
        return prepare(analyst, stored)

    class Telling(CountingEmbedder):
        def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
            order.append(f"{texts[0].split()[1]} read")
            return super().encode(texts)

    monkeypatch.setattr(Analyst, "prepare", told)
    store(ledger, *(post(n, f"klacht {n + 1} over de rekening") for n in range(24)))
    workflow = analysis(ledger, insight, Telling())
    workflow.once()
    workflow.close()
    assert order == ["1 ready", "9 ready", "1 read", "9 read"]


def test_one_poisoned_mention_is_set_aside_after_three_tries_and_the_others_go_on(ledger: Ledger, insight: Insight) -> None:
    """RULES F24: whoever finds a text that ends our parser must not thereby silence everybody else."""
    store(ledger, *(post(n, "GIFTIG" if n == 3 else f"klacht {n} over de rekening") for n in range(8)))
    workflow = analysis(ledger, insight, CountingEmbedder(poison="GIFTIG"))
    for _ in range(3):
        workflow.once()
    assert ledger.analyses.analysed_count() == 7
    [quarantined] = ledger.mentions.quarantined()
    assert "this text ends the parser" in quarantined.error
    assert ledger.mentions.unanalysed_count() == 0


def test_a_removed_mention_takes_part_in_nothing_afterwards(ledger: Ledger, insight: Insight) -> None:
    """What a customer deletes is gone from counts at the next look, without a restart."""
    store(ledger, *(post(n, f"app log in lukt niet {n}") for n in range(8)))
    workflow = analysis(ledger, insight, CountingEmbedder())
    run(workflow)
    ledger.mentions.add_page(
        [], source="forum", next_cursor=None, at=START, removals=[Removal(platform="forum", realm="forum.example", native_id="2")]
    )
    store(ledger, post(50, "app log in lukt nog steeds niet"))
    run(workflow)
    assert insight.count() == 8
    assert ledger.mentions.count() == 8


def test_a_persons_move_holds_through_a_regrouping_in_the_running_process(ledger: Ledger, insight: Insight) -> None:
    """People's edits always win, also against a process that held another opinion in memory."""
    store(ledger, *(post(n, f"dubbele incasso van de bank, al {n} dagen") for n in range(24)))
    workflow = analysis(ledger, insight, CountingEmbedder())
    run(workflow)
    issue_id = grouped(ledger)
    moved = ledger.mentions.by_ids(range(1, 100))[0].mention_id
    ledger.issues.move(moved, None, by="Fenna", at=START)
    store(ledger, post(60, "dubbele incasso van de bank, wéér"))
    run(workflow)
    workflow.regroup(START + timedelta(days=1))
    placed = dict(ledger.issues.placed())
    assert placed[ledger.mentions.by_ids([moved])[0].mention.key] is None
    assert list(placed.values()).count(issue_id) >= 20


def test_another_model_encodes_what_was_analysed_before_and_keeps_the_issues(ledger: Ledger, insight: Insight) -> None:
    """`klankbord model use` must not empty the issue list."""
    store(ledger, *(post(n, f"dubbele incasso van de bank, al {n} dagen") for n in range(24)))
    before_model = CountingEmbedder("before")
    workflow = analysis(ledger, insight, before_model)
    run(workflow)
    issue_id = grouped(ledger)
    before = ledger.issues.placed()
    after_model = CountingEmbedder("after")
    store(ledger, post(90, "dubbele incasso, wéér"))
    run(analysis(ledger, insight, after_model))
    assert after_model.encoded >= 24
    assert insight.applied_model() == "after"
    assert insight.count() == 25
    kept = dict(ledger.issues.placed())
    assert all(kept[key] == issue_id for key, issue_id in before if issue_id is not None)
    assert [placed for _, placed in before] == [issue_id] * 24
