"""The staff pages on an invented day, and somebody who is signed in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from listener.clock import ManualClock
from moderation.inbox.app import build_staff_app
from moderation.inbox.sign_in import COOKIE, SignIn
from moderation.model.person import Role
from tests.fakes.house import OURS, THEIRS, House, open_house
from tests.fakes.people import sign_in_on
from tests.fakes.posts_of_weeks import add_weeks
from tests.fakes.staff import AGENT, StaffDay
from tests.fakes.staff_figures import NOW

BASE = "http://127.0.0.1:8642"


@dataclass
class Staff:
    """A browser without a window: keeps its own cookie, sends forms as browsers send them from our pages."""

    client: TestClient
    sign_in: SignIn
    clock: ManualClock
    app: FastAPI
    day: StaffDay
    cookie: str = ""
    agent: str = AGENT

    def get(self, path: str, **headers: str) -> Response:
        return self.client.get(path, headers=self._headers(headers), follow_redirects=False)

    def post(self, path: str, fields: dict[str, str] | None = None, *, csrf: bool = True, **headers: str) -> Response:
        form = {**({"csrf": self.csrf} if csrf else {}), **(fields or {})}
        given = {"origin": "null", "sec-fetch-site": "same-origin", **headers}
        return self.client.post(path, data=form, headers=self._headers(given), follow_redirects=False)

    def link_token(self, agent: str | None = None) -> str:
        """Return the secret of a new one-time link."""
        link = self.sign_in.new_link(BASE, agent=agent or self.agent)
        return parse_qs(urlsplit(link).query)["token"][0]

    def come_in(self) -> Staff:
        """Sign in through the pages."""
        answer = self.post("/sign-in", {"token": self.link_token()}, csrf=False)
        assert answer.status_code == 303
        self.cookie = answer.headers["set-cookie"].partition(";")[0].partition("=")[2]
        return self

    def colleague(self, agent: str) -> Staff:
        """Return somebody else, signed in on the same pages."""
        return Staff(self.client, self.sign_in, self.clock, self.app, self.day, agent=agent).come_in()

    @property
    def csrf(self) -> str:
        """The form token that our pages carry for this session."""
        session = self.sign_in.session(self.cookie, touch=False)
        return session.csrf if session else ""

    def _headers(self, given: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in given.items()}
        return {**({"cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}), "accept-language": "nl", **named}


@pytest.fixture(scope="session")
def weeks_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two brands and forty days of messages; the newest were posted a moment ago. Tests that ask for it only look."""
    with open_house(tmp_path_factory.mktemp("weeks") / "home") as opened:
        listening = opened.parts.listening
        add_weeks(listening.ledger, until=opened.clock.now(), days=40, brands=(OURS, THEIRS), model_id=listening.model_id)
        opened.add("inkijker", Role.VIEWER)
        opened.add("van een merk", Role.VIEWER, frozenset({OURS}))
        yield opened


@pytest.fixture
def day() -> StaffDay:
    """What the pages are told; a test may change it before it looks."""
    return StaffDay()


def visit(day: StaffDay, **broken: Any) -> Staff:
    """Return somebody who is not signed in yet; `broken` replaces parts of the day."""
    clock = ManualClock(NOW)
    sign_in = sign_in_on(clock)
    app = build_staff_app(replace(day.parts(sign_in=sign_in), **broken))
    client = TestClient(app, base_url=BASE, raise_server_exceptions=False)
    return Staff(client, sign_in, clock, app, day)


@pytest.fixture
def visitor(day: StaffDay) -> Staff:
    """Somebody who is not signed in."""
    return visit(day)


@pytest.fixture
def staff(visitor: Staff) -> Staff:
    """Somebody who is signed in."""
    return visitor.come_in()


def words_of(page: str) -> str:
    """Return what a reader reads: no markup, blanks joined."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
