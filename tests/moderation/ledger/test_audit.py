"""The audit log: who did what, and no line can go missing unseen (RULES S30)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, delete, update

from listener.ledger.transactions import writing
from moderation.ledger.tables import audit_head, audit_line
from tests.fakes.desk import ANSWER, Desk, mention


@pytest.fixture
async def worked(desk: Desk) -> Desk:
    """A desk with a day's work behind it."""
    (one,) = desk.hear(mention(text="canary-message"))
    case = desk.inbox.next("anna")
    assert case is not None
    desk.inbox.claim(case.case_id, "anna", case.version)
    draft = desk.inbox.draft_reply(case.case_id, "anna", ANSWER)
    desk.inbox.send(draft.draft_id, "anna")
    await desk.gateway.run_once()
    desk.outbox.stop("bram")
    desk.outbox.resume("bram")
    assert one
    return desk


def test_it_tells_who_drafted_approved_sent_and_stopped(worked: Desk) -> None:
    told = [(line.who, line.verb) for line in worked.audit.lines()]
    assert told == [
        ("schedule", "open"),
        ("anna", "claim"),
        ("anna", "draft"),
        ("anna", "approve"),
        ("gateway", "start"),
        ("gateway", "sent"),
        ("bram", "stop"),
        ("bram", "resume"),
    ]
    assert worked.audit.find_break() is None


def test_it_holds_no_text_of_anybody(worked: Desk) -> None:
    """Ids and hashes are enough, and they need not be erased when a person asks to be forgotten."""
    written = " ".join(line.detail for line in worked.audit.lines())
    assert ANSWER not in written
    assert "canary" not in written


Tamper = Callable[[Connection], object]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda tx: tx.execute(delete(audit_line).where(audit_line.c.seq == 3)),
        lambda tx: tx.execute(delete(audit_line).where(audit_line.c.seq == 1)),
        lambda tx: tx.execute(delete(audit_line).where(audit_line.c.seq == 8)),  # the last one
        lambda tx: tx.execute(delete(audit_line)),
        lambda tx: tx.execute(update(audit_line).where(audit_line.c.seq == 4).values(who="nobody")),
        lambda tx: tx.execute(update(audit_line).where(audit_line.c.seq == 5).values(detail="{}")),
        lambda tx: tx.execute(update(audit_line).where(audit_line.c.seq == 6).values(verb="refused")),
        lambda tx: tx.execute(delete(audit_head)),
    ],
    ids=["middle line", "first line", "last line", "all lines", "who", "detail", "verb", "where it ends"],
)
def test_whatever_is_taken_out_or_changed_is_seen(worked: Desk, tamper: Tamper) -> None:
    with writing(worked.ledger.engine) as tx:
        tamper(tx)
    assert worked.audit.find_break() is not None


def test_an_empty_log_is_whole(desk: Desk) -> None:
    assert desk.audit.find_break() is None
