"""E-mail over a real SMTP server: one person, signed in over TLS, once; and a person is asked when nobody can know."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from listener.clock import ManualClock
from listener.errors import NotSent, PublishRejected, SettingsError, SourceError, SourceRefused
from moderation.model.outbox import EntryState
from moderation.model.post import AccountId, OutgoingPost, PostKind, Target
from moderation.publishers.mail import PLATFORM, MailPublisher, MailServer, mail_server
from tests.servers.mailbox import ADDRESS, PASSWORD, Mailbox, certificate, mailbox, text_of
from tests.servers.processes import free_port
from tests.servers.proxy import Proxy, Spoil, proxied
from tests.servers.real_desk import RealDesk, posting, real_clock

REALM = "stroomwerk.example"
END_OF_TEXT = b"\r\n.\r\n"
ASKED = "<vraag-1@klant.example>"


def publisher_of(server: MailServer, clock: ManualClock | None = None, password: str = PASSWORD) -> MailPublisher:
    """Return a publisher that sends from our mailbox by this server."""
    return MailPublisher(
        server,
        address=ADDRESS,
        shown_name="Loket Stroomwerk",
        password=SecretStr(password),
        clock=clock or real_clock(),
        timeout_seconds=15,
    )


def plain(port: int) -> MailServer:
    """Return a server on this machine that speaks without TLS."""
    return mail_server(f"smtp://127.0.0.1:{port}", plain_inside=True)


def mail(text: str = "Dag Kim", **changes: str) -> OutgoingPost:
    """Return an answer to Kim's e-mail, but for `changes` of its place and title."""
    place = {"thread_id": ASKED, "parent_id": ASKED, "person": "kim@klant.example"} | changes
    account = AccountId(platform=PLATFORM, realm=REALM, native_id=ADDRESS)
    target = Target(platform=PLATFORM, realm=REALM, thread_id=place["thread_id"], parent_id=place["parent_id"], person=place["person"])
    return OutgoingPost(account=account, kind=PostKind.REPLY, target=target, text=text, title=changes.get("title", "Re: Geen stroom"))


@asynccontextmanager
async def desk_with_mail(home: Path) -> AsyncIterator[tuple[RealDesk, Mailbox, Proxy, Target]]:
    """Open a desk that sends through a proxy, and the place of an answer to Kim."""
    clock = real_clock()
    with mailbox() as box:
        async with (
            proxied(f"smtp://127.0.0.1:{box.port}") as proxy,
            posting(home, publisher_of(plain(proxy.port), clock), clock, realms=(REALM,)) as real,
        ):
            target = replace(real.heard(realm=REALM, native_id=ASKED), person="kim@klant.example")
            yield real, box, proxy, target


@pytest.mark.parametrize("tls_at_once", [False, True])
async def test_an_answer_goes_out_over_tls_and_stands_in_its_thread(tmp_path: Path, tls_at_once: bool) -> None:
    """STARTTLS or TLS at once, a sign-in, and the text byte for byte, with its dots."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: run scripts/ci_setup")
    served, trusted = certificate(tmp_path)
    text = "Dag Kim,\n\n.een punt vooraan\n.\nGroet: é 🎉 " + "lang " * 300
    with mailbox(context=served, tls_at_once=tls_at_once) as box:
        publisher = publisher_of(MailServer(host="127.0.0.1", port=box.port, tls_at_once=tls_at_once, context=trusted))
        accepted = await publisher.publish(mail(text), key="k" * 32)
        again = await publisher.publish(mail(text), key="k" * 32)
        (first, second) = box.taken
        assert accepted.platform_id == again.platform_id == first["Message-ID"] == second["Message-ID"]
        assert (first["To"], first["Subject"], first["In-Reply-To"], first["References"]) == (
            "kim@klant.example",
            "Re: Geen stroom",
            ASKED,
            ASKED,
        )
        assert first["From"] == f"Loket Stroomwerk <{ADDRESS}>"
        assert first["Auto-Submitted"] is None
        assert first.get_content_type() == "text/plain"
        assert text_of(first) == text
        assert set(box.signed_in_with) == {ADDRESS}
        assert tls_at_once or set(box.over_tls) == {True}
        await publisher.aclose()


async def test_the_ledger_and_the_mailbox_agree(tmp_path: Path) -> None:
    async with desk_with_mail(tmp_path) as (real, box, _, target):
        entry = real.approved(target, "Dag Kim, we kijken.", title="Re: Geen stroom")
        await real.settle()
        assert real.entry(entry).state is EntryState.SENT
        assert real.disagreements(box.texts()) == []
        assert len(box.taken) == 1


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
async def test_a_server_that_says_later_gets_it_later_and_once(tmp_path: Path, step: str) -> None:
    """451 is a no for now (greylisting): nothing was accepted, and the approval still holds."""
    async with desk_with_mail(tmp_path) as (real, box, _, target):
        box.answers[step] += ["451 4.7.1 greylisted", "451 4.7.1 greylisted"]
        entry = real.approved(target, "Dag Kim, we kijken.", title="Re: Geen stroom")
        await real.settle(rounds=3)
        assert (real.entry(entry).state, real.entry(entry).reason) == (EntryState.PROVEN_ABSENT, "rate_limited")
        await real.settle(rounds=14)
        assert (real.entry(entry).state, real.entry(entry).attempt) == (EntryState.SENT, 3)
        assert real.disagreements(box.texts()) == []


@pytest.mark.parametrize(("answer", "reason"), [("550 5.1.1 no such mailbox", "said_gone"), ("554 5.7.1 refused", "said_forbidden")])
async def test_a_no_is_the_end(tmp_path: Path, answer: str, reason: str) -> None:
    async with desk_with_mail(tmp_path) as (real, box, _, target):
        box.answers["RCPT"].append(answer)
        entry = real.approved(target, "Dag Kim, we kijken.", title="Re: Geen stroom")
        await real.settle()
        assert (real.entry(entry).state, real.entry(entry).reason, real.entry(entry).attempt) == (EntryState.REFUSED, reason, 1)
        assert box.taken == []


@pytest.mark.parametrize("how", [Spoil.CUT, Spoil.GARBLE, Spoil.DELAY])
async def test_when_the_last_answer_is_lost_a_person_is_asked_and_nothing_is_sent_again(tmp_path: Path, how: Spoil) -> None:
    """Nobody can look into Kim's mailbox; a second message under another key would be a second message."""
    async with desk_with_mail(tmp_path) as (real, box, proxy, target):
        proxy.spoil(END_OF_TEXT, how)
        entry = real.approved(target, "Dag Kim, we kijken.", title="Re: Geen stroom")
        await real.settle()
        assert (real.entry(entry).state, real.entry(entry).reason) == (EntryState.NEEDS_HUMAN, "cannot_look")
        assert real.entry(entry).attempt == 1
        assert len(box.taken) == 1
        assert real.disagreements(box.texts()) == []


