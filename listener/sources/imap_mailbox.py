"""One sign-in to a mailbox over IMAP, read only: EXAMINE and BODY.PEEK, so that nothing there is ever marked as read. Blocks.

RFC 9051 and RFC 3501 (what servers speak), RFC 5530 (response codes). An answer that does not say what was asked for is none: what a server
left out, or said of another mail, must not pass for "nothing new", nor for a mail that is gone.
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
MOST_ANSWER = 10_000_000
"""Bytes read of one answer, with all that comes with it unasked."""
MOST_NUMBER = 2**32 - 1
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TRY_LATER = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\b", re.IGNORECASE)
_SHOWN = re.compile(rb"\bUID (\d+)")
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
    """Connects to the checked address, and takes no literal, and no answer, that is larger than anything we ask for."""

    _ip = ""
    _left = MOST_ANSWER

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return socket.create_connection((self._ip, self.port), timeout)  # type: ignore[attr-defined]  # imaplib's own attribute

    def send(self, data: Any) -> None:
        self._left = MOST_ANSWER
        super().send(data)  # type: ignore[misc]  # imaplib's own method

    def read(self, size: int) -> bytes:
        if size > MOST_LITERAL:
            raise imaplib.IMAP4.abort(f"a literal of {size} bytes")
        return self._counted(super().read(size))  # type: ignore[misc]  # imaplib's own method

    def readline(self) -> bytes:
        try:
            line = self._counted(super().readline())  # type: ignore[misc]  # imaplib's own method
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:  # a line of a megabyte is no refusal
            raise imaplib.IMAP4.abort(str(error)) from error
        if b"\0" in line:  # no line holds one; imaplib would read it as far as that
            raise imaplib.IMAP4.abort("a line with a NUL")
        return line

    def _counted(self, read: bytes) -> bytes:
        self._left -= len(read)
        if self._left < 0:
            raise imaplib.IMAP4.abort(f"an answer of more than {MOST_ANSWER} bytes")
        return read


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
    """A mailbox while it is open. `validity` says under which numbering its mails stand, `next_number` which number comes next.

    `next_number` is 0 where the server does not say.
    """

    def __init__(self, connection: imaplib.IMAP4, *, validity: int, next_number: int, mails: int) -> None:
        self._connection = connection
        self.validity = validity
        self.next_number = next_number
        self._mails = mails

    def numbers(self, *, after: int = 0, since: date | None = None) -> list[int]:
        """Return the numbers of mails above `after`, or of those that arrived on or after a day, smallest first."""
        asked = ("SINCE", f"{since.day:02}-{MONTHS[since.month - 1]}-{since.year}") if since is not None else ("UID", f"{after + 1}:*")
        lines = _answer(self._connection.uid("SEARCH", *asked))
        if not all(isinstance(line, bytes) for line in lines):
            raise imaplib.IMAP4.abort("the server does not say which mails there are")
        listed = {_number(number) for line in lines for number in line.split()}
        if since is None and self._mails and not listed:  # "n:*" names the last mail even when it stands below n
            raise imaplib.IMAP4.abort("the server names no mail of those that it counts")
        return sorted(number for number in listed if number > after)

    def facts(self, numbers: Sequence[int]) -> list[MailFacts]:
        """Return what the server knows of these mails, by number; one that was deleted meanwhile, or of which nothing can be read, is left
        out. What it says of other mails is nobody's question."""
        if not numbers:
            return []
        found = _answer(self._connection.uid("FETCH", ",".join(map(str, numbers)), "(UID INTERNALDATE RFC822.SIZE)"))
        lines = [line[0] if isinstance(line, tuple) else line for line in found if line]
        read = {one.uid: one for one in map(_facts, lines) if one is not None}
        return [read[number] for number in sorted(set(numbers)) if number in read]

    def beginning(self, uid: int, most: int) -> bytes | None:
        """Return the first `most` bytes of a mail, None when the server does not show it (any more)."""
        found = _answer(self._connection.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{most}>)"))
        behind = [*found[1:], None]
        return next(
            (one[1][:most] for one, end in zip(found, behind, strict=True) if isinstance(one, tuple) and _is_of(uid, one[0], end)), None
        )


@contextmanager
def opened(box: Mailbox, context: ssl.SSLContext | None = None) -> Iterator[OpenMailbox]:
    """Sign in, open the folder without changing anything, and sign out. Raises `SourceRefused` and `SourceUnavailable`."""
    with _told(box):
        connection = _connected(box, context or ssl.create_default_context())
        try:
            _sign_in(connection, box)
            name = box.folder.replace("\\", "\\\\").replace('"', '\\"')
            kind, said = connection.select(f'"{name}"', readonly=True)
            if kind != "OK":
                if _TRY_LATER.search(str(said)):
                    raise SourceUnavailable(f"{box.host} does not open {box.folder!r} just now.")
                raise SourceRefused(f"{box.host} has no folder {box.folder!r} that this mailbox may read.", cause="not_found")
            yield _numbered(connection, box, said[-1])
        finally:
            _leave(connection)


def _numbered(connection: imaplib.IMAP4, box: Mailbox, mails: object) -> OpenMailbox:
    validity, following = (connection.response(one)[1][-1] for one in ("UIDVALIDITY", "UIDNEXT"))
    try:
        next_number = _number(following) if following is not None else 0
        return OpenMailbox(connection, validity=_number(validity), next_number=next_number, mails=_count(mails))
    except ValueError as error:
        raise SourceUnavailable(f"{box.host} does not say how many mails are in {box.folder!r} and how it numbers them.") from error


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
    except (imaplib.IMAP4.error, OSError, ValueError):  # what was read before stands
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


def _count(said: object) -> int:
    """Return a number that a server said. Raises `ValueError` when it is none."""
    if not isinstance(said, bytes) or not said.isdigit() or len(said) > len(str(MOST_NUMBER)):
        raise ValueError("no number")
    return int(said)


def _number(said: object) -> int:
    """Return the number of a mail or of a numbering. Raises `ValueError` when it is none."""
    number = _count(said)
    if not 1 <= number <= MOST_NUMBER:
        raise ValueError("no number of a mail")
    return number


def _facts(line: bytes) -> MailFacts | None:
    """Return what a line says of a mail, None when that cannot be read."""
    found = _FACTS.match(line)
    try:
        return found and MailFacts(uid=_number(found["uid"]), arrived_at=_arrived(found["at"]), size=_count(found["size"]))
    except (ValueError, OverflowError):
        return None


def _is_of(uid: int, said: bytes, end: object) -> bool:
    """Tell whether a literal is the mail that was asked for: a server may tell of others, and one that is cut ends nowhere."""
    if not isinstance(end, bytes) or not end.endswith(b")"):
        return False
    named = [*_SHOWN.findall(said), *_SHOWN.findall(end)]
    return all(one == b"%d" % uid for one in named)


def _arrived(written: bytes) -> datetime:
    """Read "02-Mar-2026 14:00:00 +0100"; months are English whatever this machine speaks."""
    day, month, rest = written.decode("ascii", "replace").strip().split("-", 2)
    at = datetime.strptime(f"{int(day):02} {MONTHS.index(month.title()) + 1:02} {rest}", "%d %m %Y %H:%M:%S %z")
    return at.astimezone(UTC)
