"""Carries messages by e-mail: one SMTP connection for a round, one recipient a message, time-outs on everything.

What answers mean (RFC 5321, 4.2.1): until the last line of the text has gone, whatever goes wrong means that nothing was taken; 4xx is
"later", 5xx is "no". A connection that ends between the end of the text and its answer leaves it open, and nothing is sent again then.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from smtplib import SMTP, SMTP_SSL, SMTPAuthenticationError, SMTPException, SMTPNotSupportedError

from listener.ports import Clock
from moderation.delivery.mail_message import mail_of
from moderation.model.delivery import SENT, DeliveryState, Outcome, Parcel
from moderation.model.mail_address import LOOPBACK, is_address
from moderation.outbox.crash_points import reach
from moderation.ports import Carry

LATER_SECONDS = 300.0
PERSON_SECONDS = 900.0
"""How soon it is tried again after "later" (greylisting wants minutes), and after what a person has to mend."""
WHOLE_SECONDS = 4.0
"""So many times the time-out of one answer a whole message may take: a server must not hold everybody by dripping."""
_SIGN_IN = frozenset({530, 534, 535, 538})
_NO_MAILBOX = frozenset({550, 551, 553})
_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHouse:
    """Where digests leave from. `security` is "starttls", "tls" or, on this machine only, "none"; `username` empty: no sign-in."""

    host: str
    port: int
    security: str
    sender: str
    sender_name: str = ""
    username: str = ""
    timeout_seconds: float = 15.0
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    @property
    def usable(self) -> bool:
        """Whether there is a server, a sender, and privacy on the way."""
        return bool(self.host) and is_address(self.sender) and (self.security != "none" or self.host in LOOPBACK)


class MailCarrier:
    """E-mail by one server. `password` is asked for each round, so that it can be renewed while we run; None where it is not set."""

    def __init__(self, house: MailHouse, password: Callable[[], str | None], clock: Clock) -> None:
        self._house = house
        self._password = password
        self._clock = clock

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Carry]:
        """Give what carries e-mails; it connects when the first one comes."""
        session = _Session(self._house, self._password)

        async def carry(parcel: Parcel) -> Outcome:
            if not self._house.usable:
                return _waiting("no_mail", PERSON_SECONDS)
            if not is_address(parcel.to):
                return Outcome(state=DeliveryState.REFUSED, reason="bad_address")
            try:
                content = mail_of(parcel, sender=self._house.sender, sender_name=self._house.sender_name, at=self._clock.now())
            except ValueError:  # its text may hold the address
                return Outcome(state=DeliveryState.REFUSED, reason="cannot_be_made")
            return await self._in_time(session, parcel.to, content)

        try:
            yield carry
        finally:
            await asyncio.to_thread(session.close)

    async def _in_time(self, session: _Session, to: str, content: bytes) -> Outcome:
        """Hand one message over in a thread; when it takes too long the connection is cut, which also frees the thread."""
        work = asyncio.create_task(asyncio.to_thread(session.hand_over, to, content))
        done, _ = await asyncio.wait({work}, timeout=WHOLE_SECONDS * self._house.timeout_seconds)
        if not done:
            session.cut()
        return await work


class _Stop(Exception):
    """The message goes no further, and this is what became of it."""

    def __init__(self, outcome: Outcome, *, for_all: bool = False) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome
        self.for_all = for_all


class _Session:
    """One connection. Every method but `cut` blocks and belongs to one thread at a time."""

    def __init__(self, house: MailHouse, password: Callable[[], str | None]) -> None:
        self._house = house
        self._password = password
        self._smtp: SMTP | None = None
        self._stopped: Outcome | None = None

    def hand_over(self, to: str, content: bytes) -> Outcome:
        """Speak SMTP for one message. After what would go wrong for everybody (no connection, no sign-in) nobody else is tried."""
        if self._stopped is not None:
            return self._stopped
        try:
            smtp = self._ready()
            with _nothing_sent():
                self._envelope(smtp, to)
            reach("mail.named")
            return self._text(smtp, content)
        except _Stop as stop:
            if stop.for_all:
                self._stopped = stop.outcome
                self.close()
            elif self._smtp is not None:
                self._begin_anew(self._smtp)
            return stop.outcome

    def cut(self) -> None:
        """End the connection from another thread: whoever waits for an answer gets an error at once."""
        if self._smtp is not None and self._smtp.sock is not None:
            with contextlib.suppress(OSError):
                self._smtp.sock.shutdown(2)

    def close(self) -> None:
        """Say goodbye, or just go."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(SMTPException, OSError):  # all is said; a server that is gone needs no goodbye
                smtp.quit()
            smtp.close()

    def _ready(self) -> SMTP:
        """Return the connection, a new one when the server let go of it between two messages."""
        if self._smtp is not None:
            with contextlib.suppress(SMTPException, OSError):
                if self._smtp.noop()[0] == 250:
                    return self._smtp
            self._smtp.close()
            self._smtp = None
        with _nothing_sent(for_all=True):
            self._smtp = self._connected()
            reach("mail.connected")
            self._signed_in(self._smtp)
            reach("mail.signed_in")
        return self._smtp

    def _connected(self) -> SMTP:
        house = self._house
        if house.security == "tls":
            return SMTP_SSL(house.host, house.port, timeout=house.timeout_seconds, context=house.context)
        smtp = SMTP(house.host, house.port, timeout=house.timeout_seconds)
        try:
            smtp.ehlo_or_helo_if_needed()
            if house.security == "starttls":
                smtp.starttls(context=house.context)
                smtp.ehlo()
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _signed_in(self, smtp: SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if not self._house.username:
            return
        password = self._password()
        if not password:
            raise _Stop(_waiting("sign_in", PERSON_SECONDS), for_all=True)
        offered = smtp.esmtp_features.get("auth", "").upper().split()
        way = next((one for one in ("PLAIN", "LOGIN") if one in offered), "")
        if not way:
            raise SMTPNotSupportedError("no sign-in by name and password")
        smtp.user, smtp.password = self._house.username, password
        # one try: smtplib's own login goes on with the next way after a no, and servers lock mailboxes out
        smtp.auth(way, smtp.auth_plain if way == "PLAIN" else smtp.auth_login)

    def _envelope(self, smtp: SMTP, to: str) -> None:
        plain = to.isascii() and self._house.sender.isascii()
        if not plain and not smtp.has_extn("smtputf8"):
            raise _Stop(Outcome(state=DeliveryState.REFUSED, reason="bad_address"))
        _must_be_ok(smtp.mail(self._house.sender, [] if plain else ["SMTPUTF8", "BODY=8BITMIME"]))
        _must_be_ok(smtp.rcpt(to))
        code, _ = smtp.docmd("DATA")
        if code != 354:
            raise _Stop(_before_text(code))

    def _text(self, smtp: SMTP, content: bytes) -> Outcome:
        with _nothing_sent():
            smtp.send(_DOT.sub(b"..", content if content.endswith(b"\r\n") else content + b"\r\n"))
        reach("mail.written")
        try:
            smtp.send(b".\r\n")
            reach("mail.ended")
            code, _ = smtp.getreply()
        except (SMTPException, OSError):
            smtp.close()
            self._smtp = None
            return Outcome(state=DeliveryState.UNKNOWN, reason="lost_after_text")
        reach("mail.answered")
        if 200 <= code < 300:
            return SENT
        return _outcome(code) if 400 <= code < 600 else Outcome(state=DeliveryState.UNKNOWN, reason="no_clear_answer")

    def _begin_anew(self, smtp: SMTP) -> None:
        """Forget the message that was not taken, so that the next one begins on the same connection; without that, on another."""
        with contextlib.suppress(SMTPException, OSError):
            if smtp.rset()[0] == 250:
                return
        smtp.close()
        self._smtp = None


@contextmanager
def _nothing_sent(*, for_all: bool = False) -> Iterator[None]:
    """Say what went wrong before a message had gone. The library's text may hold what we sent, so it is not repeated."""
    try:
        yield
    except SMTPAuthenticationError as error:
        raise _Stop(_waiting("sign_in", PERSON_SECONDS, note=str(error.smtp_code)), for_all=True) from None
    except SMTPNotSupportedError:
        raise _Stop(_waiting("no_tls", PERSON_SECONDS), for_all=True) from None
    except ssl.SSLCertVerificationError:
        raise _Stop(_waiting("certificate", PERSON_SECONDS), for_all=True) from None
    except (SMTPException, OSError):
        raise _Stop(_waiting("not_reached", LATER_SECONDS), for_all=for_all) from None


def _must_be_ok(answer: tuple[int, bytes]) -> None:
    if not 200 <= answer[0] < 300:
        raise _Stop(_before_text(answer[0]), for_all=answer[0] in _SIGN_IN)


def _before_text(code: int) -> Outcome:
    """Return what an answer means while nothing had gone: one that cannot be read leaves nothing open then."""
    return _outcome(code) if 400 <= code < 600 else _waiting("not_reached", LATER_SECONDS)


def _outcome(code: int) -> Outcome:
    """Return what 4xx and 5xx mean, before or after the text: the server says that it took nothing."""
    note = str(code)
    if code in _SIGN_IN:
        return _waiting("sign_in", PERSON_SECONDS, note=note)
    if code < 500:
        return _waiting("later", LATER_SECONDS, note=note)
    reason = "no_such_mailbox" if code in _NO_MAILBOX else "server_refused"
    return Outcome(state=DeliveryState.REFUSED, reason=reason, note=note)


def _waiting(reason: str, seconds: float, *, note: str = "") -> Outcome:
    return Outcome(state=DeliveryState.WAITING, reason=reason, note=note, wait_seconds=seconds)
