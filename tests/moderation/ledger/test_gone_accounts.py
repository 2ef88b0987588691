"""Whoever deleted their account is no longer named by their conversation either (RULES P5, P11)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, insert, select

from listener.ledger.suppression import STAND_IN
from listener.ledger.transactions import reading, writing
from listener.model.mention import Author, BrandHit, Kept, Mention, Removal
from moderation.ledger.gone_accounts import forget_gone_accounts
from moderation.ledger.tables import conversation
from moderation.ledger.tables_conversation import contact_join
from moderation.ledger.tables_invitations import invitation_event
from moderation.ledger.tables_leave import opt_out
from tests.fakes.desk import Desk, mention
from tests.fakes.house import OURS, open_house


def post(number: str, who: str = "t2_kim", platform: str = "reddit") -> Mention:
    author = Author(platform=platform, realm="reddit.com", native_id=who, name=who)
    return mention(number, platform=platform, realm="reddit.com", author=author)


def accounts(desk: Desk) -> list[str]:
    with reading(desk.ledger.engine) as tx:
        return list(tx.execute(select(conversation.c.author_key).order_by(conversation.c.conversation_id)).scalars())


def remove(desk: Desk, *numbers: str, platform: str = "reddit") -> None:
    gone = [Removal(platform=platform, realm="reddit.com", native_id=one) for one in numbers]
    desk.ledger.mentions.remove(gone, source="feed", at=desk.clock.now())


def forget(desk: Desk) -> int:
    return forget_gone_accounts(desk.ledger.engine, desk.ledger.suppression)


def test_of_whom_everything_was_deleted_no_id_is_left(desk: Desk) -> None:
    """Two conversations of theirs keep belonging together; somebody else's stays as it is."""
    desk.hear(post("1"), post("2"), post("3", who="t2_bo"))
    remove(desk, "1")
    assert forget(desk) == 0, "one of their posts stands, and names them"
    remove(desk, "2")
    assert forget(desk) == 1
    first, second, other = accounts(desk)
    assert first == second
    assert first.startswith(STAND_IN)
    assert other == "reddit/reddit.com/t2_bo"
    assert forget(desk) == 0


def test_a_post_that_stands_under_a_deleted_account_names_nobody_anywhere(desk: Desk) -> None:
    (number,) = desk.hear(post("1"))
    desk.ledger.mentions.forget_authors([number])
    assert forget(desk) == 1
    assert "t2_kim" not in str(accounts(desk))


def test_words_that_were_let_go_after_their_time_are_no_deletion(desk: Desk) -> None:
    """A case that goes on keeps its customer for as long as cases are kept."""
    (number,) = desk.hear(post("1"))
    desk.ledger.expiry.let_go([number], at=desk.clock.now())
    assert forget(desk) == 0
    assert accounts(desk) == ["reddit/reddit.com/t2_kim"]


@pytest.mark.parametrize("platform", ["feed", "mail", "discord"])
def test_where_no_terms_ask_for_it_a_conversation_keeps_its_account(desk: Desk, platform: str) -> None:
    desk.hear(post("1", platform=platform))
    remove(desk, "1", platform=platform)
    assert forget(desk) == 0


def test_whoever_was_only_joined_to_somebody_or_invited_goes_as_well(desk: Desk) -> None:
    """No conversation is theirs: their id stood there until the case was over for a year. What they asked for stays theirs."""
    first, _ = desk.hear(post("1", who="t2_an"), post("2", who="t2_bo"))
    kim = "reddit/reddit.com/t2_kim"
    rows: dict[Table, dict[str, object]] = {
        contact_join: {
            "conversation_id": 1,
            "person_key": "reddit/reddit.com/t2_an",
            "other_person_key": kim,
            "evidence": {},
            "made_by": "bo",
        },
        invitation_event: {"event_key": "k", "kind": "thanked", "platform": "reddit", "realm": "reddit.com", "thread_id": "t"},
        opt_out: {"person_key": kim, "at": desk.clock.now(), "how": "said", "noted_by": "bo"},
    }
    rows[contact_join] |= {"made_at": desk.clock.now()}
    rows[invitation_event] |= {"mention_id": first, "person_key": kim, "number": 1, "answered": False, "state": "waiting"}
    rows[invitation_event] |= {"happened_at": desk.clock.now(), "found_at": desk.clock.now()}
    with writing(desk.ledger.engine) as tx:
        for table, row in rows.items():
            tx.execute(insert(table).values(row))
    assert forget(desk) == 1
    stand_in = desk.ledger.suppression.stand_in(kim)
    with reading(desk.ledger.engine) as tx:
        assert tx.execute(select(contact_join.c.person_key, contact_join.c.other_person_key)).one() == ("reddit/reddit.com/t2_an", stand_in)
        assert tx.execute(select(invitation_event.c.person_key)).scalar() == stand_in
        assert tx.execute(select(opt_out.c.person_key)).scalar() == kim


def test_whoever_is_forgotten_so_can_write_again(desk: Desk) -> None:
    """A new message opens a case of its own: nothing is lost."""
    desk.hear(post("1"))
    remove(desk, "1")
    forget(desk)
    desk.hear(post("2"))
    assert accounts(desk)[1] == "reddit/reddit.com/t2_kim"


def test_it_is_looked_at_with_all_cases_once_an_hour(tmp_path: Path) -> None:
    """By the service, without anybody asking."""
    with open_house(tmp_path) as house:
        desk = house.parts.desk
        hit = BrandHit(brand=OURS, directed=True, terms=("stroomwerk",))
        page = [Kept(mention=post("weg"), hits=(hit,))]
        desk.ledger.mentions.add_page(page, source="feed", next_cursor=None, at=house.clock.now())
        house.clock.advance(timedelta(minutes=11))
        desk.open_cases()
        gone = Removal(platform="reddit", realm="reddit.com", native_id="weg")
        desk.ledger.mentions.remove([gone], source="feed", at=house.clock.now())
        desk.check_cases()
        with reading(desk.ledger.engine) as tx:
            found = set(tx.execute(select(conversation.c.author_key)).scalars())
        assert any(one.startswith(STAND_IN) for one in found)
        assert "reddit/reddit.com/t2_kim" not in found
