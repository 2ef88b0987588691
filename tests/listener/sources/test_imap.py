"""A mailbox as a source: where it goes on, what it leaves out, and what it refuses to connect to."""

from __future__ import annotations

import imaplib
import json
from datetime import UTC, datetime, timedelta

import pytest

from listener.clock import ManualClock
from listener.errors import SettingsError, SourceRefused, SourceUnavailable
from listener.model.page import Cursor
from listener.sources import imap_mailbox
from listener.sources.imap import ImapSource, MailServer, mail_server
from tests.fakes.mailbox import US, FakeMailbox, mail

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)


def source(box: FakeMailbox, clock: ManualClock, **changes: str) -> ImapSource:
    return ImapSource(
        "mail",
        MailServer(host=changes.get("host", "127.0.0.1"), port=993, tls="at once"),
        username=US,
        password=lambda: changes.get("password", "a-password"),
        clock=clock,
        ours=["Info@Zoemvolt.example"],
        said_to="Zoemvolt",
        allow_private="public" not in changes,
        open_mailbox=box.open,
    )


async def test_the_cursor_stays_on_the_last_mail_that_was_read() -> None:
    box, clock = FakeMailbox(), ManualClock(NOW)
    for number in range(30):
        box.put(NOW - timedelta(hours=1), mail(number, NOW))
    page = await source(box, clock).pull(None)
    assert (len(page.mentions), page.more) == (25, True)
    assert {one.said_to for one in page.mentions} == {"Zoemvolt"}
    assert json.loads(page.next or "")["uid"] == 25
    rest = await source(box, clock).pull(page.next)
    assert (len(rest.mentions), rest.more) == (5, False)
    assert (await source(box, clock).pull(rest.next)).next == rest.next


async def test_a_mail_that_takes_too_long_does_not_hold_up_those_behind_it() -> None:
    """A round has an end; a mail made to be slow is behind us after it, or it would be met again for ever."""
    box, clock = FakeMailbox(), ManualClock(NOW)
    for number in range(3):
        box.put(NOW, mail(number, NOW))
    slow = box.beginning

    def beginning(uid: int, most: int) -> bytes | None:
        clock.advance(timedelta(seconds=61))
        return slow(uid, most)

    box.beginning = beginning  # type: ignore[method-assign]  # a slow server
    cursor: Cursor | None = None
    seen = []
    for _ in range(3):
        page = await source(box, clock).pull(cursor)
        cursor = page.next
        seen += [one.native_id for one in page.mentions]
    assert seen == [f"<vraag-{n}@klant.example>" for n in range(3)]
    assert not page.more


async def test_a_mail_that_the_server_lists_and_does_not_show_is_told() -> None:
    """The cursor goes past it: without a word, a customer's mail would be lost and nobody would know."""
    box, clock = FakeMailbox(), ManualClock(NOW)
    for number in range(3):
        box.put(NOW, mail(number, NOW))
    whole = box.facts
    box.facts = lambda numbers: [one for one in whole(numbers) if one.uid != 2]  # type: ignore[method-assign]  # a line nobody can read
    page = await source(box, clock).pull(None)
    assert (len(page.mentions), json.loads(page.next or "")["uid"]) == (2, 3)
    assert [(one.where.endswith("-2"), one.reason) for one in page.skipped] == [(True, "the server lists it, and does not say what it is")]


async def test_a_server_that_says_nothing_of_what_it_lists_moves_no_cursor() -> None:
    """It is ill for a moment, or always: either way the mails are still there to be read."""
    box, clock = FakeMailbox(), ManualClock(NOW)
    box.put(NOW, mail(1, NOW))
    whole = box.facts
    box.facts = lambda _numbers: []  # type: ignore[method-assign,assignment]  # an ill server
    with pytest.raises(SourceUnavailable, match="says nothing of them"):
        await source(box, clock).pull(None)
    box.facts = whole  # type: ignore[method-assign]  # well again
    assert len((await source(box, clock).pull(None)).mentions) == 1


@pytest.mark.parametrize("hidden", [(2,), (1, 2, 3)])
async def test_a_mail_whose_words_the_server_does_not_show_is_told_and_none_of_them_is_an_error(hidden: tuple[int, ...]) -> None:
    """As above: between listing and reading it may be gone, and a server that shows nothing at all is ill."""
    box, clock = FakeMailbox(), ManualClock(NOW)
    for number in range(3):
        box.put(NOW, mail(number, NOW))
    whole = box.beginning
    box.beginning = lambda uid, most: None if uid in hidden else whole(uid, most)  # type: ignore[method-assign]  # an ill server
    if len(hidden) == 3:
        with pytest.raises(SourceUnavailable, match="says nothing of them"):
            await source(box, clock).pull(None)
        return
    page = await source(box, clock).pull(None)
    assert (len(page.mentions), [one.where for one in page.skipped]) == (2, ["mail 7-2"])


async def test_mail_from_our_own_addresses_is_no_complaint() -> None:
    box, clock = FakeMailbox(), ManualClock(NOW)
    box.put(NOW, mail(1, NOW, From="Info <info@ZOEMVOLT.example>"))
    page = await source(box, clock).pull(None)
    assert page.mentions == ()
    assert page.skipped[0].reason == "we wrote it ourselves"


async def test_without_a_password_nobody_is_asked() -> None:
    box = FakeMailbox()
    with pytest.raises(SourceRefused, match="KLANKBORD_IMAP_PASSWORD") as told:
        await source(box, ManualClock(NOW), password="").pull(None)
    assert told.value.cause == "token_missing"
    assert box.opened_with == []


async def test_a_server_inside_our_network_has_to_be_allowed() -> None:
    """A setting must not become a way into the network (RULES S20)."""
    box = FakeMailbox()
    with pytest.raises(SourceRefused, match="not a public address"):
        await source(box, ManualClock(NOW), public="yes").pull(None)
    assert box.opened_with == []


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("imaps://mail.example", MailServer(host="mail.example", port=993, tls="at once")),
        ("imap://mail.example", MailServer(host="mail.example", port=143, tls="starttls")),
        ("imaps://mail.example:1993", MailServer(host="mail.example", port=1993, tls="at once")),
    ],
)
def test_an_address_says_how_it_is_spoken_to(url: str, server: MailServer) -> None:
    assert mail_server("mail", url) == server


@pytest.mark.parametrize(
    "url", ["", "mail.example", "https://mail.example", "imaps://kim:geheim@mail.example", "imaps://mail.example/INBOX", "imaps://x:y"]
)
def test_a_wrong_address_is_said_at_the_start_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError) as told:
        mail_server("mail", url)
    assert "geheim" not in str(told.value)


def test_a_server_cannot_make_us_hold_more_than_we_asked_for() -> None:
    """A literal says how long it is before it comes: one that says gigabytes is not read."""
    connection = object.__new__(imap_mailbox._Plain)
    with pytest.raises(imaplib.IMAP4.abort, match="literal"):
        connection.read(imap_mailbox.MOST_LITERAL + 1)
