"""A home whose people press buttons in Discord, opened once for each file of tests: what one file leaves is nothing to another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from listener.ledger.ledger import Ledger, open_ledger
from moderation.ledger.tables_bot import BOT_TABLES
from moderation.ledger.tables_people import person
from tests.fakes.bot_house import BotHouse, open_bot_house


@pytest.fixture(scope="module")
def bot_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotHouse]:
    """People of every role with an account at Discord, and one thing of every kind in each of two brands."""
    with open_bot_house(tmp_path_factory.mktemp("bot-house") / "home") as opened:
        yield opened


@pytest.fixture(scope="session")
def _bot_ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A ledger that is opened once: making its tables takes longer than a test."""
    with open_ledger(f"sqlite:///{tmp_path_factory.mktemp('bot') / 'ledger.db'}") as opened:
        yield opened


@pytest.fixture
def ledger(_bot_ledger: Ledger) -> Ledger:
    """A ledger in which the bot left nothing yet."""
    with _bot_ledger.engine.begin() as tx:
        for table in (*BOT_TABLES, person):
            tx.execute(table.delete())
    return _bot_ledger
