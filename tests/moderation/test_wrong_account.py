"""Whatever of account, place or token is changed after an approval, nothing leaves (RULES F31): through the real wiring, over real HTTP."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from listener.clock import ManualClock
from listener.ledger.transactions import writing
from listener.model.mention import Author, BrandHit, Kept
from moderation.bootstrap import desk_on, sending_on
from moderation.ledger.drafts import DraftLedger
from moderation.ledger.tables import outbox
from moderation.model.outbox import EntryState, NewDraft
from moderation.model.post import PostKind
from moderation.settings import KlankbordSettings
from moderation.workflows.draft_text import target_below
from tests.fakes.desk import MORNING, mention
from tests.fakes.platforms.core import ACCOUNT, TOKEN
from tests.fakes.platforms.mastodon import FakeMastodon

TOKEN_NAME = "KLANKBORD_MASTODON_WRITE_TOKEN"


@dataclass
class House:
    """A home with one approved answer on a live account, and the platform it would go to."""

    home: Path
    fake: FakeMastodon
    account: dict[str, Any]

    def settings(self, **changes: Any) -> KlankbordSettings:
        return KlankbordSettings.model_validate({"outbox": {"accounts": [{**self.account, **changes}]}})


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv(TOKEN_NAME, TOKEN)
    clock = ManualClock(MORNING)
    with FakeMastodon(tmp_path / "mastodon.jsonl", clock) as fake:
        account = {"platform": "mastodon", "name": ACCOUNT, "base_url": fake.url, "live": True, "realms": ["127.0.0.1"]}
        made = House(home=tmp_path / "home", fake=fake, account={**account, "allow_private": True})
        with sending_on(made.home, made.settings(), clock) as sending:
            asyncio.run(sending.connect_once())
            approve_an_answer(made, sending.desk.ledger)
        yield made


def approve_an_answer(house: House, ledger: Any) -> None:
    """Hear somebody on the server and approve an answer, at a desk beside the gateway."""
    author = Author(platform="mastodon", realm="127.0.0.1", native_id="5", name="Kim")
    said = mention("901", platform="mastodon", realm="127.0.0.1", author=author)
    hit = BrandHit(brand="Stroomwerk", directed=True, terms=("stroomwerk",))
    ledger.mentions.add_page([Kept(mention=said, hits=(hit,))], source="m", next_cursor=None, at=MORNING)
    stored = ledger.mentions.find(said.key)
    with desk_on(house.home, house.settings(), ManualClock(MORNING)) as desk:
        new = NewDraft(kind=PostKind.REPLY, target=target_below(stored), text="Dag Kim, we kijken ernaar.", language="nl", author="anna")
        desk.outbox.approve(DraftLedger(desk.ledger.engine).add(new, at=MORNING).draft_id, "anna")


def send(house: House, home: Path, settings: KlankbordSettings) -> EntryState:
    """Let the gateway run once on `home`, and return where the entry stands then."""

    async def once() -> None:
        try:
            await sending.send_once()
        finally:
            await sending.connections.aclose()

    with sending_on(home, settings, ManualClock(MORNING)) as sending:
        asyncio.run(once())
        (entry,) = sending.desk.outbox.list()
        return entry.state


def test_what_was_approved_leaves_when_nothing_was_changed(house: House) -> None:
    """Else the refusals below would prove nothing."""
    assert send(house, house.home, house.settings()) is EntryState.SENT
    assert [post.text for post in house.fake.posts()] == ["Dag Kim, we kijken ernaar."]


CHANGED_COLUMNS: dict[str, tuple[Any, ...]] = {
    "account_platform": ("x", "simulated", "discourse", "Mastodon", "mastodon ", ""),
    "account_realm": ("other.example", "localhost", "127.0.0.2", "127.0.0.1:80", "", " 127.0.0.1"),
    "account_native_id": ("1", "", "109302436954721983", "stroomloket", "109302436954721982 ", "\u0661"),
    "platform": ("x", "reddit", "discord", "simulated", "Mastodon", ""),
    "realm": ("other.example", "localhost", "127.0.0.2", "", "127.0.0.1/", "*"),
    "thread_id": ("902", "t3_abc", "1585841080431321088", "", "901 ", "../901"),
    "parent_id": ("902", "t1_abc", "1585841080431321088", "", "901 ", "901/"),
    "person": ("kim@example.nl", "5", "*", "901", " ", "@kim"),
    "edits": ("901", "1", "116000000000000001", " ", "*", "x"),
    "title": ("Storing", " ", "x", "\u200b", "0", "null"),
    "kind": ("invitation", "status_update", "you_said"),
    "text": ("Dag Kim, we kijken ernaar", "dag Kim, we kijken ernaar.", "Dag Kim, we kijken ernaar.\u200b", "", "x"),
    "revision": (1, 2, 7, 99),
    "content_hash": ("0" * 64, "", "x"),
    "media": (["a"], [""], ["a", "b"]),
    "options": (["sticky"], [""], ["distinguish"]),
}  # fmt: skip


def test_no_changed_row_leaves(house: House) -> None:
    """Over eighty changes of account, place and text, one by one, each put back before the next."""
    tried = 0
    with sending_on(house.home, house.settings(), ManualClock(MORNING)) as sending:
        engine = sending.desk.ledger.engine
        with writing(engine) as tx:
            (row,) = tx.execute(select(outbox)).mappings()
            whole = dict(row)
        for column, values in CHANGED_COLUMNS.items():
            for value in values:
                with writing(engine) as tx:
                    tx.execute(update(outbox).values({**whole, column: value}))
                asyncio.run(sending.send_once())
                (entry,) = sending.desk.outbox.list()
                assert (entry.state, entry.reason) == (EntryState.NEEDS_HUMAN, "approval_void"), (column, value)
                tried += 1
    assert tried >= 80
    assert house.fake.posts() == []
    assert house.fake.writes == []


def test_no_changed_setting_or_token_lets_it_leave(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account renamed, moved, made simulated, or its token swapped: what was approved stays behind."""
    changed: list[dict[str, Any]] = [
        {"name": "iemand"}, {"name": "STROOMLOKET"}, {"name": "stroomloket@elders.example"}, {"platform": "discourse"},
        {"platform": "webhook"}, {"platform": "matrix"}, {"live": False}, {"realms": []}, {"realms": ["other.example"]},
        {"realms": ["localhost"]}, {"base_url": ""}, {"base_url": "https://127.0.0.1:1"}, {"base_url": "http://127.0.0.1:1"},
        {"base_url": house.fake.url.replace("127.0.0.1", "localhost")}, {"base_url": "http://[::1]:1"}, {"allow_private": False},
    ]  # fmt: skip
    tokens = ["", "x", TOKEN + "x", TOKEN[::-1]]
    for number, changes in enumerate(changed):
        home = shutil.copytree(house.home, tmp_path / f"changed-{number}")
        assert send(house, home, house.settings(**changes)) is not EntryState.SENT, changes
    for number, token in enumerate(tokens):
        monkeypatch.setenv(TOKEN_NAME, token)
        home = shutil.copytree(house.home, tmp_path / f"token-{number}")
        assert send(house, home, house.settings()) is not EntryState.SENT, token
    assert house.fake.posts() == []


@pytest.mark.parametrize("user", ["1", "109302436954721983", "stroomloket"])
def test_a_token_of_another_account_is_noticed_before_the_send(house: House, user: str) -> None:
    """A test token in production: the platform names somebody else."""
    house.fake.user = user
    assert send(house, house.home, house.settings()) is EntryState.NEEDS_HUMAN
    assert house.fake.writes == []