@pytest.mark.parametrize("needle", [b"rcpt TO", b"mail FROM", b"AUTH"])
async def test_a_connection_lost_before_the_text_means_that_nothing_left(tmp_path: Path, needle: bytes) -> None:
    async with desk_with_mail(tmp_path) as (real, box, proxy, _):
        publisher = publisher_of(plain(proxy.port), real.desk.clock)
        proxy.spoil(needle, Spoil.DROP)
        with pytest.raises(NotSent):
            await publisher.publish(mail(), key="k" * 32)
        assert box.taken == []
        assert real.states() == []
        await publisher.aclose()


async def test_a_wrong_password_is_refused_and_not_repeated_in_what_we_say() -> None:
    with mailbox() as box:
        publisher = publisher_of(plain(box.port), password="fout-wachtwoord-1")
        for ask in (publisher.whoami(), publisher.publish(mail(), key="k" * 32)):
            with pytest.raises(SourceRefused) as refused:
                await ask
            assert "fout-wachtwoord" not in str(refused.value)
        assert box.taken == []
        await publisher.aclose()


async def test_no_password_goes_out_without_tls_or_to_a_server_that_proves_nothing(tmp_path: Path) -> None:
    """The mailbox's password is worth more than one answer."""
    served, _ = certificate(tmp_path)
    with mailbox() as clear, mailbox(context=served) as unproven:
        for box in (clear, unproven):
            publisher = publisher_of(MailServer(host="127.0.0.1", port=box.port, tls_at_once=False))
            with pytest.raises(SourceRefused):
                await publisher.publish(mail(), key="k" * 32)
            assert (box.signed_in_with, box.taken) == ([], [])
            await publisher.aclose()


async def test_nobody_there_means_that_nothing_was_sent() -> None:
    publisher = publisher_of(plain(free_port()))
    with pytest.raises(NotSent):
        await publisher.publish(mail(), key="k" * 32)
    with pytest.raises(SourceError):
        await publisher.whoami()
    await publisher.aclose()


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Re: stroom\r\nBcc: allen@lijst.example"},
        {"title": "Re: stroom\nBcc: allen@lijst.example"},
        {"title": "Re: stroom\u2028Bcc: allen@lijst.example"},
        {"title": "   "},
        {"person": "kim@klant.example, bas@klant.example"},
        {"person": "kim@klant.example\r\nBcc: bas@klant.example"},
        {"person": "Kim <kim@klant.example>"},
        {"person": "kim@klant.example> RCPT TO:<bas@klant.example"},
        {"person": ""},
        {"person": "kïm@klant.example"},
        {"parent_id": "<a@b>\r\nBcc: bas@klant.example"},
        {"thread_id": "t3_abc"},
    ],
)
async def test_no_field_becomes_another_header_or_recipient(changes: dict[str, str]) -> None:
    """Titles and addresses come from customers' messages."""
    with mailbox() as box:
        publisher = publisher_of(plain(box.port))
        with pytest.raises(PublishRejected) as refused:
            await publisher.publish(mail(**changes), key="k" * 32)
        assert refused.value.why == "invalid"
        assert box.taken == []
        await publisher.aclose()


async def test_what_goes_out_by_a_plan_asks_for_no_absence_notices() -> None:
    with mailbox() as box:
        publisher = publisher_of(plain(box.port))
        await publisher.publish(replace(mail(), kind=PostKind.STATUS_UPDATE), key="k" * 32)
        assert box.taken[0]["Auto-Submitted"] == "auto-generated"
        await publisher.aclose()


def test_a_server_is_named_with_its_way_of_tls() -> None:
    """Plain SMTP exists for this machine only, and only when it was asked for."""
    assert (mail_server("smtps://mail.example").port, mail_server("smtp://mail.example").port) == (465, 587)
    assert not mail_server("smtp://mail.example", plain_inside=True).plain
    assert not mail_server("smtp://127.0.0.1:2525").plain
    assert mail_server("smtps://mail.example").context.verify_mode is ssl.CERT_REQUIRED
    for wrong in ("https://mail.example", "mail.example", "smtp://", "smtp://user:secret@mail.example", "smtps://mail.example:x"):
        with pytest.raises(SettingsError):
            mail_server(wrong)


async def test_an_answer_by_mail_cannot_be_looked_up_and_says_so() -> None:
    publisher = publisher_of(plain(free_port()))
    with pytest.raises(SourceError):
        await publisher.own_posts(mail().target, real_clock().now() - timedelta(hours=1))
    assert await publisher.own_latest(real_clock().now()) is None
    await publisher.aclose()
