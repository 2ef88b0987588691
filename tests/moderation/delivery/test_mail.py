"""Digests through a real SMTP server: each person exactly one, and what became of it is told right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from listener.clock import ManualClock
from moderation.delivery.mail import MailCarrier, MailHouse
from moderation.delivery.mail_message import mail_of
from moderation.model.delivery import Attached, DeliveryState, Line, Message, Outcome, Parcel, Part, Picture, What
from tests.fakes.deliveries import NOON, Telling
from tests.hostile.corpus import controls, scripts, surrogates, unseen
from tests.servers.mailbox import ADDRESS, PASSWORD, Mailbox, mailbox
from tests.servers.proxy import Spoil, proxied

SENDER = "klankbord@zoemvolt.example"
LINK = "https://klankbord.zoemvolt.example/u/" + "A" * 43
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
END_OF_TEXT = b"\r\n.\r\n"


def message(key: str = "k-1", **changes: object) -> Message:
    made = Message(
        key=key,
        what=What.DAILY,
        language="nl",
        title="Overzicht van Zoemvolt, di 10 mrt 2026",
        opening=("Van ma tot di.",),
        parts=(Part(heading="Nieuw", lines=(Line(bold="Geen stroom", text="9 berichten", small="Opgemerkt."),)),),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields by name


def parcel(to: str = "kim@zoemvolt.example", *, key: str = "k-1", **changes: object) -> Parcel:
    given = {"why": "Hierom.", "stop": "Stoppen", "stop_url": LINK} | changes
    return Parcel(to=to, message=message(key), **given)  # type: ignore[arg-type]  # fields by name


def carrier(port: int, *, username: str = ADDRESS, password: str = PASSWORD, seconds: float = 3.0) -> MailCarrier:
    house = MailHouse(
        host="127.0.0.1", port=port, security="none", sender=SENDER, sender_name="Klankbord", username=username, timeout_seconds=seconds
    )
    return MailCarrier(house, lambda: password, ManualClock(NOON))


async def carried(sends: MailCarrier, *parcels: Parcel) -> list[tuple[str, str]]:
    async with sends.opened() as carry:
        outcomes: list[Outcome] = [await carry(one) for one in parcels]
    return [(one.state.value, one.reason) for one in outcomes]


@contextmanager
def server() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


async def test_everybody_gets_one_over_one_connection() -> None:
    """Three people, one sign-in; each message names one of them and none of the others."""
    with server() as box:
        people = [f"{name}@zoemvolt.example" for name in ("kim", "bas", "noor")]
        assert await carried(carrier(box.port), *(parcel(one, key=f"k-{one}") for one in people)) == [("sent", "")] * 3
        assert [str(one["To"]) for one in box.taken] == people
        assert len({str(one["Message-ID"]) for one in box.taken}) == 3
        assert box.signed_in_with == [ADDRESS]


@pytest.mark.parametrize(
    ("step", "answer", "outcome"),
    [
        ("RCPT", "451 4.7.1 greylisted", ("waiting", "later")),
        ("DATA", "451 4.3.0 try later", ("waiting", "later")),
        ("RCPT", "550 5.1.1 no such mailbox", ("refused", "no_such_mailbox")),
        ("DATA", "554 5.7.1 we think this is spam", ("refused", "server_refused")),
        ("RCPT", "452 4.2.2 mailbox full", ("waiting", "later")),
    ],
)
async def test_a_no_for_one_is_no_no_for_the_others(step: str, answer: str, outcome: tuple[str, str]) -> None:
    """The first is refused or put off; the two after it get theirs on the same connection."""
    with server() as box:
        box.answers[step].append(answer)
        told = await carried(carrier(box.port), *(parcel(f"p{n}@zoemvolt.example", key=f"k-{n}") for n in range(3)))
        assert told == [outcome, ("sent", ""), ("sent", "")]
        assert [str(one["To"]) for one in box.taken] == ["p1@zoemvolt.example", "p2@zoemvolt.example"]
        assert box.signed_in_with == [ADDRESS]


@pytest.mark.parametrize(
    ("needle", "how", "outcome"),
    [
        (b"rcpt TO:<p0", Spoil.DROP, ("waiting", "not_reached")),  # before the text: certainly not taken
        (b"\r\nDATA\r\n", Spoil.CUT, ("waiting", "not_reached")),  # the server would take a text, and we never heard it say so
        (END_OF_TEXT, Spoil.CUT, ("unknown", "lost_after_text")),  # it has the whole text; its answer is lost
        (END_OF_TEXT, Spoil.GARBLE, ("unknown", "no_clear_answer")),
        (END_OF_TEXT, Spoil.DELAY, ("unknown", "lost_after_text")),
    ],
)
async def test_a_connection_that_breaks_costs_one_message_and_doubles_none(needle: bytes, how: Spoil, outcome: tuple[str, str]) -> None:
    """What may have been taken is never sent again; the next person gets theirs on another connection."""
    with server() as box:
        async with proxied(f"smtp://127.0.0.1:{box.port}") as proxy:
            proxy.spoil(needle, how)
            told = await carried(
                carrier(proxy.port, seconds=1.0), parcel("p0@zoemvolt.example", key="k-0"), parcel("p1@zoemvolt.example", key="k-1")
            )
        assert proxy.heard == [how]
        assert told == [outcome, ("sent", "")]
        taken = [str(one["To"]) for one in box.taken]
        assert taken.count("p1@zoemvolt.example") == 1
        assert taken.count("p0@zoemvolt.example") == (1 if outcome[0] == "unknown" else 0)


@pytest.mark.parametrize(
    ("password", "answers", "reason"),
    [("wrong", 1, "sign_in"), ("", 0, "sign_in")],
)
async def test_a_sign_in_that_fails_is_tried_once_a_round(password: str, answers: int, reason: str) -> None:
    """Servers lock mailboxes out: three people waiting are not three wrong passwords."""
    with server() as box:
        told = await carried(carrier(box.port, password=password), *(parcel(f"p{n}@zoemvolt.example") for n in range(3)))
        assert told == [("waiting", reason)] * 3
        assert len(box.signed_in_with) == answers


async def test_a_server_that_is_down_leaves_everything_for_later() -> None:
    with server() as box:
        port = box.port
    assert await carried(carrier(port), parcel(), parcel()) == [("waiting", "not_reached")] * 2


async def test_each_person_gets_one_whatever_the_server_does(telling: Telling) -> None:
    """A whole day of a bad server: later, a lost answer, no such mailbox, one good one. Nobody has two, and each outcome is the truth."""
    for name in ("later", "lost", "nobody", "good"):
        telling.subscribe(What.DAILY, address=f"{name}@zoemvolt.example")
    with server() as box:
        async with proxied(f"smtp://127.0.0.1:{box.port}") as proxy:
            telling.mail = carrier(proxy.port, seconds=1.0)  # type: ignore[assignment]  # the real way in the place of the fake
            box.answers_to["later@zoemvolt.example"] = ["451 4.7.1 greylisted", "451 4.7.1 greylisted"]
            box.answers_to["nobody@zoemvolt.example"] = ["550 5.1.1 unknown"]
            proxy.spoil(b"To: lost@", Spoil.CUT)
            for _ in range(5):
                await telling.deliver().once()
                telling.clock.advance(timedelta(minutes=20))
        names = {one.subscription_id: one.wants.address.partition("@")[0] for one in telling.subscriptions.all()}
        assert {names[one.subscription_id]: one.state for one in telling.rows()} == {
            "later": DeliveryState.SENT,
            "lost": DeliveryState.UNKNOWN,
            "nobody": DeliveryState.REFUSED,
            "good": DeliveryState.SENT,
        }
        assert sorted(str(one["To"]).partition("@")[0] for one in box.taken) == ["good", "later", "lost"]


def test_headers_say_what_it_is_and_how_it_stops() -> None:
    """RFC 8058 for one click, RFC 3834 so that no absence notice answers, a Message-ID that a second try would share."""
    made, again = (read(mail_of(parcel(), sender=SENDER, sender_name="Klankbord", at=NOON + timedelta(hours=n))) for n in (0, 1))
    assert made["List-Unsubscribe"] == f"<{LINK}>"
    assert made["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert made["Auto-Submitted"] == "auto-generated"
    assert made["From"] == f"Klankbord <{SENDER}>"
    assert made["Message-ID"] == again["Message-ID"]
    assert made.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in made.iter_parts()] == ["text/plain", "text/html"]
    assert LINK in body(made, "plain")
    assert f'href="{LINK}"' in body(made, "html")


@pytest.mark.parametrize(
    ("changes", "header"),
    [
        ({"stop_url": "", "stop_mail": "privacy@zoemvolt.example"}, "<mailto:privacy@zoemvolt.example?subject=unsubscribe>"),
        ({"stop_url": "", "stop_mail": ""}, None),
        ({"stop_url": "", "stop_mail": "x@a.example>\r\nBcc: y"}, None),
    ],
)
def test_without_a_link_it_says_so_in_another_way_or_not_at_all(changes: dict[str, str], header: str | None) -> None:
    made = read(mail_of(parcel(**changes), sender=SENDER, sender_name="", at=NOON))
    assert made["List-Unsubscribe"] == header
    assert made["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("stop_url", ["http://klankbord.example/u/x", "https://a.example/u/x>\r\nBcc: y@z.example", "javascript:x"])
def test_a_link_that_is_none_of_ours_stops_the_message(stop_url: str) -> None:
    with pytest.raises(ValueError, match="none of ours"):
        mail_of(parcel(stop_url=stop_url), sender=SENDER, sender_name="", at=NOON)


@pytest.mark.parametrize("to", ["", "a", "a@b", "a@x.example,b@x.example", "a@x.example\r\nBcc: b@x.example", "<a@x.example>"])
async def test_only_one_plain_address_is_written_to(to: str) -> None:
    assert await carried(carrier(1), parcel(to)) == [("refused", "bad_address")]


def test_no_title_becomes_another_header() -> None:
    """Issues are named by what people wrote; a line break in one must not add a recipient (I3, I4, I9)."""
    for text in (*scripts()[::7], *controls()[::3], *unseen()[::5], *surrogates(), "Nieuw\r\nBcc: kwaad@evil.example\r\n\r\n<script>"):
        raw = mail_of(replace(parcel(), message=message(title=text)), sender=SENDER, sender_name="Klankbord", at=NOON)
        head = raw.partition(b"\r\n\r\n")[0]
        assert not re.search(rb"(?mi)^bcc:", head)
        assert len(re.findall(rb"(?m)^Subject:", head)) == 1
        made = read(raw)
        assert (made["To"], made["Bcc"]) == ("kim@zoemvolt.example", None)
        assert "\n" not in str(made["Subject"])


def test_a_picture_lies_inside_and_a_report_goes_along() -> None:
    picture = Picture(name="trend.png", png=PNG, alt="9 berichten, de meeste om elf uur")
    report = Attached(name="2026-W10.pdf", kind="application/pdf", content=b"%PDF-1.7")
    made = read(
        mail_of(replace(parcel(), message=message(pictures=(picture,), attached=(report,))), sender=SENDER, sender_name="", at=NOON)
    )
    assert made.get_content_type() == "multipart/mixed"
    inline = [one for one in made.walk() if one.get_content_type() == "image/png"]
    html = body(made, "html")
    assert f'src="cid:{str(inline[0]["Content-ID"]).strip("<>")}"' in html
    assert 'alt="9 berichten, de meeste om elf uur"' in html
    assert inline[0].get_content_disposition() == "inline"
    assert inline[0].get_content() == PNG
    assert "9 berichten, de meeste om elf uur" in body(made, "plain")
    assert [one.get_filename() for one in made.iter_attachments()] == ["2026-W10.pdf"]


def read(raw: bytes) -> EmailMessage:
    made = message_from_bytes(raw, policy=default)
    assert isinstance(made, EmailMessage)
    return made


def body(made: EmailMessage, kind: str) -> str:
    found = made.get_body((kind,))
    assert found is not None
    return str(found.get_content())
