"""Who works here, and everybody's own settings, as pages (PRODUCT O2, RULES S2, S11, S12)."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape

import pytest

from moderation.inbox.sign_in import FRESH
from moderation.model.account import Purpose
from moderation.model.person import Right, Role
from tests.fakes.people import SAID
from tests.moderation.inbox.conftest import words_of
from tests.moderation.inbox.people_pages import Browser, House

ANOTHER = "vier nieuwe woorden samen"


@pytest.fixture
def house() -> House:
    """A home with an agent and an admin."""
    made = House()
    made.add("Bram Vos")
    made.add("Fenna de Wit", Role.ADMIN, step=True)
    return made


@pytest.fixture
def fenna(house: House) -> Browser:
    """The admin, signed in."""
    return house.browser().come_in("Fenna de Wit")


def person_page(house: House, name: str) -> str:
    return f"/people/{house.desk.manage.named(name).person_id}"


def test_an_invitation_is_a_link_shown_once(house: House, fenna: Browser) -> None:
    page = fenna.post("/people", {"name": " Sanne  Okafor ", "role": "approver", "brand_1": "1", "email": "sanne@zoemvolt.example"})
    assert page.status_code == 200
    link = unescape(re.findall(r"http://127\.0\.0\.1:8642/sign-in\?token=[\w-]+", page.text)[0])
    assert "/sign-in?token=" not in fenna.get("/people").text
    sanne = house.desk.manage.named("sanne okafor")
    assert (sanne.person.role, sanne.person.brands, sanne.email) == (Role.APPROVER, frozenset({"Stroomwerk"}), "sanne@zoemvolt.example")
    new = house.browser("198.51.100.1")
    answer = new.post("/sign-in", {"token": link.partition("token=")[2], "password": SAID})
    assert answer.headers["location"] == "/sign-in/set-up"  # a page's link is no second step


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "BRÁM VOS", "role": "agent"}, "al een collega met deze naam"),
        ({"name": "\u200b ", "role": "agent"}, "een naam nodig"),
        ({"name": "Sanne", "role": "owner"}, "Deze rol bestaat niet"),
    ],
)
def test_what_cannot_be_is_said_in_words(fenna: Browser, fields: dict[str, str], said: str) -> None:
    answer = fenna.post("/people", fields)
    assert answer.status_code == 403
    assert said in words_of(answer.text)


def test_everything_about_a_colleague_is_changed_on_their_page(house: House, fenna: Browser) -> None:
    manage, at = house.desk.manage, person_page(house, "Bram Vos")
    fenna.post("/teams", {"name": "Webcare"})
    (team,) = manage.teams()
    for path, fields in (
        ("role", {"role": "moderator"}),
        ("brands", {"brand_0": "1"}),
        ("teams", {f"team_{team.team_id}": "1"}),
    ):
        assert fenna.post(f"{at}/{path}", fields).status_code == 303
    bram = manage.named("Bram Vos").person
    assert (bram.role, bram.brands, bram.teams) == (Role.MODERATOR, frozenset({"Zoemvolt"}), frozenset({"Webcare"}))
    assert manage.teams()[0].members == ("Bram Vos",)
    fenna.post(f"{at}/brands", {"brands_all": "1"})
    fenna.post(f"/teams/{team.team_id}/remove")
    bram = manage.named("Bram Vos").person
    assert (bram.brands, bram.teams) == (None, frozenset())
    assert "change_role" in house.verbs()


def test_an_admin_ends_what_others_are_signed_in_with(house: House, fenna: Browser) -> None:
    """One session, all of them, a second step, a token, or everything at once."""
    at, manage = person_page(house, "Bram Vos"), house.desk.manage
    bram, other = house.browser("198.51.100.1").come_in("Bram Vos"), house.browser("198.51.100.2").come_in("Bram Vos")
    newest = manage.sessions(manage.named("Bram Vos").person_id)
    assert len(newest) == 2
    fenna.post(f"{at}/sessions/{max(one.session_id for one in newest)}/end")
    assert (bram.inside, other.inside) == (True, False)
    token, kept = house.desk.tokens.make(manage.named("Bram Vos"), "cijfers", frozenset({Right.READ}), by="Bram Vos")
    fenna.post(f"{at}/tokens/{kept.token_id}/revoke")
    assert house.desk.tokens.person(token) is None
    fenna.post(f"{at}/end-sessions")
    assert not bram.inside
    bram.come_in("Bram Vos")
    fenna.post(f"{at}/disable")
    assert not bram.inside
    assert "mag niet inloggen" in words_of(fenna.get("/people").text)


@pytest.mark.parametrize(("act", "fields"), [("disable", {}), ("role", {"role": "agent"})])
def test_there_is_always_an_admin(house: House, fenna: Browser, act: str, fields: dict[str, str]) -> None:
    answer = fenna.post(f"{person_page(house, 'Fenna de Wit')}/{act}", fields)
    assert answer.status_code == 403
    assert "de enige beheerder" in words_of(answer.text)
    house.add("Sanne Okafor", Role.ADMIN)
    assert fenna.post(f"{person_page(house, 'Fenna de Wit')}/{act}", fields).status_code == 303


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT, Role.APPROVER, Role.MODERATOR])
def test_only_admins_see_who_works_here(house: House, role: Role) -> None:
    house.add("Sanne Okafor", role, step=True)
    sanne, at = house.browser().come_in("Sanne Okafor"), person_page(house, "Bram Vos")
    assert {sanne.get(path).status_code for path in ("/people", at, "/teams")} == {403}
    assert sanne.post(f"{at}/disable").status_code == 403
    assert not house.desk.manage.named("Bram Vos").person.disabled


def test_what_changes_a_colleague_asks_a_fresh_sign_in(house: House, fenna: Browser) -> None:
    house.clock.advance(FRESH + timedelta(seconds=1))
    at = person_page(house, "Bram Vos")
    for path, fields in (
        (f"{at}/disable", {}),
        (f"{at}/role", {"role": "admin"}),
        (f"{at}/link", {}),
        ("/people", {"name": "X", "role": "admin"}),
    ):
        answer = fenna.post(path, fields)
        assert (answer.status_code, "Ben je het nog?" in answer.text) == (403, True), path
    assert house.desk.manage.named("Bram Vos").person.role is Role.AGENT


def test_people_choose_how_pages_look_to_them(house: House) -> None:
    bram = house.browser().come_in("Bram Vos")
    answer = bram.post("/me", {"shown": "Bram", "language": "en", "theme": "dark", "signature": "Groet, Bram"})
    assert answer.headers["location"] == "/me?saved=profile"
    page = bram.get("/me").text
    assert 'lang="en"' in page
    assert 'data-theme="dark"' in page
    assert "Groet, Bram" in page
    session = house.desk.sign_in.session(bram.cookies["__Host-klankbord"])
    assert session is not None
    assert (session.signature, session.person.shown) == ("Groet, Bram", "Bram")
    bram.post("/me", {"theme": "neon", "language": "../../etc"})
    assert 'lang="nl"' in bram.get("/me").text


def test_a_token_is_shown_once_and_never_does_more_than_its_owner(house: House) -> None:
    bram = house.browser().come_in("Bram Vos")
    page = bram.post("/me/tokens", {"label": "cijfers", "scope_read": "1", "days": "30"}).text
    token = re.findall(r"klankbord_[\w-]{43}", page)[0]
    assert token not in bram.get("/me").text
    person = house.desk.tokens.person(token)
    assert person is not None
    assert (person.may(Right.READ), person.may(Right.ANSWER)) == (True, False)
    assert bram.post("/me/tokens", {"label": "meer", "scope_approve": "1", "days": "30"}).status_code == 403
    files = b"".join(file.read_bytes() for file in (house.ledger, house.ledger.with_name(f"{house.ledger.name}-wal")))
    assert token.encode() not in files
    house.clock.advance(timedelta(days=30))
    assert house.desk.tokens.person(token) is None


@pytest.mark.parametrize("how", ["me/password", "a link", "disable", "reset-second-step", "me/second-step/end"])
def test_what_changes_how_somebody_comes_in_ends_their_tokens(house: House, fenna: Browser, how: str) -> None:
    """Whoever learned the old password may have made a token with it: that must not outlive the password (RULES S11)."""
    sanne_is, fenna_is = house.add("Sanne Okafor", step=True), house.desk.manage.named("Fenna de Wit")
    token, kept = house.desk.tokens.make(sanne_is, "cijfers", frozenset({Right.READ}), by="Sanne Okafor")
    others, _ = house.desk.tokens.make(fenna_is, "cijfers", frozenset({Right.READ}), by="Fenna de Wit")
    sanne, at = house.browser("198.51.100.1").come_in("Sanne Okafor"), person_page(house, "Sanne Okafor")
    assert "werken je sleutels voor programma's niet meer" in words_of(sanne.get("/me").text)
    if how == "a link":
        sanne_link = house.desk.sign_in.new_link("http://127.0.0.1:8642", agent="Sanne Okafor", purpose=Purpose.PASSWORD, by="Fenna de Wit")
        house.browser("198.51.100.2").post("/sign-in", {"token": sanne_link.partition("token=")[2], "password": ANOTHER})
    elif how.startswith("me/"):
        assert sanne.post(f"/{how}", {"password": ANOTHER}).status_code == 303
        assert sanne.inside  # whoever does it oneself stays where they are
    else:
        assert fenna.post(f"{at}/{how}").status_code == 303
        assert not sanne.inside
        fenna.post(f"{at}/enable")
    assert house.desk.tokens.person(token) is None
    assert house.desk.tokens.person(others) is not None
    ended = [line for line in house.audit.lines() if line.verb == "revoke_token"]
    why = {"me/password": "set_password", "a link": "set_password", "disable": "disable_person"}.get(how, "reset_second_step")
    assert [(line.subject, json.loads(line.detail)) for line in ended] == [(f"token:{kept.token_id}", {"why": why})]


def test_signing_out_everywhere_leaves_the_tokens(house: House, fenna: Browser) -> None:
    """A session forgotten somewhere is no reason to stop a program: a token is ended beside it."""
    token, _ = house.desk.tokens.make(house.desk.manage.named("Bram Vos"), "cijfers", frozenset({Right.READ}), by="Bram Vos")
    fenna.post(f"{person_page(house, 'Bram Vos')}/end-sessions")
    assert house.desk.tokens.person(token) is not None


def test_a_code_for_discord_is_shown_once_to_whoever_shows_who_they_are(house: House) -> None:
    """With it an account at Discord may do what they may do here (RULES S12, S23)."""
    bram = house.browser().come_in("Bram Vos")
    assert "Maak een code" in bram.get("/me").text
    code = re.findall(r"/link ([A-Z0-9]{5}-[A-Z0-9]{5})", bram.post("/me/discord").text)[0]
    assert code not in bram.get("/me").text
    assert house.desk.discord.redeem(code.lower().replace("-", " "), "1160000000000000042") is not None
    assert "Je Discord-account is gekoppeld." in bram.get("/me").text
    assert bram.post("/me/discord/unlink").headers["location"] == "/me?saved=discord"
    assert "Maak een code" in bram.get("/me").text
    house.clock.advance(FRESH + timedelta(seconds=1))
    assert bram.post("/me/discord").status_code == 403
    verbs = [one.verb for one in house.audit.lines() if "discord" in one.verb]
    assert verbs == ["make_discord_code", "link_discord", "unlink_discord"]


def test_nobody_ends_what_is_anothers(house: House, fenna: Browser) -> None:
    """Numbers can be guessed; what they lead to is one's own."""
    bram = house.browser("198.51.100.1").come_in("Bram Vos")
    manage = house.desk.manage
    (session,) = manage.sessions(manage.named("Fenna de Wit").person_id)
    token, kept = house.desk.tokens.make(manage.named("Fenna de Wit"), "cijfers", frozenset({Right.READ}), by="Fenna de Wit")
    bram.post(f"/me/sessions/{session.session_id}/end")
    bram.post(f"/me/tokens/{kept.token_id}/revoke")
    assert fenna.inside
    assert house.desk.tokens.person(token) is not None


def test_a_second_step_is_ones_own_choice_where_the_role_leaves_it(house: House, fenna: Browser) -> None:
    assert fenna.post("/me/second-step/end").status_code == 403
    assert house.desk.manage.named("Fenna de Wit").person.second_step
    house.add("Sanne Okafor", Role.AGENT, step=True)
    sanne = house.browser("198.51.100.1").come_in("Sanne Okafor")
    assert words_of(sanne.post("/me/second-step/codes").text).count("-") >= 20
    assert sanne.post("/me/second-step/end").status_code == 303
    assert not house.desk.manage.named("Sanne Okafor").person.second_step
    assert sanne.inside


def test_pages_say_nothing_about_anybody_when_there_is_nobody() -> None:
    """The first admin is made in a terminal; the page says how, and makes none."""
    empty = House()
    browser = empty.browser()
    browser.post("/sign-in", {"token": empty.desk.sign_in.new_link("http://127.0.0.1:8642", agent="team").partition("token=")[2]})
    assert "klankbord person add" in browser.get("/people").text
    assert browser.post("/people", {"name": "Mallory", "role": "admin"}).status_code == 403
    assert empty.desk.manage.all() == []
