"""Another sentence model without a pause: the old vectors serve until the last text has a new one, and numbers and corrections stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from listener.bootstrap import new_analysis
from listener.embedding.hashed import HashedEmbedder
from listener.errors import InputError
from listener.insight.store import Insight, open_insight
from listener.ledger.ledger import Ledger
from listener.ports import Embedder
from listener.progress import NoProgress
from listener.settings.schema import ListenerSettings
from listener.workflows.analyse_mentions import AnalyseMentions
from listener.workflows.change_model import forget_models, model_state
from listener.workflows.check_model import check_model_change
from listener.workflows.rebuild_insight import catch_up, rebuild_insight
from tests.fakes.complaints import START, complaint, kept

SETTINGS = ListenerSettings.model_validate({"detection": {"regroup_every": 40, "min_authors": 3}})
BATCH = 16


class CountingEmbedder(HashedEmbedder):
    """Knows which texts it encoded, and may fail on one, or be ended after so many calls."""

    def __init__(self, dims: int, *, poison: str = "", dies_after: int | None = None) -> None:
        super().__init__(dims)
        self.texts: list[str] = []
        self.closed = False
        self._poison = poison
        self._dies_after = dies_after

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self._dies_after is not None:
            self._dies_after -= 1
            if self._dies_after < 0:
                raise KeyboardInterrupt("the process is killed here")
        if self._poison and any(self._poison in text for text in texts):
            raise RuntimeError("this text ends the model's process")
        self.texts += texts
        return super().encode(texts)

    def close(self) -> None:
        self.closed = True


def process(ledger: Ledger, insight: Insight | None, embedder: Embedder, earlier: Embedder | None = None) -> AnalyseMentions:
    def open_earlier(model_id: str) -> Embedder | None:
        return earlier if earlier is not None and earlier.model_id == model_id else None

    return new_analysis(SETTINGS, ledger, insight, embedder, batch_size=BATCH, open_earlier=open_earlier)


def store(ledger: Ledger, numbers: range) -> None:
    ledger.mentions.add_page(kept(*(complaint(number) for number in numbers)), source="forum", next_cursor=None, at=START)


def run(workflow: AnalyseMentions) -> None:
    while workflow.once().more:
        pass


@pytest.fixture
def corrected(ledger: Ledger, insight: Insight) -> Callable[[], tuple[object, ...]]:
    """A ledger analysed by the old model and corrected by people in every way; the call returns all of it that has to stay."""
    store(ledger, range(90))
    run(process(ledger, insight, HashedEmbedder(64)))
    process(ledger, insight, HashedEmbedder(64)).regroup(START + timedelta(days=4))
    first, second, third = (one.issue_id for one in ledger.issues.all()[:3])
    ledger.issues.rename(first, "Dubbele incasso", by="anna", at=START)
    ledger.issues.merge(second, third, by="anna", at=START)
    ledger.issues.pin(third, pinned=True, by="ben", at=START)
    ledger.issues.mute(first, muted=True, by="ben", at=START)
    apart = ledger.issues.split(first, ledger.issues.members(first)[:2], title="Apart", title_by="anna", by="anna", at=START)
    ledger.issues.move(ledger.issues.members(third)[0], None, by="anna", at=START)
    stayed = set(ledger.issues.members(third))

    def standing() -> tuple[object, ...]:
        people = [(one.issue_id, one.merged_into, one.muted, one.pinned, one.split_from) for one in ledger.issues.all(include_merged=True)]
        named = ledger.issues.titles([first, apart])
        return (
            people,
            named,
            ledger.issues.locked(),
            ledger.issues.members(first),
            stayed - set(ledger.issues.members(third)),  # other vectors may bring loose mentions in; nobody leaves
            ledger.issues.members(apart),
        )

    return standing


def test_new_mentions_are_understood_at_once_while_the_old_vectors_serve(
    ledger: Ledger, insight: Insight, corrected: Callable[[], tuple[object, ...]]
) -> None:
    """A hundred thousand texts take minutes to encode; a burst must not wait for them."""
    old, new = CountingEmbedder(64), CountingEmbedder(96)
    store(ledger, range(90, 100))
    workflow = process(ledger, insight, new, old)
    first = workflow.once()
    assert first.mentions == 10
    assert first.more
    assert (workflow.model_id, insight.applied_model(), insight.count()) == (old.model_id, old.model_id, 100)
    assert 0 < len(new.texts) <= BATCH
    state = model_state(ledger, new.model_id)
    assert (state.serving, state.wanted, 0 < state.left < state.texts) == (old.model_id, new.model_id, True)
    run(workflow)
    assert (workflow.model_id, insight.applied_model(), insight.count()) == (new.model_id, new.model_id, 100)
    assert model_state(ledger, new.model_id).left == 0
    assert len(new.texts) == len(set(new.texts)) == state.texts, "each text once"
    assert old.closed
    assert ledger.analyses.last_regroup_model() == new.model_id, "and groups are compared by the new vectors from then on"


def test_numbers_and_corrections_outlive_a_deleted_insight_a_rebuild_and_another_model(
    ledger: Ledger, tmp_path: Path, corrected: Callable[[], tuple[object, ...]]
) -> None:
    """`rm insight.duckdb`, `klankbord rebuild`, `klankbord model use`: nothing a person knows an issue by may change."""
    before = corrected()
    counts = {}
    for name, model in (("first", HashedEmbedder(64)), ("deleted", HashedEmbedder(64)), ("other model", HashedEmbedder(96))):
        with open_insight(tmp_path / f"{name}.duckdb") as insight:
            workflow = process(ledger, insight, model)
            run(workflow)
            workflow.regroup(START + timedelta(days=4))
            rebuild_insight(ledger, insight, model_id=workflow.model_id, progress=NoProgress())
            assert insight.applied_model() == model.model_id
            counts[name] = [(one.issue_id, one.mentions) for one in insight.issue_counts(START, START + timedelta(days=30))]
        assert corrected() == before
    assert counts["first"] == counts["deleted"]
    assert {issue_id for issue_id, _ in counts["other model"]} >= {issue_id for issue_id, _ in counts["first"]} - {0}


def test_a_change_that_is_killed_goes_on_where_it_stopped(
    ledger: Ledger, insight: Insight, corrected: Callable[[], tuple[object, ...]]
) -> None:
    """Which texts have a vector of the new model is all that is kept about it, so there is nothing to repair."""
    before, encoded = corrected(), 0
    old = HashedEmbedder(64)
    for killed_after in (1, 2, 0, 1):
        new = CountingEmbedder(96, dies_after=killed_after)
        workflow = process(ledger, insight, new, old)
        with pytest.raises(KeyboardInterrupt):
            run(workflow)
        assert (workflow.model_id, insight.applied_model()) == (old.model_id, old.model_id)
        encoded += len(new.texts)
    last = CountingEmbedder(96)
    run(process(ledger, insight, last, old))
    assert insight.applied_model() == last.model_id
    assert encoded + len(last.texts) == ledger.analyses.text_count(), "and no text was encoded twice"
    assert corrected() == before


def test_where_the_old_model_is_gone_new_mentions_wait_until_the_change_is_done(
    ledger: Ledger, insight: Insight, corrected: Callable[[], tuple[object, ...]]
) -> None:
    """Two models' vectors cannot be compared; nothing is lost, and what was understood before can be read meanwhile."""
    store(ledger, range(90, 100))
    workflow = process(ledger, insight, HashedEmbedder(96))
    assert workflow.once().mentions == 0
    assert (ledger.mentions.unanalysed_count(), insight.count()) == (10, 90)
    run(workflow)
    assert (ledger.mentions.unanalysed_count(), insight.count()) == (0, 100)


