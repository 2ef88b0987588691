"""Taking a post back: at most once, exactly ours, found out by looking when the answer is lost, and no answer to anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from listener.errors import NotAllowed
from listener.model.mention import Removal
from moderation.model.case import CaseState
from moderation.model.outbox import EntryState, NewDraft, OutboxEntry, Outcome
from moderation.model.post import PostKind
from moderation.outbox.approval import approval_hash, still_bound
from moderation.publishers.simulated import Fault
from moderation.workflows.take_back import TakeBack
from tests.fakes.desk import Desk, mention, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def taking(desk: Desk) -> TakeBack:
    return TakeBack(desk.entries, desk.drafts, desk.outbox, desk.precheck.accounts, desk.clock)


def posted(desk: Desk, native_id: str = "1", text: str = "Dit was niet goed.") -> OutboxEntry:
    """Return an answer that stands on the platform."""
    (one,) = desk.hear(mention(native_id))
    entry = desk.approved(one, text)
    asyncio.run(desk.settle())
    return desk.entry(entry.entry_id)


def take(desk: Desk, entry: OutboxEntry, *, who: str = "anna") -> OutboxEntry:
    back = taking(desk)
    return back(entry.entry_id, who, shown=back.look(entry.entry_id).shown)


def standing(desk: Desk) -> dict[str, bool]:
    """Return the platform's own record: text → whether it still stands."""
    return {one.text: not one.removed for one in desk.platform.posts()}


def test_exactly_the_post_that_was_shown_is_taken_away(desk: Desk) -> None:
    wrong, right = posted(desk), posted(desk, "2", "Dit blijft staan.")
    removal = take(desk, wrong)
    asyncio.run(desk.settle())
    assert desk.state(removal.entry_id) is EntryState.SENT
    assert standing(desk) == {"Dit was niet goed.": False, "Dit blijft staan.": True}
    assert desk.state(right.entry_id) is EntryState.SENT
    line = desk.audit.lines(subject=f"outbox:{removal.entry_id}")[0]
    assert (line.verb, line.who) == ("approve", "anna")


def test_fifty_presses_by_two_people_are_one_removal(desk: Desk) -> None:
    wrong = posted(desk)
    back = taking(desk)
    shown = back.look(wrong.entry_id).shown
    with ThreadPoolExecutor(10) as pool:
        made = set(pool.map(lambda n: back(wrong.entry_id, ("anna", "bram")[n % 2], shown=shown).entry_id, range(50)))
    assert len(made) == 1
    before = desk.platform.requests
    asyncio.run(desk.settle())
    assert desk.platform.requests == before + 1


@pytest.mark.parametrize("fault", [Fault.ACCEPT_THEN_ERROR, Fault.ACCEPT_LATE, Fault.ACCEPT_THEN_HANG])
def test_a_lost_answer_is_found_out_by_looking_and_nothing_is_sent_again(desk: Desk, fault: Fault) -> None:
    wrong = posted(desk)
    desk.platform.expect(fault)
    removal = take(desk, wrong)
    before = desk.platform.requests
    asyncio.run(desk.settle())
    found = desk.entry(removal.entry_id)
    assert (found.state, found.reason, found.attempt) == (EntryState.FOUND, "gone", 1)
    assert desk.platform.requests == before + 1
    assert standing(desk) == {"Dit was niet goed.": False}


def test_what_still_stands_after_two_looks_is_taken_away_once_more(desk: Desk) -> None:
    wrong = posted(desk)
    desk.platform.expect(Fault.LOSE)
    removal = take(desk, wrong)
    asyncio.run(desk.settle())
    found = desk.entry(removal.entry_id)
    assert (found.state, found.attempt) == (EntryState.SENT, 2)
    assert standing(desk) == {"Dit was niet goed.": False}


def test_what_still_stands_after_two_attempts_needs_a_person(desk: Desk) -> None:
    wrong = posted(desk)
    desk.platform.expect(Fault.LOSE, Fault.LOSE)
    removal = take(desk, wrong)
    asyncio.run(desk.settle(rounds=12))
    found = desk.entry(removal.entry_id)
    assert (found.state, found.reason, found.attempt) == (EntryState.NEEDS_HUMAN, "still_there_twice", 2)


def test_one_look_that_does_not_see_it_is_no_proof_that_it_is_gone(desk: Desk) -> None:
    """A listing may lag: two looks, a minute apart, as for every other write (RULES 2.1)."""
    wrong = posted(desk)
    desk.platform.expect(Fault.ACCEPT_THEN_ERROR)
    removal = take(desk, wrong)
    asyncio.run(desk.gateway.run_once())
    asyncio.run(desk.reconciler.run_once())
    assert desk.state(removal.entry_id) is EntryState.UNKNOWN
    desk.clock.advance(timedelta(seconds=61))
    asyncio.run(desk.reconciler.run_once())
    assert desk.state(removal.entry_id) is EntryState.FOUND


def test_a_post_that_somebody_took_away_by_hand_counts_as_taken_away(desk: Desk) -> None:
    wrong = posted(desk)
    first = take(desk, wrong)
    asyncio.run(desk.settle())
    again = NewDraft(
        kind=PostKind.REPLY, target=wrong.post.target, text=wrong.post.text, language="nl", author="anna", removes=wrong.platform_id
    )
    draft = desk.drafts.add(again, at=desk.clock.now())
    entry = desk.outbox.approve_removal(draft.draft_id, "anna", account=wrong.post.account)
    assert entry.entry_id != first.entry_id
    asyncio.run(desk.settle())
    assert desk.state(entry.entry_id) is EntryState.SENT


