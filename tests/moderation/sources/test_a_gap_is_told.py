"""More was posted than a platform lists, and somebody has to learn it: at the terminal, on a page, in the digest and in the report."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from listener.clock import ManualClock
from listener.sources.reddit import RedditSource
from listener.sources.reddit_access import RedditKey
from listener.workflows.collect_mentions import CollectMentions
from moderation.bootstrap import answering_on
from moderation.cli import klankbord
from moderation.inbox.app import build_staff_app
from moderation.inbox.sign_in import COOKIE, SignIn
from moderation.ledger.people import PeopleLedger
from moderation.ledger.sessions import SessionLedger
from moderation.model.account import How
from moderation.model.person import Role
from moderation.page_parts.staff import staff_parts
from moderation.settings import KlankbordSettings
from moderation.workflows.manage_people import ManagePeople
from tests.fakes.reddit import FakeReddit, submission

SETTINGS = {"brands": [{"name": "Stroomwerk"}], "languages": ["nl", "en"], "timezone": "UTC"}
SAID = "more new submissions since last time than Reddit lists (1000)"
GAPS = {"nl": "Gaten", "en": "Gaps"}
DIGEST = {"nl": "1 gat, daar kan iets gemist zijn", "en": "1 gap, something may have been missed there"}
REPORT = {"nl": "reddit liet een gat: daar misten we iets", "en": "reddit left a gap: we missed something there"}


@dataclass
class Shown:
    """A home in which one source left a gap an hour ago, and its page of sources in each language."""

    home: Path
    pages: dict[str, str]

    def says(self, *command: str) -> str:
        done = CliRunner().invoke(klankbord, ["--home", str(self.home), *command], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output


async def _fall_behind(collect: CollectMentions, clock: ManualClock) -> None:
    """Read once, let 1,100 submissions come while nobody reads, and read again."""
    fake, start = FakeReddit(), clock.now().timestamp()
    queue = fake.listings["submissions klussen"] = [submission(1, created=start - 5)]
    source = RedditSource(
        "reddit",
        subreddits=["klussen"],
        queries=[],
        comments=False,
        key=lambda: RedditKey(client_id="id", client_secret="s", account="stroomwerk"),
        approval_reference="R-1",
        clock=clock,
        factory=lambda: fake,
    )
    await collect.round(source, keep="all")
    queue += [submission(n, created=start + n) for n in range(10, 1_110)]
    clock.advance(timedelta(hours=1))
    await collect.round(source, keep="all")
    await source.aclose()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    home = tmp_path_factory.mktemp("gap") / "home"
    clock = ManualClock(datetime.now(UTC) - timedelta(hours=1, minutes=1))
    with answering_on(home, KlankbordSettings.model_validate(SETTINGS), clock) as parts:
        ledger = parts.listening.ledger
        asyncio.run(_fall_behind(CollectMentions(ledger, (), clock=clock), clock))
        sessions = SessionLedger(ledger.engine)
        sign_in, people = SignIn(sessions, clock), ManagePeople(PeopleLedger(ledger.engine), sessions, clock, brands=("Stroomwerk",))
        people.add("Eva", Role.ADMIN, by="test", brands=None)
        secret = sign_in.open(people.named("Eva"), name="Eva", how=How.LINK)
        client = TestClient(build_staff_app(staff_parts(parts, sign_in)), base_url="http://127.0.0.1:8642", follow_redirects=False)
        pages = {one: client.get(f"/sources?lang={one}", headers={"cookie": f"{COOKIE}={secret}"}).text for one in GAPS}
    (home / "klankbord.yaml").write_text(json.dumps(SETTINGS), encoding="utf-8")
    return Shown(home, pages)


def _words(page: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", page)).split())


def test_the_terminal_names_the_source_and_what_is_missing(shown: Shown) -> None:
    (line,) = json.loads(shown.says("sources", "--json"))
    assert (line["source"], line["gaps"]) == ("reddit", 1)
    assert SAID in line["note"]
    assert SAID in " ".join(shown.says("sources").split())


@pytest.mark.parametrize("language", GAPS)
def test_the_page_of_sources_counts_it_and_says_why(shown: Shown, language: str) -> None:
    words = _words(shown.pages[language])
    assert f"{GAPS[language]} 1 " in words
    assert SAID in words


@pytest.mark.parametrize("language", DIGEST)
@pytest.mark.parametrize("form", [(), ("--markdown",)])
def test_the_digest_says_that_something_may_be_missing(shown: Shown, language: str, form: tuple[str, ...]) -> None:
    said = " ".join(shown.says("digest", "--language", language, *form).split())
    assert DIGEST[language] in said
    assert SAID in said.replace("\\", "")


@pytest.mark.parametrize("language", REPORT)
def test_the_weekly_report_names_the_source_that_left_it(shown: Shown, language: str) -> None:
    """The week that is running, so far; numbers between brackets lead to what a line rests on."""
    said = shown.says("report", "--week", f"{datetime.now(UTC) - timedelta(minutes=1):%G-W%V}", "--language", language)
    assert REPORT[language] in re.sub(r" \\\[\d+\\\]", "", said)
