"""RULES P30, P31: a low score opens a case again for colleagues, and decides nothing about who is asked, when or in which words."""

from __future__ import annotations

from pathlib import Path

from moderation.ledger.feedback import FeedbackLedger
from moderation.model.case import CaseState
from moderation.model.feedback import Asked, LinkUse, NewInvite
from tests.fakes.invited import DAYS, Invited, open_invited, said
from tests.moderation.status.said import issue_of, resolved


def handed_over(invited: Invited, conversation_id: int, score: str) -> None:
    """A colleague hands over a feedback link by hand, and the customer answers it."""
    answers, now = FeedbackLedger(invited.desk.ledger.engine), invited.desk.clock.now()
    invite_id = answers.add_invite(
        NewInvite(
            token_hash=f"by-hand-{conversation_id}",
            use=LinkUse.FORM,
            asked=Asked.WITHIN_FEEDBACK,
            channel="feed",
            language="nl",
            made_at=now,
            expires_at=now + 30 * DAYS,
            conversation_id=conversation_id,
            by_hand=True,
        )
    )
    assert answers.keep(invite_id, {"satisfaction": score}, at=now, last=True)


async def asked_after(home: Path, score: str) -> tuple[list[str], list[tuple[str, str]], CaseState]:
    """Return what is decided, who is asked in which words, and how the case stands, for one customer with this score."""
    with open_invited(home) as invited:
        invited.talk(said("1", person="u", thread="t"))
        await invited.desk.settle()
        invited.look()
        ended = invited.latest()[0].event
        assert ended.conversation_id is not None
        assert ended.case_id is not None
        handed_over(invited, ended.conversation_id, score)
        row = invited.desk.cases.get(ended.case_id)
        assert row is not None
        for _ in range(6):
            invited.wait(DAYS)
            invited.look()
        return invited.answers(), invited.asked(), row.state


async def test_whoever_gave_a_low_score_is_asked_like_everybody_else(tmp_path: Path) -> None:
    low, high = await asked_after(tmp_path / "low", "1"), await asked_after(tmp_path / "high", "5")
    assert (low[2], high[2]) == (CaseState.CLAIMED, CaseState.CLOSED), "the low score opened the case again"
    assert low[:2] == high[:2]
    assert low[0] == ["ask"]


async def asked_when_solved(home: Path, score: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the same for what is asked in the thread once the issue is said to be solved."""
    with open_invited(home) as invited:
        ids = invited.talk(said("1", person="u", thread="t"))
        issue = issue_of(invited.desk, ids)
        await invited.desk.settle()
        invited.look()
        ended = invited.latest()[0].event
        assert ended.conversation_id is not None
        handed_over(invited, ended.conversation_id, score)
        invited.wait(4 * DAYS)
        resolved(invited.desk, issue)
        for _ in range(6):
            invited.wait(DAYS)
            invited.look()
        return invited.answers(), invited.asked()


async def test_nor_is_their_thread_left_out_when_the_issue_is_solved(tmp_path: Path) -> None:
    low, high = await asked_when_solved(tmp_path / "low", "1"), await asked_when_solved(tmp_path / "high", "5")
    assert low == high
    assert "ask" in low[0]
