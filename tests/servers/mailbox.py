"""A real SMTP server (aiosmtpd) in a thread: sign-in wanted, TLS as a test asks, refusals in advance, and a book of what it took."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.processes import free_port

ADDRESS = "loket@stroomwerk.example"
PASSWORD = "kb-mail-password-77"


@dataclass
class Mailbox:
    """`answers["DATA"]` are answers given before the usual ones ("RCPT" too), `answers_to` those to one recipient.

    `taken` is what was accepted, oldest first.
    """

    port: int = 0
    answers: dict[str, list[str]] = field(default_factory=lambda: {"RCPT": [], "DATA": []})
    answers_to: dict[str, list[str]] = field(default_factory=dict)
    taken: list[EmailMessage] = field(default_factory=list)
    signed_in_with: list[str] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)

    def texts(self) -> list[tuple[str, str]]:
        """Return what was accepted, as Message-ID and text."""
        return [(str(one["Message-ID"]), text_of(one)) for one in self.taken]

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802 - aiosmtpd calls it by this name
        """Take a recipient, or answer what a test asked for."""
        if self.answers["RCPT"]:
            return self.answers["RCPT"].pop(0)
        if self.answers_to.get(address):
            return self.answers_to[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd calls it by this name
        """Take a message, or answer what a test asked for."""
        if self.answers["DATA"]:
            return self.answers["DATA"].pop(0)
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        assert [str(message["To"])] == envelope.rcpt_tos
        self.taken.append(message)
        self.over_tls.append(session.ssl is not None)
        return "250 OK"

    def let_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        """Check name and password. A wrong one is left to the server to answer, or the client would wait for ever."""
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (ADDRESS.encode(), PASSWORD.encode())
        if isinstance(data, LoginPassword):
            self.signed_in_with.append(data.login.decode())
        return AuthResult(success=good, handled=False)


def text_of(message: EmailMessage) -> str:
    """Return a message's text with line ends as we write them, without the one that ends every message."""
    return str(message.get_content()).replace("\r\n", "\n").removesuffix("\n")


@contextmanager
def mailbox(*, context: ssl.SSLContext | None = None, tls_at_once: bool = False) -> Iterator[Mailbox]:
    """Serve a mailbox: with a `context` by STARTTLS (or TLS at once), without one in the clear."""
    box = Mailbox(port=free_port())
    more: dict[str, Any] = {"ssl_context": context} if tls_at_once else {"tls_context": context, "require_starttls": context is not None}
    wants_tls = context is not None and not tls_at_once
    controller = Controller(
        box, "127.0.0.1", box.port, authenticator=box.let_in, auth_required=True, auth_require_tls=wants_tls, enable_SMTPUTF8=False, **more
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate for 127.0.0.1; return the server's side, and a client's that trusts it."""
    key, made = folder / "key.pem", folder / "certificate.pem"
    ask = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run(
        [*ask, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(made)],
        check=True,
        capture_output=True,
        timeout=60,
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made, key)
    return server, ssl.create_default_context(cafile=str(made))
