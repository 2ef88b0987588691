"""Whoever was erased has a stand-in already: the nights that follow leave it, and come to their end."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import select, update

from listener.ledger.transactions import reading, writing
from moderation.ledger.retention import RetentionLedger
from moderation.ledger.tables import conversation, support_case
from moderation.retaining import retaining
from moderation.workflows.retain import over_at
from moderation.workflows.subjects import Subjects
from tests.fakes.canary_person import plant
from tests.fakes.house import open_house

MORE_THAN_ANY_NIGHT = 200


def test_a_night_after_an_erasure_comes_to_its_end(tmp_path: Path) -> None:
    """A place that seems to hold somebody for ever would be emptied for ever, and nothing behind it would ever go."""
    with open_house(tmp_path / "home") as house:
        plant(house)
        listening = house.parts.listening
        subjects = Subjects(listening.home, listening.ledger, house.clock, None)
        with reading(listening.ledger.engine) as tx:
            key = next(one for one in tx.execute(select(conversation.c.author_key)).scalars() if one)
        subjects.erase(subjects.subject(key.partition("/")[0], key), by="anna")
        with writing(listening.ledger.engine) as tx:
            tx.execute(update(support_case).values(state="closed", changed_at=house.clock.now()))
        house.clock.advance(timedelta(days=500))
        over = over_at(house.clock.now(), retaining(listening, None).wanted)
        places = RetentionLedger(listening.ledger.engine, listening.ledger.suppression)
        steps = list(islice(places.clear(over), MORE_THAN_ANY_NIGHT))
        assert len(steps) < MORE_THAN_ANY_NIGHT
        assert places.count(over) == {}
        with reading(listening.ledger.engine) as tx:
            kept = set(tx.execute(select(conversation.c.author_key)).scalars())
        assert any(one.startswith("erased/erased/") for one in kept)