def test_a_post_is_taken_back_though_its_thread_is_closed_and_its_customer_gone(desk: Desk) -> None:
    """The one time when it matters most is when the conversation went wrong."""
    wrong = posted(desk)
    desk.platform.close_thread(wrong.post.target, why="deleted")
    (stored,) = desk.ledger.mentions.by_ids([wrong.post.target.mention_id])
    gone = stored.mention.key
    desk.ledger.mentions.remove(
        [Removal(platform=gone.platform, realm=gone.realm, native_id=gone.native_id)], source="feed", at=desk.clock.now()
    )
    removal = take(desk, wrong)
    asyncio.run(desk.settle())
    assert desk.state(removal.entry_id) is EntryState.SENT
    assert standing(desk) == {"Dit was niet goed.": False}


def test_the_approval_binds_which_post_is_taken_away(desk: Desk) -> None:
    """One byte of the id, and it is another post of ours that would go (RULES S13)."""
    wrong, right = posted(desk), posted(desk, "2", "Dit blijft staan.")
    removal = take(desk, wrong)
    assert still_bound(removal)
    other = replace(removal, post=replace(removal.post, removes=right.platform_id))
    assert not still_bound(other)
    plain = replace(removal.post, removes="")
    assert approval_hash(plain, expires_at=removal.expires_at) != removal.approval_hash


def test_what_never_left_from_here_is_not_ours_to_take_away(desk: Desk) -> None:
    wrong = posted(desk)
    strange = NewDraft(kind=PostKind.REPLY, target=wrong.post.target, text="?", language="nl", author="anna", removes="post-77")
    draft = desk.drafts.add(strange, at=desk.clock.now())
    entry = desk.outbox.approve_removal(draft.draft_id, "anna", account=wrong.post.account)
    before = desk.platform.requests
    asyncio.run(desk.settle())
    found = desk.entry(entry.entry_id)
    assert (found.state, found.reason, desk.platform.requests) == (EntryState.NEEDS_HUMAN, "not_ours", before)


def test_a_removal_is_not_approved_as_if_it_were_a_text(desk: Desk) -> None:
    wrong = posted(desk)
    strange = NewDraft(kind=PostKind.REPLY, target=wrong.post.target, text="Dag", language="nl", author="anna", removes=wrong.platform_id)
    draft = desk.drafts.add(strange, at=desk.clock.now())
    with pytest.raises(NotAllowed, match="take-back"):
        desk.outbox.approve(draft.draft_id, "bram")


def test_a_changed_post_is_shown_anew_before_it_goes(desk: Desk) -> None:
    wrong = posted(desk)
    back = taking(desk)
    shown = back.look(wrong.entry_id).shown
    new = NewDraft(
        kind=PostKind.REPLY, target=wrong.post.target, text="Dit is beter.", language="nl", author="anna", edits=wrong.platform_id
    )
    desk.outbox.approve(desk.drafts.add(new, at=desk.clock.now()).draft_id, "anna")
    asyncio.run(desk.settle())
    with pytest.raises(NotAllowed, match="changed"):
        back(wrong.entry_id, "anna", shown=shown)
    assert back.look(wrong.entry_id).text == "Dit is beter."


def test_what_is_not_there_or_not_removable_is_refused_in_words(desk: Desk) -> None:
    (one,) = desk.hear(mention())
    entry = desk.approved(one)
    with pytest.raises(NotAllowed, match="not known to be on the platform"):
        taking(desk).look(entry.entry_id)
    with pytest.raises(NotAllowed, match="no post"):
        taking(desk).look(99)


def test_taking_back_answers_nobody_and_counts_as_no_post(desk: Desk) -> None:
    """A conversation whose answer was taken away did not get an answer by that; caps and rules count what was said."""
    wrong = posted(desk)
    (case,) = desk.cases.rows(tuple(CaseState))
    facts = {"account": wrong.post.account, "target": wrong.post.target, "text_key": wrong.text_key, "who": "anna", "standing": False}
    before = desk.counts.facts(**facts, at=desk.clock.now())  # type: ignore[arg-type]  # the fields by name
    entry = take(desk, wrong)
    asyncio.run(desk.settle())
    assert desk.state(entry.entry_id) is EntryState.SENT
    assert desk.counts.facts(**facts, at=desk.clock.now()) == before  # type: ignore[arg-type]  # the fields by name
    assert desk.cases.get(case.case_id) == case
    assert desk.entries.posted_as(wrong.post.account, wrong.platform_id) == wrong


def test_a_removal_that_was_stopped_may_be_asked_for_again(desk: Desk) -> None:
    wrong = posted(desk)
    first = take(desk, wrong)
    desk.outbox.cancel(first.entry_id, "bram", "toch niet")
    second = take(desk, wrong)
    assert second.entry_id != first.entry_id
    desk.entries.settle(second, Outcome(state=EntryState.EXPIRED), at=desk.clock.now())
    assert take(desk, wrong).entry_id not in (first.entry_id, second.entry_id)


def test_the_switch_holds_a_removal_too(desk: Desk) -> None:
    wrong = posted(desk)
    removal = take(desk, wrong)
    desk.outbox.stop("bram")
    asyncio.run(desk.settle(rounds=2))
    assert desk.state(removal.entry_id) is EntryState.APPROVED
    assert standing(desk) == {"Dit was niet goed.": True}
