"""Links, forms and figures on a fresh ledger, with a customer who wrote to us."""

from __future__ import annotations

import pytest

from moderation.ledger.feedback import FeedbackLedger
from moderation.workflows.feedback_links import FeedbackLinks
from tests.fakes.desk import Desk, mention

KEY = b"k" * 32
BASE = "https://klankbord.example.nl"


@pytest.fixture
def ledger(desk: Desk) -> FeedbackLedger:
    return FeedbackLedger(desk.ledger.engine)


@pytest.fixture
def links(desk: Desk, ledger: FeedbackLedger) -> FeedbackLinks:
    return FeedbackLinks(ledger, desk.clock, key=KEY, base_url=BASE)


@pytest.fixture
def conversation(desk: Desk) -> int:
    """A customer wrote, and the conversation that came of it."""
    desk.hear(mention())
    (case,) = desk.cases.rows()
    return case.conversation_id
