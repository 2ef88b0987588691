"""Where a message without words is shown, it says so, in Dutch and English, and nothing fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from listener.ledger.transactions import writing
from listener.model.mention import KEPT_NO_LONGER
from moderation.commands.answering import _words
from moderation.inbox.shown import shown_mention
from moderation.inbox.sign_in import COOKIE
from moderation.ledger.exports import ExportLedger
from moderation.ledger.tables import support_case
from moderation.model.export import ExportAsked, ExportKind
from moderation.retaining import retaining
from moderation.workflows.export_rows import _mention
from tests.fakes.canary_person import SAID, Planted, plant
from tests.fakes.house import AUTHOR, House, open_house

SAYS = {"nl": "Tekst niet langer bewaard", "en": "Text kept no longer"}


@dataclass(frozen=True, slots=True)
class After:
    """A home in which every text is gone."""

    house: House
    planted: Planted

    async def get(self, path: str, language: str = "nl", **headers: str) -> httpx.Response:
        """Ask for a page as a colleague who reads all brands."""
        given = {"cookie": f"{COOKIE}={self.house.cookie(AUTHOR)}", "accept-language": language, **headers}
        transport = httpx.ASGITransport(app=self.house.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8642") as asking:
            return await asking.get(path, headers=given)


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Iterator[After]:
    with open_house(tmp_path_factory.mktemp("home")) as house:
        planted = plant(house)
        retain = retaining(house.parts.listening, house.parts.reader)
        retain.agreed()
        with writing(house.parts.listening.ledger.engine) as tx:
            tx.execute(update(support_case).values(state="closed"))
        house.clock.advance(timedelta(days=500))
        assert retain.when_due() is not None
        yield After(house, planted)


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_pages_say_so(after: After, language: str) -> None:
    """The conversation, and the issue that a figure leads to."""
    for path in (f"/cases/{after.planted.case_id}", f"/issues/{after.planted.issue_id}"):
        answer = await after.get(path, language)
        assert answer.status_code == 200, path
        assert SAYS[language] in answer.text, path
        assert SAID.lower() not in answer.text.lower(), path


async def test_the_search_finds_it_no_more(after: After) -> None:
    """What is found by nothing breaks no list."""
    answer = await after.get("/search?q=qwertzuiop")
    assert answer.status_code == 200
    assert SAID.lower() not in answer.text.lower()


async def test_the_api_says_so(after: After) -> None:
    """A program tells a message without words from one that never had any."""
    token = after.house.token(AUTHOR)
    answer = await after.get(f"/api/v1/mentions/{after.planted.mention_ids[0]}", authorization=f"Bearer {token}", cookie="")
    assert answer.status_code == 200
    told = answer.json()
    told = told.get("mention", told)
    assert (told["kept_no_longer"], told["text"], told["author"]) == (True, "", "")


def test_an_export_says_what_it_withholds(after: After) -> None:
    """An empty column has its reason beside it."""
    asked = ExportAsked(kind=ExportKind.MENTIONS, reason="for the test")
    rows = [row for batch in ExportLedger(after.house.parts.listening.ledger.engine).mentions(asked) for row in batch]
    told = [_mention(row, names=True, id_only=False, key=b"k" * 32) for row in rows]
    assert {one["withheld"] for one in told} == {KEPT_NO_LONGER}
    assert {one["text"] for one in told} == {""}


def test_the_command_line_and_what_the_bot_is_given_say_so(after: After) -> None:
    """Lists of the terminal and cards in Discord are made from these."""
    (one,) = after.house.parts.listening.ledger.mentions.by_ids(after.planted.mention_ids[:1])
    assert _words(one) == "(text kept no longer)"
    assert shown_mention(one, author="").kept_no_longer
