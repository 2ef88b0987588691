"""Promises about the whole product, whatever happens in whatever order."""

from __future__ import annotations

import ast
import asyncio
import tempfile
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from listener.errors import NotAllowed
from listener.model.mention import BrandHit, Kept, Removal
from moderation.model.outbox import EntryState
from moderation.outbox.states import POSTED
from moderation.publishers.simulated import Fault
from tests.fakes.desk import Desk, edited, mention, open_desk
from tests.modules import our_modules

COUNT = 3
TEXTS = {number: f"Antwoord nummer {number}: we kijken mee." for number in range(1, COUNT + 1)}
HIT = BrandHit(brand="Stroomwerk", directed=True, terms=("stroomwerk",))


class Posting(RuleBasedStateMachine):
    """Agents press, customers edit and delete, platforms fail in every way, the process dies: in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.closing = ExitStack()
        self.home = Path(self.closing.enter_context(tempfile.TemporaryDirectory()))
        self.native_key = True
        self.desk: Desk
        self.opened = ExitStack()
        self.approved: set[int] = set()
        self.changed: set[int] = set()
        self.stopped_at: int | None = None

    @initialize(native_key=st.booleans())
    def begin(self, native_key: bool) -> None:
        """Three messages, a draft for each."""
        self.native_key = native_key
        self.desk = self.opened.enter_context(open_desk(self.home, native_key=native_key))
        for number, mention_id in enumerate(self.desk.hear(*(mention(str(one)) for one in TEXTS)), start=1):
            self.desk.draft(mention_id, TEXTS[number])

    @rule(number=st.sampled_from(sorted(TEXTS)), who=st.sampled_from(["anna", "bram"]))
    def press_send(self, number: int, who: str) -> None:
        try:
            self.desk.outbox.approve(number, who)
        except NotAllowed:
            return
        self.approved.add(number)

    @rule(number=st.sampled_from(sorted(TEXTS)))
    def cancel(self, number: int) -> None:
        entry = next((one for one in self.desk.entries.entries() if one.draft_id == number), None)
        if entry is not None and entry.state in (EntryState.APPROVED, EntryState.PROVEN_ABSENT):
            self.desk.outbox.cancel(entry.entry_id, "bram", "toch niet")

    @rule(number=st.sampled_from(sorted(TEXTS)))
    def customer_edits(self, number: int) -> None:
        now = self.desk.clock.now()
        page = [Kept(mention=edited(mention(str(number)), f"Anders, om {now:%H:%M:%S}", at=now), hits=(HIT,))]
        self.desk.ledger.mentions.add_page(page, source="feed", next_cursor=None, at=now)

    @rule(number=st.sampled_from(sorted(TEXTS)))
    def customer_deletes(self, number: int) -> None:
        gone = Removal(platform="feed", realm="forum.example", native_id=str(number))
        self.desk.ledger.mentions.remove([gone], source="feed", at=self.desk.clock.now())

    @rule()
    def press_stop(self) -> None:
        self.desk.outbox.stop("bram")
        self.stopped_at = self.desk.platform.requests

    @rule()
    def resume(self) -> None:
        self.desk.outbox.resume("bram")
        self.stopped_at = None

    @rule(faults=st.lists(st.sampled_from(sorted(set(Fault) - {Fault.ACCEPT_THEN_HANG, Fault.SLOW})), max_size=3))
    def gateway_runs(self, faults: list[Fault]) -> None:
        self.desk.platform._faults = list(faults)
        asyncio.run(self.desk.gateway.run_once())

    @rule(unreachable=st.booleans())
    def reconciler_runs(self, unreachable: bool) -> None:
        self.desk.publisher.unreachable = unreachable
        asyncio.run(self.desk.reconciler.run_once())

    @rule(seconds=st.sampled_from([1, 45, 61, 3600, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.desk.clock.advance(timedelta(seconds=seconds))

    @rule(hours=st.sampled_from([-30, -1, 1, 30]))
    def clock_jumps(self, hours: int) -> None:
        self.desk.clock._now += timedelta(hours=hours)

    @precondition(lambda self: hasattr(self, "desk"))
    @rule()
    def process_restarts(self) -> None:
        """Also in the middle: an entry may be left started."""
        now, requests = self.desk.clock.now(), self.desk.platform.requests
        for entry in self.desk.entries.entries([EntryState.APPROVED])[:1]:
            if not self.desk.outbox.stopped():
                self.desk.entries.start(entry, at=now)
        self.opened.close()
        self.desk = self.opened.enter_context(open_desk(self.home, start=now, native_key=self.native_key))
        self.desk.platform.requests = requests

    @invariant()
    def nothing_is_published_twice_or_without_approval(self) -> None:
        if not hasattr(self, "desk"):
            return
        posts = Counter(post.text for post in self.desk.platform.posts())
        assert all(number == 1 for number in posts.values()), posts
        assert set(posts) <= {TEXTS[number] for number in self.approved}

    @invariant()
    def the_ledger_never_claims_a_post_that_is_not_there(self) -> None:
        if not hasattr(self, "desk"):
            return
        posted = {post.text for post in self.desk.platform.posts()}
        for entry in self.desk.entries.entries():
            if entry.state in POSTED:
                assert entry.post.text in posted
            if entry.state in (EntryState.REFUSED, EntryState.CANCELLED, EntryState.EXPIRED, EntryState.APPROVED):
                assert entry.post.text not in posted or entry.attempt > 0

    @invariant()
    def nothing_starts_while_stopped(self) -> None:
        if self.stopped_at is not None:
            assert self.desk.platform.requests == self.stopped_at

    @invariant()
    def the_audit_log_is_whole(self) -> None:
        if hasattr(self, "desk"):
            assert self.desk.audit.find_break() is None

    def teardown(self) -> None:
        self.opened.close()
        self.closing.close()


@pytest.mark.slow
def test_whatever_happens_in_whatever_order_nothing_leaves_twice_or_unapproved() -> None:
    """RULES I26 in small: random orders of everything above."""
    run_state_machine_as_test(Posting, settings=settings(max_examples=30, stateful_step_count=25, deadline=None))


def test_only_the_gateway_publishes() -> None:
    """One place may call `publish`; everything else that leaves would leave unchecked."""
    callers = {
        module.name
        for module in our_modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "publish"
        if any(given.arg == "key" for given in node.keywords)  # a publisher's takes a key; a status page has another `publish`
    }
    assert {name for name in callers if not name.startswith("moderation.publishers.")} == {"moderation.outbox.gateway"}


def test_only_the_gateway_starts_a_write() -> None:
    """`OutboxLedger.start` is the compare-and-set before a send; nobody else has a reason to call it."""
    callers = {
        module.name
        for module in our_modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "start"
        and "_outbox" in ast.dump(node.func.value)
    }
    assert callers == {"moderation.outbox.gateway"}
