"""Conversations and cases: who gets one, what joins, and who holds it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from listener.errors import AlreadyClaimed, NotAllowed
from listener.model.analysis import Analysis, AnalysisStep, Label
from listener.model.issue import Membership, NewIssue
from listener.model.mention import Author, Removal
from moderation.model.case import CaseState
from moderation.workflows.open_cases import open_cases
from tests.fakes.desk import MORNING, Desk, mention

ANNA = Author(platform="feed", realm="forum.example", native_id="anna", name="Anna")


def analyse(desk: Desk, mention_ids: list[int], *labels: Label, issue: bool = False) -> None:
    """Let the analyser say something about mentions, and perhaps put them into one new issue."""
    step = AnalysisStep(
        at=desk.clock.now(),
        analyses=tuple(
            Analysis(mention_id=one, revision=0, language="nl", card_id=one, text_hash=f"h{one}", labels=labels) for one in mention_ids
        ),
        new_issues=(NewIssue(temporary_id=-1, title="storing", created_at=desk.clock.now()),) if issue else (),
        memberships=tuple(Membership(mention_id=one, issue_id=-1, by="model", reason="near", at=desk.clock.now()) for one in mention_ids)
        if issue
        else (),
    )
    desk.ledger.analyses.save(step)


def test_whoever_speaks_to_us_gets_a_case(desk: Desk) -> None:
    desk.hear(mention("1"), mention("2"))
    assert len(desk.inbox.list()) == 2


def test_whoever_speaks_about_us_does_not(desk: Desk) -> None:
    """Those are for issues and status updates; a program that jumps into a talk is unwelcome."""
    desk.hear(mention("1"), directed=False)
    assert desk.inbox.list() == ()


def test_looking_again_opens_nothing_twice(desk: Desk) -> None:
    desk.hear(mention("1"))
    for _ in range(3):
        open_cases(desk.ledger, desk.cases, now=desk.clock.now())
    assert len(desk.inbox.list()) == 1


def test_one_person_in_one_thread_is_one_conversation(desk: Desk) -> None:
    """The second message does not name us again, and is still part of it."""
    desk.hear(mention("1", root_id="t", author=ANNA))
    desk.hear(mention("2", root_id="t", author=ANNA, posted_at=MORNING + timedelta(minutes=5)), directed=False)
    (case,) = desk.inbox.list()
    assert len(case.mention_ids) == 2


def test_two_people_in_one_thread_are_two_conversations(desk: Desk) -> None:
    desk.hear(mention("1", root_id="t"), mention("2", root_id="t"))
    assert len(desk.inbox.list()) == 2


def test_two_people_without_a_name_are_never_mixed_up(desk: Desk) -> None:
    desk.hear(mention("1", root_id="t", author=None), mention("2", root_id="t", author=None))
    assert len(desk.inbox.list()) == 2


def test_one_person_about_one_issue_in_two_threads_is_one_conversation(desk: Desk) -> None:
    """Otherwise two colleagues answer the same customer."""
    first, second = mention("1", author=ANNA), mention("2", author=ANNA)
    desk.ledger.mentions.add_page([], source="feed", next_cursor=None, at=MORNING)
    ids = desk.hear(first, directed=False) + desk.hear(second, directed=False)
    analyse(desk, ids, issue=True)
    assert desk.hear(first, second) == ids  # a brand query changed: they speak to us after all
    (case,) = desk.inbox.list()
    assert case.mention_ids == tuple(ids)
    assert case.issue_id is not None


def test_spam_gets_no_case(desk: Desk) -> None:
    ids = desk.hear(mention("1"), directed=False)
    analyse(desk, ids, Label(name="spam", value="yes", probability=0.9, model="m"))
    desk.hear(mention("1"))
    assert desk.inbox.list() == ()


def test_old_history_and_telephone_calls_get_no_case(desk: Desk) -> None:
    """Whoever imports ten years of posts wants to learn from them, not answer them."""
    desk.hear(mention("1", posted_at=MORNING - timedelta(days=15)))
    desk.hear(mention("2", channel="telephone"), source="import:calls.csv")
    assert desk.inbox.list() == ()


async def test_our_own_post_gets_no_case(desk: Desk) -> None:
    """RULES F34: read back by a source, it would be answered by ourselves."""
    (one,) = desk.hear(mention("1"))
    desk.approved(one)
    await desk.gateway.run_once()
    (post,) = desk.platform.posts()
    desk.hear(mention(post.platform_id, text=post.text, root_id="1"))
    assert len(desk.inbox.list()) == 1


def test_a_case_of_which_everything_was_removed_is_gone(desk: Desk) -> None:
    desk.hear(mention("1"))
    desk.ledger.mentions.remove([Removal(platform="feed", realm="forum.example", native_id="1")], source="feed", at=desk.clock.now())
    assert desk.inbox.list() == ()
    assert desk.inbox.next("anna") is None


def test_of_fifty_people_who_claim_at_once_one_has_it(desk: Desk) -> None:
    desk.hear(mention("1"))
    (case,) = desk.inbox.list()
    ready = threading.Barrier(50)

    def claim(number: int) -> bool:
        ready.wait()
        try:
            desk.inbox.claim(case.case_id, f"agent {number}", case.version)
        except AlreadyClaimed:
            return False
        return True

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(claim, range(50))) == 1


def test_a_claim_on_what_was_read_before_a_new_message_is_refused(desk: Desk) -> None:
    """The customer added something; whoever answers has to have seen it."""
    desk.hear(mention("1", root_id="t", author=ANNA))
    (case,) = desk.inbox.list()
    desk.hear(mention("2", root_id="t", author=ANNA))
    with pytest.raises(AlreadyClaimed, match="changed since you read it"):
        desk.inbox.claim(case.case_id, "anna", case.version)


def test_a_case_can_be_given_back_by_its_holder_only(desk: Desk) -> None:
    desk.hear(mention("1"))
    (case,) = desk.inbox.list()
    desk.inbox.claim(case.case_id, "anna", case.version)
    (held,) = desk.inbox.list()
    with pytest.raises(AlreadyClaimed, match="held by anna"):
        desk.inbox.release(case.case_id, "bram", held.version)
    desk.inbox.release(case.case_id, "anna", held.version)
    (free,) = desk.inbox.list()
    assert (free.holder, free.state) == ("", CaseState.OPEN)
    with pytest.raises(AlreadyClaimed, match="nobody holds it"):
        desk.inbox.release(case.case_id, "anna", free.version)


def test_a_closed_case_opens_again_when_the_customer_writes(desk: Desk) -> None:
    desk.hear(mention("1", root_id="t", author=ANNA))
    (case,) = desk.inbox.list()
    desk.inbox.close(case.case_id, "anna", case.version)
    assert desk.inbox.list() == ()
    with pytest.raises(NotAllowed, match="closed"):
        desk.inbox.claim(case.case_id, "bram", case.version + 1)
    desk.hear(mention("2", root_id="t", author=ANNA))
    (again,) = desk.inbox.list()
    assert (again.case_id, again.holder) == (case.case_id, "anna")


def test_a_case_that_does_not_exist_says_so(desk: Desk) -> None:
    with pytest.raises(NotAllowed, match="no case 7"):
        desk.inbox.claim(7, "anna", 0)
    assert desk.inbox.show(7) is None
