"""Somebody at the pages about people: a browser without a window that keeps its cookies, on a home where people work."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from listener.clock import ManualClock
from moderation.inbox.app import build_staff_app
from moderation.inbox.oidc_client import OidcClient
from moderation.inbox.people_parts import PeopleParts
from moderation.ledger.audit import AuditLedger
from moderation.model.account import Account
from moderation.model.person import Role
from moderation.people_desk import PeopleDesk
from tests.fakes.people import SAID, add_person, people_engine, people_on
from tests.fakes.staff import StaffDay
from tests.fakes.staff_figures import NOW
from tests.fakes.told_pages import told_on

BASE = "http://127.0.0.1:8642"


@dataclass
class _Now:
    """The home that the pages belong to at this moment."""

    house: House | None = None


_NOW = _Now()


class _Part:
    """Stands for a part of the home of this moment: building pages takes longer than most tests, so all homes share them."""

    def __init__(self, *path: str) -> None:
        self._path = path

    def __getattr__(self, name: str) -> Any:
        return getattr(self._found(), name)

    def __contains__(self, one: object) -> bool:
        return one in self._found()

    def _found(self) -> Any:
        found: Any = _NOW.house
        for name in self._path:
            found = getattr(found, name)
        return found


@cache
def pages() -> FastAPI:
    """Return the pages of whichever home opened a browser last."""
    part: Any = _Part
    people = PeopleParts(
        door=part("desk", "door"),
        manage=part("desk", "manage"),
        tokens=part("desk", "tokens"),
        trusted_proxies=part("trusted_proxies"),
        oidc=part("oidc"),
        discord=part("desk", "discord"),
    )
    parts = StaffDay().parts(sign_in=part("desk", "sign_in"))
    return build_staff_app(replace(parts, people=people, deliveries=part("deliveries"), clock=part("clock")))


class NoProvider:
    """A home where nobody signs in elsewhere."""

    name = ""


@dataclass
class House:
    """A home where people work, with its pages."""

    trusted_proxies: frozenset[str] = frozenset()
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    secrets: dict[str, str] = field(default_factory=dict)
    oidc: OidcClient | NoProvider = field(default_factory=NoProvider)

    def __post_init__(self) -> None:
        self.engine = people_engine()
        self.desk: PeopleDesk = people_on(self.clock, engine=self.engine)
        self.audit = AuditLedger(self.engine)
        self.deliveries = told_on(self.engine, self.clock)

    def with_oidc(self, oidc: OidcClient) -> House:
        """Let people sign in elsewhere; before the pages are first looked at."""
        self.oidc = oidc
        return self

    def browser(self, address: str = "203.0.113.7") -> Browser:
        """Return a browser at an address, without cookies."""
        _NOW.house = self
        client = TestClient(pages(), base_url=BASE, raise_server_exceptions=False, client=(address, 50000))
        return Browser(self, client)

    def add(self, name: str, role: Role = Role.AGENT, *, step: bool = False) -> Account:
        """Add a colleague with the usual password; with `step` also a second step, whose secret `self.secrets` keeps."""
        account = add_person(self.desk, name, role)
        if step:
            offer, address = self.desk.door.offer_second_step(account)
            secret = parse_qs(urlsplit(address).query)["secret"][0]
            assert self.desk.door.set_second_step(account, offer, pyotp.TOTP(secret).at(self.clock.now()))
            self.secrets[name] = secret
            self.clock.advance(timedelta(seconds=30))
        return self.desk.manage.get(account.person_id)

    def code(self, name: str) -> str:
        """Return what the colleague's app shows now."""
        return pyotp.TOTP(self.secrets[name]).at(self.clock.now())

    @property
    def ledger(self) -> Path:
        """Return the ledger's file; its log lies beside it."""
        return Path(str(self.engine.url.database))

    def verbs(self) -> list[str]:
        """Return what the audit log tells, oldest first."""
        return [line.verb for line in self.audit.lines()]


@dataclass
class Browser:
    """Keeps its own cookies, and sends forms as browsers send them from our pages."""

    house: House
    client: TestClient
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Response:
        return self._kept(self.client.get(path, headers=self._headers(headers), follow_redirects=False))

    def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> Response:
        given = self._headers({"origin": "null", "sec-fetch-site": "same-origin", **headers})
        form = {**({"csrf": self.csrf} if self.csrf else {}), **(fields or {})}
        return self._kept(self.client.post(path, data=form, headers=given, follow_redirects=False))

    def sign_in(self, name: str, password: str = SAID, **headers: str) -> Response:
        """Give name and password."""
        return self.post("/sign-in", {"name": name, "password": password}, **headers)

    def come_in(self, name: str) -> Browser:
        """Sign in whole, with a code where one is asked."""
        answer = self.sign_in(name)
        if answer.headers.get("location") == "/sign-in/code":
            answer = self.post("/sign-in/code", {"code": self.house.code(name)})
        assert answer.headers["location"] == "/signed-in", answer.status_code
        return self

    @property
    def inside(self) -> bool:
        """Tell whether pages open."""
        return self.get("/me").status_code == 200

    @property
    def csrf(self) -> str:
        session = self.house.desk.sign_in.session(self.cookies.get("__Host-klankbord", ""), touch=False)
        return session.csrf if session else ""

    def _headers(self, given: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in given.items()}
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {**({"cookie": jar} if jar else {}), "accept-language": "nl", **named}

    def _kept(self, answer: Response) -> Response:
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value.strip('"')
        return answer


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found.group(1)
