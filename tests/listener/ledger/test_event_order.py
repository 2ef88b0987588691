"""Events about one mention may come in any order, any number of times, cut into any pages: the end is the same (RULES F6, F7)."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.clock import ManualClock
from listener.ledger.ledger import Ledger, open_ledger
from listener.ledger.page import Known, decide
from listener.model.mention import Kept, Mention, Removal, StoredMention
from listener.model.page import Cursor, Page
from listener.workflows.receive_mentions import ReceiveMentions
from tests.listener.ledger.making import NOON, add, later, mention, removal
from tests.long import often

Event = Mention | Removal

EVENTS = ("create", "edit 1", "edit 2", "edit 3 back to the first text", "delete")
_ids = itertools.count()


@pytest.fixture(scope="module")
def shared() -> Iterator[Ledger]:
    """One ledger for all examples, in memory, for thousands of small pages: each uses an id of its own."""
    with open_ledger("sqlite://") as opened:
        yield opened


def event(name: str, native_id: str) -> Event:
    """Return the event of this name for a mention."""
    made: dict[str, Event] = {
        "create": mention(native_id, "eerste"),
        "edit 1": mention(native_id, "tweede", edited_at=later(1)),
        "edit 2": mention(native_id, "derde", edited_at=later(2)),
        "edit 3 back to the first text": mention(native_id, "eerste", edited_at=later(3)),
        "delete": removal(native_id),
    }
    return made[name]


def deliver(ledger: Ledger, names: list[str], cuts: list[bool]) -> StoredMention | None:
    """Deliver events in this order, with a new page before each event whose cut is set, and return the mention at the end."""
    native_id = f"order-{next(_ids)}"
    page: list[Event] = []
    for name, cut in zip(names, cuts, strict=True):
        if cut and page:
            _add(ledger, page)
            page = []
        page.append(event(name, native_id))
    _add(ledger, page)
    return ledger.mentions.find(mention(native_id).key)


def _add(ledger: Ledger, page: list[Event]) -> None:
    add(ledger, *(one for one in page if isinstance(one, Mention)), removals=[one for one in page if isinstance(one, Removal)])


def expected(names: list[str]) -> str | None:
    """Return the text that must stand at the end, from the events alone: none when deleted, else that of the latest edit."""
    if "delete" in names:
        return None
    newest = max(names, key=EVENTS.index)
    made = event(newest, "x")
    return made.text if isinstance(made, Mention) else None


@settings(max_examples=often(10_000, short=1_000))
@given(
    names=st.lists(st.sampled_from(EVENTS), min_size=1, max_size=5, unique=True).flatmap(st.permutations),
    cuts=st.lists(st.booleans(), min_size=5, max_size=5),
)
def test_every_order_of_events_ends_the_same(shared: Ledger, names: list[str], cuts: list[bool]) -> None:
    """Webhooks, polls and re-checks overtake each other; a deleted text never comes back."""
    at_end = deliver(shared, names, cuts[: len(names)])
    assert (at_end.mention.text if at_end else None) == expected(names)


@settings(max_examples=100)
@given(
    names=st.lists(st.sampled_from(EVENTS), min_size=2, max_size=20),
    cuts=st.lists(st.booleans(), min_size=20, max_size=20),
)
def test_events_that_come_many_times_count_once(shared: Ledger, names: list[str], cuts: list[bool]) -> None:
    """The same event comes by poll, by webhook and after a resume."""
    before = shared.mentions.count()
    at_end = deliver(shared, names, cuts[: len(names)])
    assert (at_end.mention.text if at_end else None) == expected(names)
    assert shared.mentions.count() - before == (0 if "delete" in names else 1)


def test_every_order_of_up_to_five_events_decided_without_a_store() -> None:
    """All 325 orders of 1 to 5 events, on the arithmetic alone."""
    orders = [order for size in range(1, 6) for order in itertools.permutations(EVENTS, size)]
    for order in orders:
        known = Known(mention_id=1)
        last = ""
        for name in order:
            one = event(name, "1")
            if isinstance(one, Removal):
                known.removed = True
                continue
            changes = decide([Kept(mention=one)], {one.key: known}, NOON)
            last = changes.revisions[-1]["text"] if changes.revisions else last
        assert (None if known.removed else last) == expected(list(order)), order
    assert len(orders) == 325


def test_a_shuffled_flood_of_repeats_leaves_one_row_per_id(ledger: Ledger) -> None:
    """RULES F6: a thousand events (100,000 in the long form), each delivered 1 to 20 times, in no order, by pull and by webhook."""
    chance, ids = random.Random(4), often(100_000, short=1_000)
    deliveries = [number for number in range(ids) for _ in range(chance.randint(1, 20))]
    chance.shuffle(deliveries)
    clock = ManualClock(NOON)
    receive = ReceiveMentions(ledger, (), keep={"hook": "all"}, clock=clock)
    for at, start in enumerate(range(0, len(deliveries), 500)):
        page = Page(mentions=tuple(mention(str(number)) for number in deliveries[start : start + 500]), next=Cursor(str(at)))
        if at % 2:
            receive.take("hook", page)
        else:
            add(ledger, *page.mentions)
    assert ledger.mentions.count() == ids
    assert all(one.revision == 0 for start in range(1, ids + 1, 5_000) for one in ledger.mentions.by_ids(range(start, start + 5_000)))
