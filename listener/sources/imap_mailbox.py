"""One sign-in to a mailbox over IMAP, read only: EXAMINE and BODY.PEEK, so that nothing there is ever marked as read. Blocks.

RFC 9051 and RFC 3501 (what servers speak), RFC 5530 (response codes).
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from listener.errors import SourceError, SourceRefused, SourceUnavailable

SECONDS = 20.0
MOST_LITERAL = 4_000_000
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TRY_LATER = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\b", re.IGNORECASE)
_FACTS = re.compile(rb'^\d+ \((?=.*\bUID (?P<uid>\d+))(?=.*\bINTERNALDATE "(?P<at>[^"]+)")(?=.*\bRFC822\.SIZE (?P<size>\d+))', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Where mail lies. `ip` is the checked address of `host`. `tls`: "at once", "starttls", or "none" for a server of your own."""

    host: str
    ip: str
    port: int
    tls: str
    username: str
    password: str = field(repr=False)
    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFacts:
    """One mail as the server lists it: its number, when it arrived, and how many bytes it has."""

    uid: int
    arrived_at: datetime
    size: int


class _Bounded:
    """Connects to the checked address, and takes no literal larger than we asked for."""

    _ip = ""

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return socket.create_connection((self._ip, self.port), timeout)  # type: ignore[attr-defined]  # imaplib's own attribute

    def read(self, size: int) -> bytes:
        if size > MOST_LITERAL:
            raise imaplib.IMAP4.abort(f"a literal of {size} bytes")
        return super().read(size)  # type: ignore[misc,no-any-return]  # imaplib's own method


class _Plain(_Bounded, imaplib.IMAP4):
    def __init__(self, box: Mailbox) -> None:
        self._ip = box.ip
        super().__init__(box.host, box.port, SECONDS)


class _Tls(_Bounded, imaplib.IMAP4_SSL):
    def __init__(self, box: Mailbox, context: ssl.SSLContext) -> None:
        self._ip = box.ip
        super().__init__(box.host, box.port, ssl_context=context, timeout=SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        wrapped: socket.socket = self.ssl_context.wrap_socket(super()._create_socket(timeout), server_hostname=self.host)
        return wrapped


class OpenMailbox:
    """A mailbox while it is open. `validity` says under which numbering its mails stand."""

    def __init__(self, connection: imaplib.IMAP4, validity: int) -> None:
        self._connection = connection
        self.validity = validity

    def numbers(self, *, after: int = 0, since: date | None = None) -> list[int]:
        """Return the numbers of mails above `after`, or of those that arrived on or after a day, smallest first."""
        asked = ("SINCE", f"{since.day:02}-{MONTHS[since.month - 1]}-{since.year}") if since is not None else ("UID", f"{after + 1}:*")
        found = _answer(self._connection.uid("SEARCH", *asked))
        listed = {int(number) for line in found if isinstance(line, bytes) for number in line.split() if number.isdigit()}
        return sorted(number for number in listed if number > after)  # "n:*" names the last mail even when it stands below n

    def facts(self, numbers: Sequence[int]) -> list[MailFacts]:
        """Return what the server knows of these mails, by number; one that was deleted meanwhile is left out."""
        if not numbers:
            return []
        found = _answer(self._connection.uid("FETCH", ",".join(map(str, numbers)), "(UID INTERNALDATE RFC822.SIZE)"))
        lines = [line[0] if isinstance(line, tuple) else line for line in found if line]
        read = [_FACTS.match(line) for line in lines]
        return sorted(
            (MailFacts(uid=int(one["uid"]), arrived_at=_arrived(one["at"]), size=int(one["size"])) for one in read if one),
            key=lambda one: one.uid,
        )

    def beginning(self, uid: int, most: int) -> bytes | None:
        """Return the first `most` bytes of a mail, None when it is gone."""
        found = _answer(self._connection.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{most}>)"))
        return next((line[1] for line in found if isinstance(line, tuple)), None)


@contextmanager
def opened(box: Mailbox, context: ssl.SSLContext | None = None) -> Iterator[OpenMailbox]:
    """Sign in, open the folder without changing anything, and sign out. Raises `SourceRefused` and `SourceUnavailable`."""
    with _told(box):
        connection = _connected(box, context or ssl.create_default_context())
        try:
            _sign_in(connection, box)
            name = box.folder.replace("\\", "\\\\").replace('"', '\\"')
            kind, _ = connection.select(f'"{name}"', readonly=True)
            if kind != "OK":
                raise SourceRefused(f"{box.host} has no folder {box.folder!r} that this mailbox may read.", cause="not_found")
            validity = connection.response("UIDVALIDITY")[1]
            yield OpenMailbox(connection, int(validity[0] or 0) if validity else 0)
        finally:
            _leave(connection)


def _connected(box: Mailbox, context: ssl.SSLContext) -> imaplib.IMAP4:
    if box.tls == "at once":
        return _Tls(box, context)
    connection = _Plain(box)
    try:
        if box.tls == "starttls":
            connection.starttls(context)
    except BaseException:
        _drop(connection)
        raise
    return connection


def _sign_in(connection: imaplib.IMAP4, box: Mailbox) -> None:
    try:
        if "AUTH=PLAIN" in connection.capabilities:
            connection.authenticate("PLAIN", lambda _: f"\0{box.username}\0{box.password}".encode())
        else:
            connection.login(_quoted(box.username), box.password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        if _TRY_LATER.search(str(error)):
            raise SourceUnavailable(f"{box.host} lets nobody in just now.") from error
        raise SourceRefused(
            f"{box.host} does not let {box.username} in; check username and the password.", cause="token_rejected"
        ) from error


def _leave(connection: imaplib.IMAP4) -> None:
    try:
        connection.logout()
    except (imaplib.IMAP4.error, OSError):
        _drop(connection)


def _drop(connection: imaplib.IMAP4) -> None:
    with suppress(OSError):  # it is closed already where TLS failed
        connection.shutdown()


@contextmanager
def _told(box: Mailbox) -> Iterator[None]:
    """Turn what a connection may fail with into our errors."""
    try:
        yield
    except SourceError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise SourceUnavailable(f"{box.host} could not be reached: its certificate is not valid.") from error
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise SourceUnavailable(f"{box.host} could not be read: {type(error).__name__}.") from error


def _answer(answer: tuple[str, list[Any]]) -> list[Any]:
    kind, found = answer
    if kind != "OK":
        raise imaplib.IMAP4.abort("the server said no")
    return found


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _arrived(written: bytes) -> datetime:
    """Read "02-Mar-2026 14:00:00 +0100"; months are English whatever this machine speaks."""
    day, month, rest = written.decode("ascii", "replace").strip().split("-", 2)
    at = datetime.strptime(f"{int(day):02} {MONTHS.index(month.title()) + 1:02} {rest}", "%d %m %Y %H:%M:%S %z")
    return at.astimezone(UTC)
