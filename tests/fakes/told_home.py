"""A home to which something happened while it collected from Reddit, and what people are told of that: at the terminal and on pages."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

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
from tests.fakes.reddit import FakeReddit

SETTINGS = {"brands": [{"name": "Stroomwerk"}], "languages": ["nl", "en"], "timezone": "UTC"}

Happen = Callable[[CollectMentions, ManualClock], Coroutine[None, None, None]]


@dataclass
class ToldHome:
    """`pages` are the words of the pages that were asked for, by path."""

    home: Path
    pages: dict[str, str]

    def says(self, *command: str) -> str:
        done = CliRunner().invoke(klankbord, ["--home", str(self.home), *command], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output


def told_home(home: Path, happen: Happen, *, ago: timedelta, paths: Sequence[str]) -> ToldHome:
    """Make a home, let something happen there that began so long ago, and read what an administrator sees on these pages then."""
    clock = ManualClock(datetime.now(UTC) - ago)
    with answering_on(home, KlankbordSettings.model_validate(SETTINGS), clock) as parts:
        ledger = parts.listening.ledger
        asyncio.run(happen(CollectMentions(ledger, (), clock=clock), clock))
        sessions = SessionLedger(ledger.engine)
        sign_in, people = SignIn(sessions, clock), ManagePeople(PeopleLedger(ledger.engine), sessions, clock, brands=("Stroomwerk",))
        people.add("Eva", Role.ADMIN, by="test", brands=None)
        heads = {"cookie": f"{COOKIE}={sign_in.open(people.named('Eva'), name='Eva', how=How.LINK)}"}
        client = TestClient(build_staff_app(staff_parts(parts, sign_in)), base_url="http://127.0.0.1:8642", follow_redirects=False)
        pages = {path: _words(client.get(path, headers=heads).text) for path in paths}
    (home / "klankbord.yaml").write_text(json.dumps(SETTINGS), encoding="utf-8")
    return ToldHome(home, pages)


def reddit_of(fake: FakeReddit, clock: ManualClock, *subreddits: str) -> RedditSource:
    return RedditSource(
        "reddit",
        subreddits=subreddits,
        queries=[],
        comments=False,
        key=lambda: RedditKey(client_id="id", client_secret="s", account="stroomwerk"),
        approval_reference="R-1",
        clock=clock,
        factory=lambda: fake,
    )


def _words(page: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", page)).split())
