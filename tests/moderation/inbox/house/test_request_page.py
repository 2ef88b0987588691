"""Who waits for an answer about their data, on a page for administrators: noted there, late ones stand out, every end has a reason."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from listener.model.mention import Author, Kept
from moderation.inbox.sign_in import FRESH
from moderation.inbox.wording import wording_of
from moderation.model.languages import LANGUAGES
from moderation.model.person import Role
from moderation.model.subject_request import Ending, RequestKind, Via
from tests.fakes.asking import Answer, Asking
from tests.fakes.desk import mention
from tests.fakes.house import AUTHOR, House
from tests.moderation.inbox.house.conftest import OURS_ONLY, ROLE_NAMES


def test_an_administrator_sees_who_waits_and_ends_it(house: House, asking: Asking) -> None:
    """What is typed is shown as text, and without a reason nothing ends."""
    keep, now = house.parts.subjects.keep, house.clock.now()
    made = keep.add(RequestKind.ACCESS, "reddit", "<b>stille_lezer", received_at=now - timedelta(days=40), by=AUTHOR)
    soon = keep.add(RequestKind.RECTIFY, "reddit", "andere_lezer", received_at=now - timedelta(days=26), by=AUTHOR)
    cookie = house.cookie(ROLE_NAMES[Role.ADMIN])
    page = asking.page("GET", "/requests", cookie=cookie)
    assert page.status == 200
    assert "TE LAAT" in page.text
    assert "&lt;b&gt;stille_lezer" in page.text
    assert f"/requests/{soon.request_id}/extend" in page.text
    assert f"/requests/{made.request_id}/extend" not in page.text, "what is late can only be answered"
    form = {"csrf": house.csrf(cookie), "how": "refused"}
    assert asking.page("POST", f"/requests/{made.request_id}/end", cookie=cookie, form=form).status == 409
    assert asking.page("POST", f"/requests/{made.request_id}/end", cookie=cookie, form={**form, "why": "niet bewezen wie"}).status == 303
    assert asking.page("POST", f"/requests/{soon.request_id}/extend", cookie=cookie, form={**form, "why": "veel gesprekken"}).status == 303
    stands = {one.request_id: one for one in keep.all()}
    assert (stands[made.request_id].ending, stands[made.request_id].ended_by) == (Ending.REFUSED, ROLE_NAMES[Role.ADMIN])
    assert stands[soon.request_id].extended_why == "veel gesprekken"
    assert replace(stands[made.request_id], person="") == stands[made.request_id]
    after = asking.page("GET", "/requests", cookie=cookie).text
    assert "geweigerd" in after
    assert "stille_lezer" not in after


FORM = {"kind": "access", "platform": "feed", "account": "Kanarie Vogel", "received": "2026-03-01"}


def noting(house: House, asking: Asking, **changes: str) -> Answer:
    """Send the form of the page as an administrator."""
    cookie = house.cookie(ROLE_NAMES[Role.ADMIN])
    return asking.page("POST", "/requests", cookie=cookie, form={"csrf": house.csrf(cookie), **FORM, **changes})


def test_what_came_by_telephone_is_noted_on_the_page(house: House, asking: Asking, caplog: pytest.LogCaptureFixture) -> None:
    """The month runs from the day on which it came; who asks stands in no address and no line of the log."""
    caplog.set_level(logging.DEBUG)
    done = noting(house, asking)
    (made,) = [one for one in house.parts.subjects.keep.all() if one.person == "feed/?/Kanarie Vogel"]
    assert (done.status, done.headers["location"]) == (303, f"/requests?noted={made.request_id}")
    assert (made.kind, made.via, made.made_by) == (RequestKind.ACCESS, Via.DESK, ROLE_NAMES[Role.ADMIN])
    zone = house.parts.listening.settings.zone
    assert (made.received_at.astimezone(zone).date(), made.last_day(zone)) == (date(2026, 3, 1), date(2026, 4, 1))
    page = asking.page("GET", done.headers["location"], cookie=house.cookie(ROLE_NAMES[Role.ADMIN])).text
    assert f"Verzoek {made.request_id} is genoteerd: antwoord uiterlijk wo 1 apr." in page
    again = noting(house, asking, received="2026-03-02")
    assert again.headers["location"] == f"/requests?noted={made.request_id}&stood=1", "its clock goes on"
    stood = asking.page("GET", again.headers["location"], cookie=house.cookie(ROLE_NAMES[Role.ADMIN])).text
    assert f"Dit stond er al, als verzoek {made.request_id}: antwoord uiterlijk wo 1 apr." in stood
    assert "Forum of nieuws: Kanarie Vogel" in stood
    assert "/?/" not in stood, "how it is kept is nobody's to read"
    assert "anarie" not in caplog.text
    assert [one.verb for one in house.parts.desk.audit.lines(subject=f"request:{made.request_id}")] == ["ask_subject"]


@pytest.mark.parametrize(
    ("field", "written", "said"),
    [
        ("kind", "", "Kies wat er gevraagd wordt."),
        ("kind", "everything", "Kies wat er gevraagd wordt."),
        ("platform", "", "Kies het platform van het account."),
        ("platform", "nowhere", "Kies het platform van het account."),
        ("account", " ", "Schrijf wie het vraagt."),
        ("account", "x" * 501, "Een account heeft hoogstens 500 tekens."),
        ("received", "", "Schrijf de dag waarop het kwam."),
        ("received", "1-3-2026", "Schrijf de dag waarop het kwam."),
        ("received", "2026-02-30", "Schrijf de dag waarop het kwam."),
        ("received", "2030-01-01", "Die dag moet nog komen."),
        ("received", "9999-12-31", "Die dag moet nog komen."),
        ("received", "0001-01-01", "Dat is meer dan tien jaar geleden; kijk de dag na."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(house: House, asking: Asking, field: str, written: str, said: str) -> None:
    """Whoever hears the page is told which field it is; what was right stays as it was typed."""
    before = house.parts.subjects.keep.all()
    page = noting(house, asking, account="<i>wie</i>", **{field: written}) if field != "account" else noting(house, asking, account=written)
    assert page.status == 409
    assert house.parts.subjects.keep.all() == before
    assert re.search(rf'id="{field}-wrong"[^>]*>{re.escape(said)}</p>', page.text)
    (marked,) = re.findall(r'<(?:select|input) id="(\w+)"[^>]* aria-invalid="true" aria-describedby="([\w -]+)" autofocus', page.text)
    assert (marked[0], marked[1].split()[0]) == (field, f"{field}-wrong")
    assert "<i>" not in page.text
    if field != "account":
        assert 'value="&lt;i&gt;wie&lt;/i&gt;"' in page.text
    if field != "kind":
        assert '<option value="access" selected>' in page.text


def test_of_several_who_are_called_so_one_has_to_be_named(house: House, asking: Asking) -> None:
    """A request noted for the wrong person would be answered to the wrong person."""
    ledger, at = house.parts.listening.ledger, house.clock.now()
    people = [Author(platform="trustpilot", realm="trustpilot.com", native_id=f"u{n}", name="Jan") for n in (1, 2)]
    said = [replace(mention(f"jan-{one.native_id}", "hoi"), platform="trustpilot", author=one, posted_at=at) for one in people]
    ledger.mentions.add_page([Kept(mention=one) for one in said], source="import:x", next_cursor=None, at=at)
    page = noting(house, asking, platform="trustpilot", account="Jan")
    assert page.status == 409
    assert 'id="account-wrong"' in page.text
    assert all(one.key in page.text for one in people)
    done = noting(house, asking, platform="trustpilot", account=people[1].key)
    assert done.status == 303
    assert people[1].key in {one.person for one in house.parts.subjects.keep.all()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_is_there_in_both_languages(house: House, asking: Asking, language: str) -> None:
    """With every kind that can be asked, in words, and every platform that we have words for or anything of."""
    page, words = asking.page("GET", f"/requests?lang={language}", cookie=house.cookie(ROLE_NAMES[Role.ADMIN])).text, wording_of(language)
    for kind in RequestKind:
        assert f'<option value="{kind.value}">{words.raw(f"requests.kind.{kind.value}")}</option>' in page
    assert f'<option value="mail">{words.raw("platform.mail")}</option>' in page
    assert page.count('<option value="feed">') == 1
    assert f'max="{house.clock.now().date()}"' in page


@pytest.mark.parametrize("name", [*(ROLE_NAMES[role] for role in Role if role is not Role.ADMIN), OURS_ONLY])
def test_nobody_but_an_administrator_of_every_brand_notes_one(house: House, asking: Asking, name: str) -> None:
    """Who asks for their data is known to as few as can be."""
    before, cookie = house.parts.subjects.keep.all(), house.cookie(name)
    assert asking.page("POST", "/requests", cookie=cookie, form={"csrf": house.csrf(cookie), **FORM}).status == 403
    assert house.parts.subjects.keep.all() == before


def test_whoever_notes_one_showed_who_they_are_a_moment_ago(house: House, asking: Asking) -> None:
    """A form from elsewhere notes nothing, nor does whoever sits down at a page that somebody left open."""
    before, asked = house.parts.subjects.keep.all(), {"account": "nog iemand"}
    assert noting(house, asking, csrf="x", **asked).status == 403
    house.clock.advance(FRESH + timedelta(seconds=1))
    stale = noting(house, asking, **asked)
    assert (stale.status, wording_of("nl").raw("people.fresh_title") in stale.text) == (403, True)
    assert house.parts.subjects.keep.all() == before
