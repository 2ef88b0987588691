"""E-mail read from a real IMAP server: what arrives is heard, nothing is marked, and what is cleaned up stays heard."""

from __future__ import annotations

import itertools
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from listener.errors import SourceRefused, SourceUnavailable
from listener.model.mention import Mention
from listener.model.page import Cursor, Page
from listener.sources import imap, imap_mailbox
from listener.sources.imap import ImapSource, mail_server
from tests.fakes.mailbox import mail
from tests.servers import dovecot
from tests.servers.conftest import GET_IT
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.real_desk import real_clock

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    if missing := dovecot.missing():
        pytest.skip(f"{missing}: {GET_IT}")
    with dovecot.serving() as started:
        yield started


@pytest.fixture
def box() -> str:
    """Return the name of a mailbox that no other test has."""
    return f"loket{next(_numbers)}@zoemvolt.example"


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def source(
    server: Dovecot, box: str, *, url: str = "", password: str = PASSWORD, folder: str = "INBOX", trusted: bool = True
) -> ImapSource:
    url = url or f"imaps://127.0.0.1:{server.tls_port}"
    return ImapSource(
        "mail",
        mail_server("mail", url, without_tls=False),
        username=box,
        password=lambda: password,
        clock=real_clock(),
        folder=folder,
        allow_private=True,
        context=server.trusted if trusted else ssl.create_default_context(),
    )


async def caught_up(reader: ImapSource, cursor: Cursor | None = None) -> tuple[list[Mention], Cursor | None, list[Page]]:
    pages: list[Page] = []
    for _ in range(20):
        pages.append(await reader.pull(cursor))
        cursor = pages[-1].next
        if not pages[-1].more:
            await reader.aclose()
            return [one for page in pages for one in page.mentions], cursor, pages
    raise AssertionError("never caught up")


async def test_what_arrives_is_heard_once_and_is_not_marked_as_read(server: Dovecot, box: str) -> None:
    """Colleagues see in their own mail program what nobody has read yet: we leave no trace there."""
    server.append(box, *(mail(n, now(), f"Geen stroom in straat {n} é 🎉\n") for n in range(60)))
    found, cursor, pages = await caught_up(source(server, box))
    assert len(pages) == 3
    assert sorted(one.native_id for one in found) == sorted(f"<vraag-{n}@klant.example>" for n in range(60))
    assert {one.text for one in found} == {f"Geen stroom in straat {n} é 🎉" for n in range(60)}
    assert {(one.platform, one.realm, one.channel) for one in found} == {("mail", "zoemvolt.example", "email")}
    assert all(b"\\Seen" not in one for one in server.flags(box))
    server.append(box, mail(99, now(), "Nog steeds niet\n"))
    later, _, _ = await caught_up(source(server, box), cursor)
    assert [one.text for one in later] == ["Nog steeds niet"]


async def test_a_mail_that_is_cleaned_up_takes_nothing_back(server: Dovecot, box: str) -> None:
    """Deleting a mail that was dealt with is housekeeping; what the customer wrote was written."""
    server.append(box, mail(1, now()), mail(2, now()))
    found, cursor, _ = await caught_up(source(server, box))
    assert len(found) == 2
    with server.owner(box) as connection:
        connection.store("1:*", "+FLAGS", "\\Deleted")
        connection.expunge()
    server.append(box, mail(3, now()))
    later, _, pages = await caught_up(source(server, box), cursor)
    assert [one.native_id for one in later] == ["<vraag-3@klant.example>"]
    assert not any(page.removals for page in pages)


async def test_a_folder_that_was_numbered_anew_loses_nothing(server: Dovecot, box: str) -> None:
    """A restored or moved mailbox begins to count from one: what came since is read, what is known has the same id."""
    with server.owner(box) as connection:
        connection.create("Klachten")
        put(connection, mail(1, now()), mail(2, now()))
    first, cursor, _ = await caught_up(source(server, box, folder="Klachten"))
    assert len(first) == 2
    with server.owner(box) as connection:
        connection.delete("Klachten")
        connection.create("Klachten")
        put(connection, mail(2, now()), mail(3, now()))
    again, _, pages = await caught_up(source(server, box, folder="Klachten"), cursor)
    assert {one.native_id for one in again} == {"<vraag-2@klant.example>", "<vraag-3@klant.example>"}
    assert first[1].key == next(one.key for one in again if "vraag-2" in one.native_id)
    assert not any(page.gap for page in pages)


def put(connection: Any, *mails: bytes) -> None:
    for one in mails:
        assert connection.append("Klachten", "", None, one)[0] == "OK"


async def test_the_first_round_looks_back_as_far_as_it_should(server: Dovecot, box: str) -> None:
    server.append(box, mail(1, now() - timedelta(days=30)), at=now() - timedelta(days=30))
    server.append(box, mail(2, now() - timedelta(days=3)), at=now() - timedelta(days=3))
    found, _, _ = await caught_up(source(server, box))
    assert [one.native_id for one in found] == ["<vraag-2@klant.example>"]


async def test_a_large_mail_is_read_by_its_words_and_a_huge_one_is_told(server: Dovecot, box: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Photographs come with complaints; what is beyond all measure must not fill our memory."""
    monkeypatch.setattr(imap, "MOST_SIZE", 3_000_000)
    photo = "Zie de foto\n" + "x" * 998 + "\n"
    server.append(box, mail(1, now(), photo * 2_000), mail(2, now(), photo * 4_000), mail(3, now()))
    found, _, pages = await caught_up(source(server, box))
    assert sorted(one.native_id for one in found) == ["<vraag-1@klant.example>", "<vraag-3@klant.example>"]
    assert found[0].text.startswith("Zie de foto")
    (skip,) = [one for page in pages for one in page.skipped]
    assert "larger than 3 MB" in skip.reason


@pytest.mark.parametrize("scheme", ["imaps", "imap"])
async def test_it_speaks_tls_and_believes_no_unknown_certificate(server: Dovecot, box: str, scheme: str) -> None:
    """TLS at once, or STARTTLS before the password is said."""
    url = f"{scheme}://127.0.0.1:{server.tls_port if scheme == 'imaps' else server.port}"
    server.append(box, mail(1, now()))
    found, _, _ = await caught_up(source(server, box, url=url))
    assert len(found) == 1
    with pytest.raises(SourceUnavailable, match="certificate is not valid"):
        await source(server, box, url=url, trusted=False).pull(None)


async def test_a_wrong_password_and_a_missing_folder_are_told_apart(server: Dovecot, box: str) -> None:
    with pytest.raises(SourceRefused, match="does not let") as told:
        await source(server, box, password="wrong").pull(None)
    assert told.value.cause == "token_rejected"
    assert "wrong" not in str(told.value)
    with pytest.raises(SourceRefused, match="no folder 'Nergens'") as told:
        await source(server, box, folder="Nergens").pull(None)
    assert told.value.cause == "not_found"


async def test_a_server_that_is_away_or_says_nothing_is_tried_again(server: Dovecot, box: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One mail server that hangs must hold up nobody (RULES F16)."""
    monkeypatch.setattr(imap_mailbox, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(SourceUnavailable):
            await source(server, box, url=f"imaps://127.0.0.1:{port}").pull(None)
        with pytest.raises(SourceUnavailable):
            await source(server, box, url=f"imap://127.0.0.1:{port}").pull(None)
    with pytest.raises(SourceUnavailable):
        await source(server, box, url=f"imap://127.0.0.1:{port}").pull(None)