def test_a_text_that_the_new_model_cannot_encode_does_not_hold_up_the_change(
    ledger: Ledger, insight: Insight, corrected: Callable[[], tuple[object, ...]]
) -> None:
    poisoned = complaint(5).text.split()[0]
    new = CountingEmbedder(96, poison=poisoned)
    run(process(ledger, insight, new, HashedEmbedder(64)))
    assert insight.applied_model() == new.model_id
    assert insight.count() == 90, "and it is counted as before"


def test_a_new_model_that_fails_on_everything_leaves_the_old_one_serving(
    ledger: Ledger, insight: Insight, corrected: Callable[[], tuple[object, ...]]
) -> None:
    new = CountingEmbedder(96, poison=" ")
    store(ledger, range(90, 100))
    workflow = process(ledger, insight, new, HashedEmbedder(64))
    run(workflow)
    assert (workflow.model_id, ledger.mentions.unanalysed_count()) == (HashedEmbedder(64).model_id, 0)


def test_going_back_to_the_model_before_costs_nothing_until_its_vectors_are_forgotten(
    ledger: Ledger, insight: Insight, corrected: Callable[[], tuple[object, ...]]
) -> None:
    """Vectors of a model no longer used are kept until `klankbord model forget`: an experiment can be taken back."""
    old, new = CountingEmbedder(64), CountingEmbedder(96)
    with pytest.raises(InputError, match="is in use"):
        forget_models(ledger, old.model_id, old.model_id)
    run(process(ledger, insight, new, old))
    run(process(ledger, insight, old, new))
    assert old.texts == []
    texts = ledger.analyses.text_count()
    assert forget_models(ledger, old.model_id) == {new.model_id: texts}
    assert ledger.analyses.models() == {old.model_id: texts}
    with pytest.raises(InputError, match="no vectors of"):
        forget_models(ledger, old.model_id, new.model_id)


def test_doctor_tells_how_far_a_change_is_and_what_nobody_uses(
    ledger: Ledger, insight: Insight, corrected: Callable[[], tuple[object, ...]]
) -> None:
    old, new = HashedEmbedder(64), HashedEmbedder(96)
    assert list(check_model_change(ledger, old.model_id)) == []
    workflow = process(ledger, insight, new, old)
    workflow.once()
    (told,) = check_model_change(ledger, new.model_id)
    assert f"{BATCH} of {ledger.analyses.text_count()} texts encoded" in told.detail
    assert f"{old.model_id} serves meanwhile" in told.detail
    run(workflow)
    (told,) = check_model_change(ledger, new.model_id)
    assert "klankbord model forget" in told.detail


def test_insight_turns_to_new_vectors_in_one_step(ledger: Ledger, insight: Insight, corrected: Callable[[], tuple[object, ...]]) -> None:
    """Somebody who looks at that moment sees all issues, with quotes by one model or the other."""
    catch_up(ledger, insight, model_id=HashedEmbedder(64).model_id)
    run(process(ledger, None, HashedEmbedder(96), HashedEmbedder(64)))
    numbers = insight.issue_counts(START, START + timedelta(days=30))
    catch_up(ledger, insight, model_id=HashedEmbedder(96).model_id)
    assert insight.applied_model() == HashedEmbedder(96).model_id
    assert {one.issue_id for one in numbers} <= {one.issue_id for one in insight.issue_counts(START, START + timedelta(days=30))}
    found = insight.candidates([numbers[0].issue_id], START - timedelta(days=1), START + timedelta(days=30), 5)
    assert {len(one.vector) for one in found[numbers[0].issue_id] if one.vector is not None} == {96}
