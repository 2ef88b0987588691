"""Signing in at an OpenID provider, a real one on loopback; and everything about its answer that has to be right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from listener.settings.schema import HttpSettings
from listener.sources.http import HttpClient
from moderation.inbox.app import build_staff_app
from moderation.inbox.oidc_client import OidcClient
from moderation.ledger.people import PeopleLedger
from moderation.model.person import Role
from moderation.workflows.sign_in_elsewhere import ElsewhereRules, SignInElsewhere
from tests.fakes.oidc import CLIENT_ID, CLIENT_SECRET, Provider, open_provider
from tests.moderation.inbox.people_pages import Browser, House, pages

BRAM = {"email": "bram@zoemvolt.example", "email_verified": True, "name": "Bram Vos"}


@pytest.fixture
def house() -> House:
    made = House()
    bram = made.desk.manage.add("Bram Vos", Role.AGENT, by="machine", email="Bram@zoemvolt.example")
    assert bram.password_hash == ""
    return made


@pytest.fixture
def provider(house: House) -> Iterator[Provider]:
    with open_provider(house.clock) as opened:
        opened.says = dict(BRAM)
        yield opened


def elsewhere(house: House, provider: Provider, *, rules: dict[str, Any] | None = None, **given: Any) -> Browser:
    """Return a browser at a home that lets people sign in at the provider."""
    usual: dict[str, Any] = {"claim": "email", "allowed": (), "groups_claim": "groups", "roles": {}}
    colleagues = SignInElsewhere(PeopleLedger(house.engine), ElsewhereRules(**{**usual, **(rules or {})}), house.clock)
    client = OidcClient(
        issuer=provider.issuer,
        client_id=CLIENT_ID,
        name="Loket",
        secret=lambda: CLIENT_SECRET,
        http=lambda: HttpClient(HttpSettings.model_validate({})),
        clock=house.clock,
        colleagues=colleagues,
        allow_private=True,
    )
    return house.with_oidc(replace(client, **given)).browser()


def there_and_back(browser: Browser, provider: Provider, **changed: str) -> Response:
    """Go to the provider, sign in, come back; `changed` spoils what comes back."""
    away = browser.get("/sign-in/elsewhere")
    assert away.status_code == 303
    back = urlsplit(provider.sign_in(away.headers["location"]))
    answer = {**dict(parse_qsl(back.query)), **changed}
    return browser.get(f"{back.path}?{urlencode(answer)}")


def test_a_colleague_comes_in_by_a_verified_address(house: House, provider: Provider) -> None:
    browser = elsewhere(house, provider)
    assert "Loket" in browser.get("/sign-in").text
    page = there_and_back(browser, provider)
    assert page.status_code == 200  # a page of ours, not a redirect: from there the Strict cookie goes along
    assert 'href="/signed-in"' in page.text
    assert browser.inside
    assert "__Host-klankbord-oidc" not in browser.cookies
    assert house.verbs()[-1] == "sign_in"


SPOILED: tuple[tuple[str, dict[str, Any], dict[str, Any], dict[str, str]], ...] = (
    ("signed by another key", {"forge": "key"}, {}, {}),
    ("signed by nobody", {"forge": "none"}, {}, {}),
    ("of another issuer", {}, {"iss": "https://elsewhere.example"}, {}),
    ("for another client", {}, {"aud": "somebody-else"}, {}),
    ("too old", {}, {"exp": 1_000_000_000}, {}),
    ("without an end", {}, {"exp": None}, {}),
    ("for another visit", {}, {"nonce": "another"}, {}),
    ("without a visit", {}, {"nonce": None}, {}),
    ("an address nobody verified", {}, {"email_verified": False}, {}),
    ("an address verified in words", {}, {"email_verified": "true"}, {}),
    ("somebody unknown", {}, {"email": "mallory@zoemvolt.example"}, {}),
    ("described as another issuer", {"described_as": "https://elsewhere.example"}, {}, {}),
    ("an answer to another question", {}, {}, {"state": "another"}),
    ("a made-up code", {}, {}, {"code": "another"}),
    ("an answer from another issuer", {}, {}, {"iss": "https://elsewhere.example"}),
    ("a refusal", {}, {}, {"error": "access_denied"}),
)


@pytest.mark.parametrize(("what", "provider_does", "claims", "comes_back"), SPOILED, ids=[one[0] for one in SPOILED])
def test_nobody_comes_in_by_an_answer_that_is_not_right(
    house: House, provider: Provider, what: str, provider_does: dict[str, Any], claims: dict[str, Any], comes_back: dict[str, str]
) -> None:
    browser = elsewhere(house, provider)
    if "described_as" in provider_does:
        provider.described_as = provider_does["described_as"]
        assert browser.get("/sign-in/elsewhere").status_code == 503
        return
    provider.forge, provider.spoil = provider_does.get("forge", ""), claims
    answer = there_and_back(browser, provider, **comes_back)
    assert answer.status_code == 403, what
    assert "__Host-klankbord" not in browser.cookies
    assert not browser.inside


def test_an_answer_counts_once_and_for_ten_minutes(house: House, provider: Provider) -> None:
    browser = elsewhere(house, provider)
    back = urlsplit(provider.sign_in(browser.get("/sign-in/elsewhere").headers["location"]))
    assert browser.get(f"{back.path}?{back.query}").status_code == 200
    browser.post("/sign-out")
    assert browser.get(f"{back.path}?{back.query}").status_code == 403
    late = urlsplit(provider.sign_in(browser.get("/sign-in/elsewhere").headers["location"]))
    house.clock.advance(timedelta(minutes=10, seconds=1))
    assert browser.get(f"{late.path}?{late.query}").status_code == 403


def test_an_answer_is_of_no_use_in_another_browser(house: House, provider: Provider) -> None:
    """Somebody who sends a colleague their own answer would have them work under another name."""
    browser = elsewhere(house, provider)
    back = urlsplit(provider.sign_in(browser.get("/sign-in/elsewhere").headers["location"]))
    victim = house.browser("198.51.100.1")
    assert victim.get(f"{back.path}?{back.query}").status_code == 403


@pytest.mark.parametrize(("second_step", "leads_to"), [(False, "/sign-in/set-up"), (True, "/signed-in")])
def test_a_role_that_needs_a_second_step_needs_it_here_too(house: House, provider: Provider, second_step: bool, leads_to: str) -> None:
    """Unless the settings say that the provider asks for one."""
    house.desk.manage.set_role(house.desk.manage.named("Bram Vos").person_id, Role.APPROVER, by="machine")
    browser = elsewhere(house, provider, second_step=second_step)
    assert f'href="{leads_to}"' in there_and_back(browser, provider).text
    assert browser.inside is second_step


@pytest.mark.parametrize(
    ("rules", "says", "comes_in"),
    [
        ({}, {"groups": ["webcare"]}, False),  # no role for a group: nobody is added
        ({"roles": {"webcare": Role.AGENT}}, {"groups": ["marketing"]}, False),
        ({"roles": {"webcare": Role.AGENT}}, {"groups": ["webcare"]}, True),
        ({"roles": {"webcare": Role.AGENT}, "allowed": ("stroomwerk.example",)}, {"groups": ["webcare"]}, False),
        ({"roles": {"webcare": Role.AGENT}}, {"groups": ["webcare"], "email_verified": False}, False),
        ({"roles": {"webcare": Role.AGENT}}, {"groups": ["webcare"], "name": "Bram Vos"}, False),  # a name that is somebody else's
    ],
)
def test_who_is_unknown_becomes_a_colleague_only_where_a_group_says_so(
    house: House, provider: Provider, rules: dict[str, Any], says: dict[str, Any], comes_in: bool
) -> None:
    provider.says = {"email": "sanne@zoemvolt.example", "email_verified": True, "name": "Sanne Okafor", **says}
    browser = elsewhere(house, provider, rules=rules)
    there_and_back(browser, provider)
    assert browser.inside is comes_in
    assert len(house.desk.manage.all()) == (2 if comes_in else 1)


def test_whoever_is_kept_out_here_is_kept_out(house: House, provider: Provider) -> None:
    house.desk.manage.disable(house.desk.manage.named("Bram Vos").person_id, by="machine")
    browser = elsewhere(house, provider)
    assert there_and_back(browser, provider).status_code == 403


def test_behind_a_proxy_the_provider_sends_people_back_to_the_address_they_know(house: House, provider: Provider) -> None:
    """The proxy speaks to 127.0.0.1, but nobody's browser can go there; and the address's name is let in at the gate."""
    elsewhere(house, provider)
    app = build_staff_app(replace(pages().state.parts, base_url="https://inbox.example.nl"))
    client = TestClient(app, base_url="https://inbox.example.nl", client=("203.0.113.7", 1))
    away = client.get("/sign-in/elsewhere", follow_redirects=False)
    assert away.status_code == 303
    sent = dict(parse_qsl(urlsplit(away.headers["location"]).query))
    assert sent["redirect_uri"] == "https://inbox.example.nl/sign-in/elsewhere/back"
    assert client.get("/sign-in", headers={"host": "elsewhere.example"}).status_code == 400
