"""Pages on which people choose what they are told: their own by everybody, the house's by who administers it."""

from __future__ import annotations

import pytest

from moderation.ledger.deliveries import DeliveryLedger
from moderation.ledger.subscriptions import SubscriptionLedger
from moderation.model.delivery import DeliveryState, Loud, Outcome, Quiet, Way, What
from moderation.model.person import Role
from moderation.workflows.manage_people import Profile
from tests.moderation.inbox.conftest import words_of
from tests.moderation.inbox.people_pages import Browser, House

WISH = {"what_daily": "1", "what_signal": "1", "loud": "important", "language": "en"}
WISH |= {"quiet_from": "22:30", "quiet_to": "07:00", "breaks": "1"}


@pytest.fixture
def house() -> House:
    made = House()
    bram = made.add("Bram Vos")
    made.add("Fenna de Wit", Role.ADMIN, step=True)
    made.desk.manage.set_profile(bram.person_id, Profile(email="bram@zoemvolt.example"), by="Fenna de Wit")
    return made


@pytest.fixture
def bram(house: House) -> Browser:
    return house.browser().come_in("Bram Vos")


@pytest.fixture
def fenna(house: House) -> Browser:
    return house.browser("198.51.100.9").come_in("Fenna de Wit")


def kept(house: House) -> SubscriptionLedger:
    return SubscriptionLedger(house.engine)


def test_somebody_signs_up_pauses_and_stops_without_a_script(house: House, bram: Browser) -> None:
    assert "/me/messages" in bram.get("/me").text
    assert "bram@zoemvolt.example" in words_of(bram.get("/me/messages").text)
    assert bram.post("/me/messages", WISH | {"hour": "8", "brand_0": "1"}).headers["location"] == "/me/messages?saved=added"
    [one] = kept(house).all()
    assert (one.wants.way, one.wants.address, one.wants.whats) == (Way.MAIL, "", frozenset({What.DAILY, What.SIGNAL}))
    assert (one.wants.loud, one.wants.language, one.wants.hour, one.wants.breaks) == (Loud.IMPORTANT, "en", 8, True)
    assert (one.wants.quiet, one.wants.brands) == (Quiet(begins=1350, until=420), frozenset({"Zoemvolt"}))
    page = words_of(bram.get("/me/messages?saved=added").text)
    assert "alleen wat belangrijk is" in page
    assert "stil 22:30–07:00" in page
    for act, paused in (("pause", True), ("resume", False)):
        assert bram.post(f"/me/messages/{one.subscription_id}/{act}").status_code == 303
        assert (kept(house).all()[0].paused_at is not None) is paused
    bram.post(f"/me/messages/{one.subscription_id}/test")
    assert [row.what for row in DeliveryLedger(house.engine).latest(5)] == [What.TEST]
    bram.post(f"/me/messages/{one.subscription_id}/remove")
    assert kept(house).all() == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Kies wat er gestuurd moet worden."),
        (WISH | {"quiet_to": ""}, "Stille uren hebben twee verschillende tijden nodig"),
        (WISH | {"quiet_to": "22:30"}, "Stille uren hebben twee verschillende tijden nodig"),
        (WISH | {"hour": "25"}, "Een uur is een getal"),
        (WISH | {"loud": "hard"}, "Kies hoe veel"),
    ],
)
def test_what_cannot_be_is_said_in_words(house: House, bram: Browser, fields: dict[str, str], said: str) -> None:
    answer = bram.post("/me/messages", fields)
    assert answer.status_code == 409
    assert said in words_of(answer.text)
    assert kept(house).all() == []


def test_without_an_address_nobody_signs_up(house: House, fenna: Browser) -> None:
    assert "geen e-mailadres" in words_of(fenna.get("/me/messages").text)
    assert fenna.post("/me/messages", WISH).status_code == 409


def test_nobody_touches_what_is_anothers(house: House, bram: Browser, fenna: Browser) -> None:
    """A number in an address is not a right: Bram's own page does nothing to the house's, and its page is not his at all (RULES S3)."""
    fenna.post("/deliveries", WISH | {"to_kind": "team-webcare"})
    [one] = kept(house).all()
    for act in ("pause", "remove", "test"):
        assert bram.post(f"/me/messages/{one.subscription_id}/{act}").status_code == 409
    assert bram.get("/deliveries").status_code in (403, 404)
    assert bram.post("/deliveries", WISH | {"to_kind": "mail", "to": "bram@elders.example"}).status_code in (403, 404)
    assert kept(house).all() == [one]


def test_an_admin_sets_up_the_house_and_sees_what_became_of_it(house: House, fenna: Browser) -> None:
    page = words_of(fenna.get("/deliveries").text)
    assert "team-webcare Slack adres ingesteld" in page
    assert "kassa eigen systeem adres ontbreekt" in page
    assert "public.base_url is geen https-adres" in page
    assert fenna.post("/deliveries", WISH | {"to_kind": "team-webcare"}).headers["location"] == "/deliveries?saved=added"
    assert fenna.post("/deliveries", WISH | {"to_kind": "mail", "to": "raad@zoemvolt.example"}).status_code == 303
    channel, mail = kept(house).all()
    assert [(one.wants.way, one.wants.address) for one in (channel, mail)] == [
        (Way.CHANNEL, "team-webcare"),
        (Way.MAIL, "raad@zoemvolt.example"),
    ]
    for wrong in ({"to_kind": "weg"}, {"to_kind": "mail", "to": "raad@zoemvolt.example, kwaad@evil.example"}):
        assert fenna.post("/deliveries", WISH | wrong).status_code == 409
    fenna.post(f"/deliveries/subscriptions/{channel.subscription_id}/test")
    fenna.post(f"/deliveries/subscriptions/{mail.subscription_id}/pause")
    assert "Wacht" in words_of(fenna.get("/deliveries").text)


def test_a_person_says_what_became_of_what_nobody_knows(house: House, fenna: Browser) -> None:
    """Two buttons stand only beside what is unknown; pressed twice, the second time says that it is known."""
    fenna.post("/deliveries", WISH | {"to_kind": "team-webcare"})
    fenna.post(f"/deliveries/subscriptions/{kept(house).all()[0].subscription_id}/test")
    rows = DeliveryLedger(house.engine)
    [row] = rows.latest(1)
    assert "/settle" not in fenna.get("/deliveries").text
    now = house.clock.now()
    rows.claim(row.delivery_id, (), by="x", at=now)
    rows.finish(row.delivery_id, Outcome(state=DeliveryState.UNKNOWN, reason="no_clear_answer"), by="x", at=now, not_before=now)
    assert "Onzeker of het aankwam" in words_of(fenna.get("/deliveries").text)
    assert fenna.post(f"/deliveries/{row.delivery_id}/settle", {"arrived": "yes"}).status_code == 303
    assert rows.latest(1)[0].state is DeliveryState.SENT
    assert fenna.post(f"/deliveries/{row.delivery_id}/settle", {"arrived": "no"}).status_code == 409
