"""One click stops an e-mail and another takes that back: signed, for one subscription at one address, and looking changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from moderation.delivery.mail_message import mail_of
from moderation.messages.told import trial_message
from moderation.model.delivery import Parcel, Way, What
from moderation.model.link_token import written_token
from moderation.public.app import build_public_app
from moderation.public.stop_parts import StopParts
from moderation.workflows.stop_links import StopLinks
from tests.fakes.deliveries import NOON, Telling
from tests.fakes.public import public_day

KEY = b"k" * 32
BASE = "https://klankbord.zoemvolt.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def links_on(telling: Telling, *, key: bytes = KEY, base_url: str = BASE) -> StopLinks:
    return StopLinks(telling.subscriptions, telling.account, telling.clock, key=key, base_url=base_url)


@pytest.fixture
def links(telling: Telling) -> StopLinks:
    return links_on(telling)


@pytest.fixture
def reader(links: StopLinks) -> Iterator[TestClient]:
    stop = StopParts(find=links.find, stop=links.stop, resume=links.resume)
    with TestClient(build_public_app(replace(public_day(base_url=BASE), stop=stop)), base_url=BASE, raise_server_exceptions=False) as made:
        yield made


def path_of(links: StopLinks, telling: Telling, number: int) -> str:
    found = telling.subscriptions.get(number)
    assert found is not None
    return links.url(found).removeprefix(BASE)


def paused(telling: Telling, number: int) -> bool:
    found = telling.subscriptions.get(number)
    assert found is not None
    return found.paused_at is not None


def test_looking_changes_nothing(telling: Telling, links: StopLinks, reader: TestClient) -> None:
    """Mail scanners open every link before its reader does."""
    number = telling.subscribe(What.DAILY)
    path = path_of(links, telling, number)
    for method in ("GET", "HEAD", "GET"):
        answer = reader.request(method, path, headers={"accept-language": "nl"})
        assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    page = reader.get(f"{path}?lang=nl").text
    assert "r…@zoemvolt.example" in page
    assert "raad@" not in page
    assert "het overzicht van elke dag" in page
    assert not paused(telling, number)
    assert "the digest of each day" in reader.get(f"{path}?lang=en").text


@pytest.mark.parametrize("sent", [{"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}], ids=["form", "parts"])
def test_a_mail_program_stops_it_with_one_post(telling: Telling, links: StopLinks, reader: TestClient, sent: dict[str, Any]) -> None:
    """RFC 8058: no cookie, no origin, either way of writing a form; a second time is no error and changes nothing."""
    number = telling.subscribe(What.DAILY)
    other = telling.subscribe(What.DAILY, address="ander@zoemvolt.example")
    path = path_of(links, telling, number)
    for _ in range(2):
        assert reader.post(path, **sent).status_code == 200
        assert (paused(telling, number), paused(telling, other)) == (True, False)
    found = telling.subscriptions.get(number)
    assert found is not None
    assert found.paused_by == "link"


def test_it_can_be_taken_back_on_the_same_page(telling: Telling, links: StopLinks, reader: TestClient) -> None:
    number = telling.subscribe(What.DAILY)
    path = path_of(links, telling, number)
    page = reader.post(f"{path}?lang=nl", data=ONE_CLICK).text
    assert "Het is gestopt" in page
    assert 'name="do" value="again"' in page
    assert "Het gaat weer door" in reader.post(f"{path}?lang=nl", data={"do": "again"}).text
    found = telling.subscriptions.get(number)
    assert found is not None
    assert (found.paused_at, found.since) == (None, telling.clock.now())


async def test_a_stopped_subscription_is_told_nothing(telling: Telling, links: StopLinks, reader: TestClient) -> None:
    number = telling.subscribe(What.DAILY)
    reader.post(path_of(links, telling, number), data=ONE_CLICK)
    await telling.rounds(3, every_minutes=60)
    assert telling.mail.parcels == []


def test_nobody_stops_what_is_anothers(telling: Telling, links: StopLinks, reader: TestClient) -> None:
    """A forged mark, another key, another use of the key, somebody else's number: the same page, and nothing changes."""
    number = telling.subscribe(What.DAILY)
    inside = number.to_bytes(8) + b"\0" * 8
    good = path_of(links, telling, number).removeprefix("/u/")
    stranger = path_of(links_on(telling, key=b"x" * 32), telling, number).removeprefix("/u/")
    forged = [
        stranger,
        written_token(inside, "unsubscribe", key=KEY),  # the right key, a wrong address
        written_token(inside, "form", key=KEY),
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        good[:42],
        "0" * 43,
        "x",
    ]
    for token in forged:
        for answer in (reader.get(f"/u/{token}"), reader.post(f"/u/{token}", data=ONE_CLICK)):
            assert answer.status_code == 404, token
    assert not paused(telling, number)


def test_a_link_ends_with_the_address_it_was_sent_to(telling: Telling, links: StopLinks) -> None:
    """A colleague's old mailbox, now somebody else's, stops nothing of theirs; nor does a link of what was removed."""
    fenna = telling.employ()
    number = telling.subscribe(What.DAILY, person_id=fenna.person_id, address="")
    token = path_of(links, telling, number).removeprefix("/u/")
    assert links.find(token) is not None
    moved = links_on(telling)
    moved._account = lambda _: replace(fenna, email="fenna@elders.example")
    assert moved.find(token) is None
    telling.subscriptions.remove(number, by="fenna", at=telling.clock.now())
    assert links.stop(token) is None


def test_a_page_elsewhere_cannot_press_the_button(telling: Telling, links: StopLinks, reader: TestClient) -> None:
    number = telling.subscribe(What.DAILY)
    elsewhere = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    answer = reader.post(path_of(links, telling, number), data=ONE_CLICK, headers=elsewhere)
    assert answer.status_code == 403
    assert not paused(telling, number)


def test_guessing_is_slowed_down(reader: TestClient) -> None:
    answers = [reader.get(f"/u/{number:043d}").status_code for number in range(31)]
    assert answers == [404] * 30 + [429]


@pytest.mark.parametrize("base_url", ["", "http://klankbord.zoemvolt.example"])
def test_without_a_public_address_there_is_no_link(telling: Telling, base_url: str) -> None:
    """A mail program posts to https only; a link that does nothing is worse than none."""
    number = telling.subscribe(What.DAILY)
    found = telling.subscriptions.get(number)
    assert found is not None
    assert links_on(telling, base_url=base_url).url(found) == ""


def test_a_channel_has_no_such_link_and_an_email_has_one_that_fits_its_header(telling: Telling, links: StopLinks) -> None:
    channel = telling.subscriptions.get(telling.subscribe(What.DAILY, way=Way.CHANNEL, address="team"))
    mail = telling.subscriptions.get(telling.subscribe(What.DAILY))
    assert channel is not None
    assert mail is not None
    assert links.url(channel) == ""
    message = trial_message(frozenset(), telling.house().speech("nl"), key="k-1")
    parcel = Parcel(to="raad@zoemvolt.example", message=message, stop_url=links.url(mail))
    raw = mail_of(parcel, sender="k@zoemvolt.example", sender_name="", at=NOON)
    assert f"List-Unsubscribe: <{links.url(mail)}>\r\n".encode() in raw
