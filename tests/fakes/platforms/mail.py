"""A mail server on the wire (SMTP by aiosmtpd, on the fake core's loop): takes messages, and fails at the end of the text as asked."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import SecretStr

from listener.clock import ManualClock
from moderation.model.post import OutgoingPost, Target
from moderation.publishers.mail import PLATFORM, MailPublisher, mail_server
from tests.fakes.platforms.core import ACCOUNT, TOKEN, Asked, FakePlatform, Refused
from tests.fakes.platforms.faults import Ending, Fault, Why, too_many
from tests.fakes.platforms.rig import ANSWER, WAIT_SECONDS, Rig

ADDRESS = f"{ACCOUNT}@stroomwerk.example"
_REFUSALS = {
    Why.UNAUTHORISED: "530 5.7.0 Authentication required",
    Why.GONE: "550 5.1.1 No such mailbox",
    Why.TOO_LONG: "552 5.3.4 Message too big",
    Why.RATE_LIMITED: "451 4.7.1 Try again later",
}


class FakeMail(FakePlatform):
    """`take`'s target is the recipient. A fault meant for a web answer comes as that page: what a wrong port or a broken proxy says."""

    name = PLATFORM

    def __init__(self, record: Path, clock: ManualClock) -> None:
        super().__init__(record, clock)
        self._message_id = ""

    def routes(self) -> Iterable[web.RouteDef]:
        return []

    def post_id(self, number: int) -> str:
        return self._message_id

    async def _start(self) -> str:
        self._ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, loop=loop, **_WANTED, authenticator=self.let_in), "127.0.0.1", 0)
        return f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _stop(self) -> None:
        self._ended.set()
        self._server.close()

    def let_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        """Check name and password; a fault for reads is one for signing in."""
        if self._read_faults:
            self._read_faults.pop(0)
            return AuthResult(success=False, handled=False)
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (ADDRESS.encode(), TOKEN.encode())
        return AuthResult(success=good, handled=False)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Take a message with the next fault."""
        assert isinstance(envelope.content, bytes)
        self.asked.append(Asked(method="DATA", path="", query="", headers={}, body=envelope.content, write=True))
        fault = self._faults.pop(0) if self._faults else Fault(name="none", accepts=True)
        if fault.accepts:
            try:
                self._take(envelope)
            except Refused as refused:
                return _REFUSALS.get(refused.why, "554 5.7.1 Refused")
        if fault.why is not None:
            return _REFUSALS.get(fault.why, "554 5.7.1 Refused")
        if fault.ending is Ending.HANG:
            await self._ended.wait()
        if fault.ending is Ending.RESET:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return re.sub(r"\s+", " ", fault.body.decode()) or "{" if fault.status or fault.cut else "250 OK"

    def _take(self, envelope: Envelope) -> None:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self._message_id = str(message["Message-ID"])
        (person,) = envelope.rcpt_tos
        text = message.get_content().replace("\r\n", "\n").removesuffix("\n")
        self.take(ACCOUNT, person, text, title=str(message["Subject"]))


_WANTED: dict[str, Any] = {"auth_required": True, "auth_require_tls": False, "enable_SMTPUTF8": True}


@dataclass(frozen=True, kw_only=True)
class MailRig(Rig):
    """An e-mail needs a subject, and a mail server says "later" without saying when."""

    @property
    def rate_limits(self) -> tuple[Fault, ...]:
        return (too_many(0, name="451"),)

    def post(
        self, text: str = ANSWER, *, number: int = 1, edits: str = "", removes: str = "", options: tuple[str, ...] = ()
    ) -> OutgoingPost:
        """Return an answer to the n-th person."""
        return replace(super().post(text, number=number, edits=edits, removes=removes, options=options), title="Re: Geen stroom")


@contextmanager
def open_mail(folder: Path, clock: ManualClock) -> Iterator[Rig]:
    """Serve a mailbox and give a publisher its password."""
    with FakeMail(folder / "mail.jsonl", clock) as fake:
        publisher = MailPublisher(
            mail_server(fake.url, plain_inside=True),
            address=ADDRESS,
            password=SecretStr(TOKEN),
            clock=clock,
            timeout_seconds=WAIT_SECONDS,
        )
        yield MailRig(
            name=PLATFORM,
            fake=fake,
            publisher=publisher,
            clock=clock,
            thread=lambda number: Target(
                platform=PLATFORM, realm="stroomwerk.example", thread_id="", parent_id=f"<v{number}@klant.example>", person=_person(number)
            ),
            place=_person,
            native_id=ADDRESS,
            asks_place=False,
        )


def _person(number: int) -> str:
    return f"kim{number}@klant.example"
