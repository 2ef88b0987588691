"""Answers one person by e-mail over SMTP: TLS and a sign-in always, one recipient, plain text, a Message-ID made from our key.

`Target.person` is the address, `thread_id` and `parent_id` are Message-IDs, the subject is the post's title. Nobody can be asked later
what became of a message: when the answer to it is lost, a person has to look (`looks_back` is false).
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from smtplib import (
    SMTP,
    SMTP_SSL,
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPResponseException,
    SMTPServerDisconnected,
)
from typing import NoReturn
from urllib.parse import urlsplit

from pydantic import SecretStr

from listener.errors import NotSent, PublishRejected, PublishUnknown, RateLimited, SettingsError, SourceRefused, SourceUnavailable
from listener.ports import Clock
from moderation.messages.length import length
from moderation.model.mail_address import LOOPBACK, is_address
from moderation.model.post import Accepted, AccountId, Limits, OutgoingPost, PlaceNow, SeenPost, Target
from moderation.publishers.blocking import InThread
from moderation.publishers.limits import MAIL
from moderation.publishers.mail_message import message_of

PLATFORM = "mail"
WAIT_SECONDS = 300.0
"""After a 4xx, which says "later" and never when. RFC 5321, 4.5.4.1 asks for half an hour between tries; greylisting wants minutes."""
_TRY_LATER = range(400, 500)
_SIGN_IN = frozenset({530, 534, 535, 538})
"""RFC 4954, 6: a sign-in is missing, too weak or wrong."""
_PORTS = {"smtps": 465, "smtp": 587}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail goes out. `tls_at_once`: TLS from the first byte, else STARTTLS. `plain`: neither, on this machine only."""

    host: str
    port: int
    tls_at_once: bool
    plain: bool = False
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)


def mail_server(url: str, *, plain_inside: bool = False) -> MailServer:
    """Read "smtps://host" (TLS at once, port 465) or "smtp://host" (STARTTLS, port 587). Raises `SettingsError`.

    plain_inside: a server at a loopback address may be spoken to without TLS, for it has none.
    """
    try:
        read = urlsplit(url)
        host, port = read.hostname or "", read.port
    except ValueError:
        host, port, read = "", None, urlsplit("")
    if read.scheme not in _PORTS or not host or read.username or read.path.strip("/") or read.query:
        raise SettingsError("A mail account needs base_url: smtps://host (TLS at once) or smtp://host (STARTTLS), with a port if needed.")
    plain = plain_inside and host in LOOPBACK and read.scheme == "smtp"
    return MailServer(host=host, port=port or _PORTS[read.scheme], tls_at_once=read.scheme == "smtps", plain=plain)


