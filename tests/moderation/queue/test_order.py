"""The lines that the queue is read from say what the slow computation says, whatever happened in between."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from listener.errors import ActionError, InputError
from listener.ledger.tables import issue
from listener.ledger.transactions import reading
from listener.model.analysis import Analysis, AnalysisStep, Label
from listener.model.issue import Membership, NewIssue, Signal
from listener.model.mention import Author, BrandHit, Kept, Mention, Removal
from moderation.ledger.case_facts import line_of
from moderation.ledger.status import StatusLedger
from moderation.ledger.tables_queue import case_fact
from moderation.model.case import CaseFacts, CaseRow, CaseState, Ending, Lane
from moderation.model.queue import QueueChoice, Tab
from moderation.queueing import Queueing, queueing_over
from moderation.settings_clocks import ClockSettings
from moderation.triage.place import GROWING, facts_of, order_of, place_of
from moderation.triage.urgency import urgency
from moderation.workflows.read_clocks import Clocks
from tests.fakes.desk import MORNING, Desk, edited, mention


class History:
    """Somebody who does random things to a desk."""

    def __init__(self, desk: Desk, queueing: Queueing, seed: int) -> None:
        self.desk, self.queueing, self.random = desk, queueing, random.Random(seed)
        self.said: list[Mention] = []
        self.issues: list[int] = []

    def step(self) -> None:
        acts: list[Callable[[], object]] = [self.speak, self.speak, self.edit, self.remove, self.read, self.correct, self.move, self.burst]
        acts += [self.work, self.work, self.undo, self.wait, self.answer]
        try:
            self.random.choice(acts)()
        except (ActionError, InputError):
            return  # refused: nothing happened

    def speak(self) -> None:
        number = len(self.said)
        who = Author(platform="feed", realm="forum.example", native_id=f"u{self.random.randrange(6)}", name="X")
        new = mention(
            f"m{number}", f"bericht {number}", author=who, root_id=f"t{self.random.randrange(4)}", posted_at=self.desk.clock.now()
        )
        self.said.append(new)
        hit = BrandHit(brand="Stroomwerk", directed=self.random.random() < 0.7, terms=("stroomwerk",))
        page = [Kept(mention=new, hits=(hit,))]
        self.desk.ledger.mentions.add_page(page, source="feed", next_cursor=None, at=self.desk.clock.now())

    def edit(self) -> None:
        if self.said:
            at = self.random.randrange(len(self.said))
            self.said[at] = edited(self.said[at], f"anders {self.random.random()}", at=self.desk.clock.now())
            hit = BrandHit(brand="Stroomwerk", directed=True, terms=("stroomwerk",))
            page = [Kept(mention=self.said[at], hits=(hit,))]
            self.desk.ledger.mentions.add_page(page, source="feed", next_cursor=None, at=self.desk.clock.now())

    def remove(self) -> None:
        if self.said and self.random.random() < 0.4:
            gone = self.random.choice(self.said)
            removal = Removal(platform=gone.platform, realm=gone.realm, native_id=gone.native_id)
            self.desk.ledger.mentions.add_page([], source="feed", next_cursor=None, at=self.desk.clock.now(), removals=[removal])

    def read(self) -> None:
        """The analyser labels some messages and puts them into an issue, a new one or one there is."""
        found = [stored for one in self.said if (stored := self.desk.ledger.mentions.find(one.key)) is not None]
        some = self.random.sample(found, min(3, len(found)))
        now = self.desk.clock.now()
        labels = [("sentiment", self.random.choice(["negative", "positive"])), ("question", "yes"), ("cause", "promise_not_kept")]
        labels += [("spam", "yes")] if self.random.random() < 0.2 else []
        analyses = tuple(
            Analysis(
                mention_id=one.mention_id,
                revision=one.revision,
                language=self.random.choice(["nl", "en"]),
                card_id=one.mention_id,
                text_hash=f"h{one.mention_id}-{one.revision}",
                labels=tuple(
                    Label(name=name, value=value, probability=0.9, model="m") for name, value in labels if self.random.random() < 0.6
                ),
            )
            for one in some
        )
        new = not self.issues or self.random.random() < 0.4
        issue_id = -1 if new else self.random.choice(self.issues)
        step = AnalysisStep(
            at=now,
            analyses=analyses,
            new_issues=(NewIssue(temporary_id=-1, title="storing", created_at=now),) if new and some else (),
            memberships=tuple(Membership(mention_id=one.mention_id, issue_id=issue_id, by="model", reason="near", at=now) for one in some),
        )
        self.desk.ledger.analyses.save(step)
        with reading(self.desk.ledger.engine) as tx:
            self.issues = list(tx.execute(select(issue.c.issue_id).where(issue.c.merged_into.is_(None))).scalars())

    def correct(self) -> None:
        if self.said and (stored := self.desk.ledger.mentions.find(self.random.choice(self.said).key)) is not None:
            name, value = self.random.choice([("sentiment", "negative"), ("question", "no"), ("spam", "no"), ("spam", "yes")])
            self.desk.ledger.labels.correct(stored.mention_id, name, value, by="bea", at=self.desk.clock.now())

    def move(self) -> None:
        if len(self.issues) > 1:
            one, other = self.random.sample(self.issues, 2)
            self.desk.ledger.issues.merge(one, other, by="bea", at=self.desk.clock.now())
            self.issues.remove(one)

    def burst(self) -> None:
        if self.issues:
            now = self.desk.clock.now()
            signal = Signal(
                signal_id=0,
                kind="burst",
                issue_id=self.random.choice(self.issues),
                at=now,
                seen=9,
                usual=1.0,
                p_value=0.001,
                window_hours=1.0,
                mention_ids=(),
            )
            self.desk.ledger.analyses.save(AnalysisStep(at=now, signals=(signal,)))

    def rows(self) -> list[CaseRow]:
        return self.desk.cases.rows(tuple(CaseState))

    def work(self) -> None:
        rows = self.rows()
        if not rows:
            return
        row, acts, now = self.random.choice(rows), self.queueing.acts, self.desk.clock.now()
        who = self.random.choice(["bea", "cor"])
        acts_there: list[Callable[[], object]] = [
            lambda: acts.claim(row.case_id, who, row.version),
            lambda: acts.release(row.case_id, who, row.version),
            lambda: acts.assign(row.case_id, who, row.version, team="webcare"),
            lambda: acts.snooze(row.case_id, who, row.version, until=now + timedelta(hours=self.random.randrange(1, 30))),
            lambda: acts.snooze(row.case_id, who, row.version, issue_changes=True),
            lambda: acts.spam(row.case_id, who, row.version),
            lambda: acts.close(row.case_id, who, row.version, ending=Ending.NO_ANSWER_NEEDED),
            lambda: acts.reopen(row.case_id, who, row.version),
        ]
        self.random.choice(acts_there)()

    def undo(self) -> None:
        acts = [act for row in self.rows() for act in self.queueing.acts.acts(row.case_id)]
        if acts:
            self.queueing.acts.undo(self.random.choice(acts).act_id, "bea")

    def answer(self) -> None:
        held = [row for row in self.rows() if row.holder and row.state is CaseState.CLAIMED]
        if held:
            row = self.random.choice(held)
            draft = self.desk.inbox.draft_reply(row.case_id, row.holder, f"We kijken ernaar ({self.random.randrange(10**6)}).")
            self.desk.inbox.send(draft.draft_id, row.holder)
            asyncio.run(self.desk.gateway.run_once())

    def wait(self) -> None:
        self.desk.clock.advance(timedelta(minutes=self.random.choice([1, 20, 200, 1500])))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_the_lines_are_what_is_worked_out_anew(desk: Desk, seed: int) -> None:
    """New messages, edits, removals, labels, corrections, answers, issues that merge and grow, acts and undone acts, in random order."""
    queueing = queueing_over(desk.ledger, desk.clock)
    history = History(desk, queueing, seed)
    for _ in range(6):
        for _ in range(10):
            history.step()
        queueing.follow.once()
        assert_lines_are_right(history)
    assert len(history.said) > 3


def assert_lines_are_right(history: History) -> None:
    """Compare every line, and the order, with what the rows come to."""
    desk, queueing, now = history.desk, history.queueing, history.desk.clock.now()
    rows = history.rows()
    recent = [one for one in desk.ledger.issues.signals(now - GROWING) if one.issue_id is not None]
    signals = {one.issue_id: one.at for one in reversed(recent) if one.issue_id is not None}
    places = queueing.follow.places(rows, signals)
    with reading(desk.ledger.engine) as tx:
        kept = {row["case_id"]: dict(row) for row in tx.execute(select(case_fact)).mappings()}
    for row in rows:
        wanted = line_of(row, places[row.case_id])
        assert kept[row.case_id] == wanted, row
    assert {case_id for case_id in kept if kept[case_id]["lane"] != Lane.GONE.value} == {row.case_id for row in rows}
    waiting = [row for row in rows if places[row.case_id].lane is Lane.WAITING and not row.holder]
    slow = sorted(order_of(places[row.case_id], row.case_id) for row in waiting)
    fast = queueing.queue._queue.find(QueueChoice(tab=Tab.WAITING), me="bea", brands=None, now=now, limit=1000)
    assert list(fast.case_ids) == [case_id for _, _, case_id in slow]
    assert fast.total == len(slow)
    for tab in Tab:
        found = queueing.queue._queue.find(QueueChoice(tab=tab), me="bea", brands=None, now=now, limit=1000)
        assert len(found.case_ids) == found.counts[tab] == fast.counts[tab]


FACTS = st.builds(
    CaseRow,
    case_id=st.integers(1, 50),
    conversation_id=st.just(1),
    brand=st.just("b"),
    platform=st.just("feed"),
    realm=st.just("r"),
    state=st.just(CaseState.OPEN),
    holder=st.just(""),
    version=st.just(0),
    waiting_since=st.integers(0, 60 * 72).map(lambda minutes: MORNING - timedelta(minutes=minutes)),
    answered_at=st.none(),
    mention_ids=st.just((1,)),
    unanswered=st.integers(1, 4),
    directed=st.booleans(),
    labels=st.frozensets(st.sampled_from([("question", "yes"), ("sentiment", "negative"), ("cause", "promise_not_kept")])),
    issue_id=st.none(),
    issue_created_at=st.none(),
)


@given(FACTS, FACTS, st.integers(0, 600))
def test_the_order_that_stands_still_is_that_of_urgency_at_any_moment(one: CaseRow, other: CaseRow, hours: int) -> None:
    """A line is worked out once; the urgency that people read goes on growing. The two never disagree."""
    now = MORNING + timedelta(hours=hours)
    places = [place_of(row, signal_at=None, clock=None, now=MORNING) for row in (one, other)]

    def exact(row: CaseRow) -> float:
        facts: CaseFacts = facts_of(row, signal_at=None, clock=None, now=now)
        return facts.waiting_seconds / 1800 + place_of(row, signal_at=None, clock=None, now=now).points

    if exact(one) > exact(other):
        assert places[0].rank_at < places[1].rank_at
        shown = [urgency(facts_of(row, signal_at=None, clock=None, now=now))[0] for row in (one, other)]
        assert shown[0] >= shown[1]


def test_points_that_end_by_themselves_end_on_time(desk: Desk) -> None:
    """An issue is new for two days, a signal counts for one, a clock turns: nobody has to do anything for the order to follow."""
    clocks = Clocks(StatusLedger(desk.ledger.engine), ClockSettings.model_validate({}), desk.clock, zone=ZoneInfo("Europe/Amsterdam"))
    queueing = queueing_over(desk.ledger, desk.clock, clocks=clocks)
    history = History(desk, queueing, 1)
    history.speak()
    history.read()
    history.burst()
    queueing.follow.once()
    for _ in range(16):
        desk.clock.advance(timedelta(hours=4))
        queueing.follow.once()
        assert_lines_are_right(history)
