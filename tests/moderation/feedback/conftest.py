"""Links, forms and figures on a fresh ledger, with a customer who wrote to us."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from moderation.ledger.feedback import FeedbackLedger
from moderation.public.app import build_public_app
from moderation.public.feedback_parts import feedback_parts
from moderation.public.parts import PrivacyFacts, PublicParts
from moderation.workflows.feedback_links import FeedbackLinks
from moderation.workflows.give_feedback import FeedbackForms, ReviewLink
from tests.fakes.desk import Desk, mention

KEY = b"k" * 32
BASE = "https://klankbord.example.nl"
FORM = "application/x-www-form-urlencoded"
"""Browsers name it also when no field is filled in."""


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


REVIEWS = (
    ReviewLink(slug="recensies", name="Recensies", url="https://reviews.example.org/stroomwerk?a=1&b=2"),
    ReviewLink(slug="kaart", name="De kaart", url="https://maps.example.org/x"),
)


@pytest.fixture
def forms(desk: Desk, ledger: FeedbackLedger, links: FeedbackLinks) -> FeedbackForms:
    return FeedbackForms(links, ledger, desk.clock, review_links=REVIEWS)


@pytest.fixture
def app(desk: Desk, forms: FeedbackForms) -> FastAPI:
    """The public pages with feedback, and no status to tell of."""
    return public_app(desk, forms)


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    """A browser behind our proxy on this machine."""
    return TestClient(app, base_url=BASE, follow_redirects=False, client=("127.0.0.1", 1), headers={"content-type": FORM})


def public_app(desk: Desk, forms: FeedbackForms, *, base_url: str = BASE) -> FastAPI:
    parts = PublicParts(
        clock=desk.clock,
        zone=ZoneInfo("Europe/Amsterdam"),
        brand="Stroomwerk",
        issues=tuple,
        privacy=PrivacyFacts(controller="Stroomwerk", contact="privacy@stroomwerk.example", keep_days=90),
        base_url=base_url,
        feedback=feedback_parts(forms),
    )
    return build_public_app(parts)
