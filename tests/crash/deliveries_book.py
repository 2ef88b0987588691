"""The other side of a digest: a mail server and a web server on loopback that keep books of their own, and may kill whoever writes to them.

They live in the rig's process. What they took is counted here, whatever the ledger of the one who sent it says.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from asyncio import Transport
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from enum import StrEnum
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.mailbox import ADDRESS, PASSWORD
from tests.servers.processes import free_port

SERVER_POINTS = ("smtp.received", "smtp.accepted", "http.received", "http.accepted")
"""Where the server kills the sender: it has the whole message, before it takes it and after it took it. Its answer is never heard."""
LONGEST_SECONDS = 60.0
"""A machine with much else to do must not look like a fault."""


class Fault(StrEnum):
    """What happens to one message: "later" and nothing is taken; or it is taken, and the connection breaks instead of an answer."""

    LATER = "later"
    ANSWER_LOST = "answer_lost"


@dataclass
class Book:
    """`taken` counts messages by address (of e-mail) or path (of the web). `faults[to]` are used up one a message.

    `kill_at`: the point at which `victim` dies, the `kill_pass`th time it is passed; `killed` says that it was.
    """

    smtp_port: int = 0
    http_port: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    sessions: int = 0
    kill_at: str = ""
    kill_pass: int = 1
    victim: int | None = None

    def anew(self, faults: dict[str, tuple[Fault, ...]]) -> None:
        """Begin an empty book."""
        self.taken.clear()
        self.faults = {to: list(some) for to, some in faults.items()}
        self.kill_at, self.victim = "", None

    def reached(self, point: str) -> None:
        """Kill the sender here when that was asked for, and wait until it is dead to the last thread."""
        if point != self.kill_at:
            return
        self.kill_pass -= 1
        if self.kill_pass:
            return
        until = time.monotonic() + LONGEST_SECONDS
        while self.victim is None and time.monotonic() < until:
            time.sleep(0.001)
        assert self.victim is not None, "nobody said who is sending"
        os.kill(self.victim, signal.SIGKILL)

    def takes(self, to: str, door: str) -> Fault | None:
        """Take a message, and return what else happens to it."""
        self.reached(f"{door}.received")
        fault = self.faults[to].pop(0) if self.faults.get(to) else None
        if fault is not Fault.LATER:
            self.taken[to] += 1
            self.reached(f"{door}.accepted")
        return fault

    def settle(self) -> None:
        """Wait until both servers are done with everything that reached them; whoever sent it is dead."""
        asking = HTTPConnection("127.0.0.1", self.http_port, timeout=LONGEST_SECONDS)
        asking.request("GET", "/")  # one at a time: when this is answered, all before it was
        asking.getresponse().read()
        asking.close()
        until = time.monotonic() + LONGEST_SECONDS
        while self.sessions:
            assert time.monotonic() < until, f"{self.sessions} sessions of the mail server do not end"
            time.sleep(0.001)

    # aiosmtpd's hooks

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd calls it by this name
        """Take an e-mail to the one it is addressed to."""
        assert isinstance(envelope.content, bytes)
        (to,) = envelope.rcpt_tos
        assert message_from_bytes(envelope.content)["To"] == to
        fault = self.takes(to, "smtp")
        if fault is Fault.LATER:
            return "451 4.7.1 try later"
        if fault is Fault.ANSWER_LOST:
            assert isinstance(server.transport, Transport)
            server.transport.abort()
        return "250 OK"

    def let_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        """Check name and password."""
        return AuthResult(success=isinstance(data, LoginPassword) and (data.login, data.password) == (ADDRESS.encode(), PASSWORD.encode()))


class _Session(SMTP):
    """A session that is counted while it lasts."""

    book: Book

    def connection_made(self, transport: Any) -> None:
        self.book.sessions += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.book.sessions -= 1


class _MailServer(Controller):
    def factory(self) -> SMTP:
        session = _Session(self.handler, **self.SMTP_kwargs)
        session.book = self.handler
        return session


def _web(book: Book) -> type[BaseHTTPRequestHandler]:
    class Asked(BaseHTTPRequestHandler):
        """One request at a time."""

        def do_GET(self) -> None:
            self._say(204)

        def do_POST(self) -> None:
            wanted = int(self.headers["Content-Length"])
            if len(self.rfile.read(wanted)) < wanted:
                return  # whoever sent it died half-way: nothing was taken
            fault = book.takes(self.path.partition("?")[0], "http")
            if fault is Fault.ANSWER_LOST:
                self.close_connection = True
            else:
                self._say(429 if fault is Fault.LATER else 204)

        def _say(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_given: object) -> None:
            """Say nothing."""

    return Asked


class _WebServer(HTTPServer):
    def handle_error(self, *_given: object) -> None:
        """A sender that was killed does not hear its answer."""


@contextmanager
def open_book() -> Iterator[Book]:
    """Serve both doors until the end."""
    book = Book(smtp_port=free_port())
    mail = _MailServer(book, "127.0.0.1", book.smtp_port, authenticator=book.let_in, auth_require_tls=False, enable_SMTPUTF8=False)
    web = _WebServer(("127.0.0.1", 0), _web(book))
    book.http_port = web.server_port
    serving = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    mail.start()
    serving.start()
    try:
        yield book
    finally:
        web.shutdown()
        web.server_close()
        serving.join()
        mail.stop()
