"""Wherever a process is killed, and however the stream is cut: the same mentions count, the same issues stand, no number comes twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listener.bootstrap import new_analysis
from listener.embedding.hashed import HashedEmbedder
from listener.insight.store import open_insight
from listener.ledger.ledger import Ledger, open_ledger
from listener.model.mention import Removal
from listener.settings.schema import ListenerSettings
from listener.workflows.analyse_mentions import AnalyseMentions
from listener.workflows.rebuild_insight import catch_up
from tests.fakes.complaints import START, complaint, kept
from tests.long import often

MODEL = HashedEmbedder()
SETTINGS = ListenerSettings.model_validate(
    {"detection": {"regroup_every": 20, "issue_window_days": 2, "baseline_days": 1, "min_authors": 3, "cooldown_hours": 6}}
)
"""A window of two days, and a stream of six: most mentions leave it on the way."""


@dataclass(frozen=True)
class Happening:
    """What comes in: new complaints up to a number, and some earlier ones edited, removed, or told late."""

    new: int
    edited: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    late: tuple[int, ...] = ()


numbers = st.lists(st.integers(0, 99), max_size=2, unique=True).map(tuple)
happenings = st.lists(st.builds(Happening, new=st.integers(0, 30), edited=numbers, removed=numbers, late=numbers), min_size=1, max_size=5)


def bring(ledger: Ledger, happening: Happening, reached: int) -> int:
    """Store what happened and return up to which number complaints are there now."""
    new = [complaint(number, hours_apart=1.5) for number in range(reached, reached + happening.new)]
    edited = [
        replace(complaint(number, hours_apart=1.5, subject=number % 3), edited_at=START + timedelta(days=30 + reached))
        for number in happening.edited
        if number < reached
    ]
    late = [complaint(1_000 + reached + number, hours_apart=0.01) for number in happening.late]
    removals = [Removal(platform="forum", realm="forum.example", native_id=str(number)) for number in happening.removed if number < reached]
    ledger.mentions.add_page(kept(*new, *edited, *late), source="forum", next_cursor=None, at=START, removals=removals)
    return reached + happening.new


def told(ledger: Ledger) -> Any:
    signals = [(one.kind, one.issue_id, one.at, one.seen, one.mention_ids) for one in ledger.issues.signals()]
    cards = [(mention_id, card_id) for mention_id, card_id, _ in ledger.analyses.cards()]
    return sorted(ledger.issues.placed(), key=str), ledger.issues.all(include_merged=True), signals, cards


def lived(stream: Sequence[Happening], *, batch_size: int, restart: Sequence[bool]) -> tuple[list[Any], set[int]]:
    """Live through a stream; return what stood in the ledger after every step, and the mentions that insight counts in the end.

    `restart` says, step after step and from its beginning again, whether a new process takes over.
    """
    seen: list[Any] = []
    steps = reached = 0
    ids: set[int] = set()
    with open_ledger("sqlite:///:memory:") as ledger, open_insight(None) as insight:

        def started() -> AnalyseMentions:
            return new_analysis(SETTINGS, ledger, None, MODEL, batch_size=batch_size)

        workflow = started()
        for happening in stream:
            reached = bring(ledger, happening, reached)
            more = True
            while more:
                if restart[steps % len(restart)]:
                    workflow = started()
                steps += 1
                more = workflow.once().more
                now = {one.issue_id for one in ledger.issues.all(include_merged=True)}
                assert ids <= now, "no issue is ever lost from the record"
                assert all(one > max(ids, default=0) for one in now - ids), "and no number is given a second time"
                ids = now
                seen.append(told(ledger))
        catch_up(ledger, insight, model_id=MODEL.model_id)
        counted = {one.mention_id for one in ledger.mentions.latest(1_000) if insight.languages([one.mention_id])}
        assert len(counted) == insight.count() == ledger.mentions.count(), "every mention that is here is counted once"
    return seen, counted


@settings(max_examples=often(12, short=5), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(happenings, st.integers(3, 25), st.lists(st.booleans(), min_size=1, max_size=7))
def test_a_process_started_anew_at_any_step_decides_what_one_that_never_stopped_decides(
    stream: list[Happening], batch_size: int, restart: list[bool]
) -> None:
    """Also when mentions leave the window, are edited, removed, or told late: the analyser's state is a function of the ledger."""
    assert lived(stream, batch_size=batch_size, restart=restart) == lived(stream, batch_size=batch_size, restart=[False])


@settings(max_examples=often(6, short=3), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(happenings, st.integers(3, 60), st.integers(3, 60), st.lists(st.booleans(), min_size=1, max_size=7))
def test_cutting_the_stream_otherwise_never_changes_which_mentions_are_counted(
    stream: list[Happening], one_size: int, other_size: int, restart: list[bool]
) -> None:
    """The figures in the weekly report must not depend on how fast the machine was."""
    _, counted = lived(stream, batch_size=one_size, restart=[False])
    _, again = lived(stream, batch_size=other_size, restart=restart)
    assert counted == again


def after(happening: Happening, *, far: bool, restart: bool) -> Any:
    """Return what stands after one more happening and a regrouping, by the same process or by a new one.

    `far`: the newest complaint so far was posted two days after the others, and `happening` may take it away again.
    """
    with open_ledger("sqlite:///:memory:") as ledger:
        workflow = new_analysis(SETTINGS, ledger, None, MODEL, batch_size=40)
        reached = bring(ledger, Happening(new=30), 0)
        if far:
            ledger.mentions.add_page(kept(complaint(60, hours_apart=1.5)), source="forum", next_cursor=None, at=START)
        while workflow.once().more:
            pass
        bring(ledger, happening, reached + (31 if far else 0))
        if restart:
            workflow = new_analysis(SETTINGS, ledger, None, MODEL, batch_size=40)
        workflow.regroup(START + timedelta(days=4))
        return told(ledger)


@pytest.mark.parametrize(
    ("happening", "far"),
    [
        (Happening(new=0, edited=tuple(range(3, 28))), False),  # edits that nobody has analysed yet
        (Happening(new=0, removed=(60,)), True),  # the newest one, which had pushed the others out of the window
        (Happening(new=0, removed=(29, 28)), False),
    ],
)
def test_a_regrouping_reads_what_was_analysed_whoever_does_it(happening: Happening, far: bool) -> None:
    assert after(happening, far=far, restart=True) == after(happening, far=far, restart=False)