class MailPublisher:
    """One mailbox. `address` stands in From, `shown_name` beside it; `username` is what it signs in with (empty: the address).

    What answers mean (RFC 5321, 4.2.1): before the text has gone, and for any answer to it, 4xx is "not accepted, later" and 5xx "not
    accepted". A connection that ends between the text and its answer leaves it open: `PublishUnknown`.
    """

    native_key = MAIL.native_key
    key_seconds = MAIL.key_seconds
    looks_back = MAIL.looks_back
    can_edit = MAIL.can_edit
    can_remove = MAIL.can_remove

    def __init__(
        self,
        server: MailServer,
        *,
        address: str,
        password: SecretStr,
        clock: Clock,
        username: str = "",
        shown_name: str = "",
        timeout_seconds: float = 10.0,
    ) -> None:
        if not is_address(address):
            raise SettingsError(f"{address!r} is no e-mail address; a mail account is named by its address.")
        self._server = server
        self._address = address
        self._password = password
        self._clock = clock
        self._username = username or address
        self._shown_name = shown_name
        self._timeout = timeout_seconds
        self._thread = InThread(f"Mail by {server.host}", seconds=timeout_seconds * 2.5)

    @property
    def limits(self) -> Limits:
        """How long a text may be."""
        return MAIL.limits

    async def whoami(self) -> AccountId:
        """Sign in, and return the mailbox's own address: a mail server names nobody, it only lets in."""

        def ask() -> None:
            with self._signed_in():
                return

        try:
            await self._thread.ask(ask)
        except NotSent as error:
            raise SourceUnavailable(str(error)) from error
        address = self._address.lower()
        return AccountId(platform=PLATFORM, realm=address.rpartition("@")[2], native_id=address, name=self._address)

    async def publish(self, post: OutgoingPost, *, key: str) -> Accepted:
        """Hand one message over; see `Publisher.publish`. Its Message-ID comes from the key, so that mailboxes can drop a repeat."""
        if post.edits or post.removes or post.media:
            raise PublishRejected("By e-mail we send plain texts: no files, and nothing is edited.", why="invalid")
        if length(post.text, self.limits) > self.limits.most or len(post.title) > MAIL.title_most:
            raise PublishRejected(f"The text is longer than {self.limits.most} or its subject than {MAIL.title_most}.", why="too_long")
        try:
            message = message_of(post, key=key, address=self._address, shown_name=self._shown_name, at=self._clock.now())
        except ValueError as error:
            raise PublishRejected(f"No message can be made of this: {error}", why="invalid") from error
        await self._thread.write(lambda: self._hand_over(post.target.person, message.as_bytes()))
        return Accepted(platform_id=str(message["Message-ID"]))

    async def own_posts(self, target: Target, since: datetime) -> list[SeenPost]:  # noqa: ARG002  # nobody can be asked
        """Raise: what left by e-mail cannot be looked up."""
        raise SourceRefused("What left by e-mail cannot be looked up from here; look into the mailbox's folder of sent messages.")

    async def place_now(self, target: Target) -> PlaceNow:  # noqa: ARG002  # a mailbox cannot be asked
        """Return that it cannot be said: a mailbox is not asked before it gets mail."""
        return PlaceNow.UNKNOWN

    async def own_latest(self, since: datetime) -> list[SeenPost] | None:  # noqa: ARG002  # nobody can be asked
        """Return None: this cannot be told."""
        return None

    async def aclose(self) -> None:
        """Let go of the thread."""
        self._thread.close()

    def _hand_over(self, person: str, message: bytes) -> None:
        """Speak SMTP, in the thread. Until the text goes out, a lost connection means that nothing was sent."""
        with self._signed_in() as smtp:
            if not person.isascii() and not smtp.has_extn("smtputf8"):
                raise PublishRejected(f"{self._server.host} takes no address with such signs.", why="invalid")
            with self._not_sent_when_lost():
                self._must_be_ok(smtp.mail(self._address, ["SMTPUTF8"] if not person.isascii() else []))
                self._must_be_ok(smtp.rcpt(person))
            try:
                code, _ = smtp.data(message)
            except SMTPResponseException as error:
                self._refused(error.smtp_code)
            except (SMTPException, OSError) as error:
                raise PublishUnknown(f"{self._server.host} was lost after the text had gone; it may have taken the message.") from error
            if not 200 <= code < 300:
                self._refused(code)

    @contextmanager
    def _signed_in(self) -> Iterator[SMTP]:
        with self._not_sent_when_lost():
            smtp = self._connected()
        try:
            with self._not_sent_when_lost():
                self._sign_in(smtp)
            yield smtp
        finally:
            with contextlib.suppress(SMTPException, OSError):  # all is said; a server that is gone needs no goodbye
                smtp.quit()
            smtp.close()

    def _connected(self) -> SMTP:
        host, port = self._server.host, self._server.port
        if self._server.tls_at_once:
            return SMTP_SSL(host, port, timeout=self._timeout, context=self._server.context)
        return SMTP(host, port, timeout=self._timeout)

    def _sign_in(self, smtp: SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if not self._server.tls_at_once and not self._server.plain:
            smtp.starttls(context=self._server.context)
            smtp.ehlo()
        offered = smtp.esmtp_features.get("auth", "").upper().split()
        way = next((one for one in ("PLAIN", "LOGIN") if one in offered), "")
        if not way:
            raise SMTPNotSupportedError("no sign-in by name and password")
        smtp.user, smtp.password = self._username, self._password.get_secret_value()
        # one try: smtplib's own login goes on with the next way after a no, and servers lock mailboxes out
        smtp.auth(way, smtp.auth_plain if way == "PLAIN" else smtp.auth_login)

    @contextmanager
    def _not_sent_when_lost(self) -> Iterator[None]:
        """Translate what goes wrong before a message is handed over. The library's text may hold what we sent, so it is not repeated."""
        host = self._server.host
        try:
            yield
        except SMTPAuthenticationError as error:
            if error.smtp_code in _TRY_LATER:
                raise RateLimited(f"{host} does not let us sign in now ({error.smtp_code}).", wait_seconds=WAIT_SECONDS) from None
            raise SourceRefused(f"{host} does not take this mailbox's name and password ({error.smtp_code}).") from None
        except SMTPNotSupportedError as error:
            raise SourceRefused(f"{host} offers no STARTTLS or no sign-in; without both nothing is sent.") from error
        except ssl.SSLCertVerificationError as error:
            raise SourceRefused(f"The certificate of {host} is not valid: {error.verify_message}.") from error
        except SMTPConnectError as error:
            raise NotSent(f"{host} takes no mail now ({error.smtp_code}).") from error
        except (SMTPServerDisconnected, OSError) as error:
            raise NotSent(f"{host} could not be spoken to: {type(error).__name__}. Nothing was sent.") from error
        except SMTPException as error:
            raise NotSent(f"{host} did not get as far as a message: {type(error).__name__}. Nothing was sent.") from error

    def _must_be_ok(self, answer: tuple[int, bytes]) -> None:
        if not 200 <= answer[0] < 300:
            self._refused(answer[0])

    def _refused(self, code: int) -> NoReturn:
        """Raise what an answer other than yes means. A code that is none came from something that does not speak SMTP."""
        host = self._server.host
        if code in _TRY_LATER:
            raise RateLimited(f"{host} does not take it now ({code}).", wait_seconds=WAIT_SECONDS)
        if code in _SIGN_IN:
            raise SourceRefused(f"{host} does not take this mailbox's sign-in ({code}).")
        if not 500 <= code < 600:
            raise PublishUnknown(f"{host} answered something that cannot be read.")
        raise PublishRejected(f"{host} refused ({code}).", why=_WHY.get(code, "forbidden"))


_WHY = {550: "gone", 551: "gone", 553: "gone", 552: "too_long", 500: "invalid", 501: "invalid", 555: "invalid"}
"""RFC 5321, 4.2.3: 550 and 551 no such mailbox, 552 too much, 553 name not allowed, 554 refused."""
