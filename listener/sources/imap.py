"""E-mail to a mailbox of ours, over IMAP: what people write to us, one mention a mail, and nothing there is changed."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from listener.errors import SettingsError, SourceRefused, SourceUnavailable
from listener.model.mention import Mention
from listener.model.page import Cursor, Page, Skip
from listener.ports import Clock
from listener.sources.addresses import checked_ip, resolve_by_system
from listener.sources.imap_mailbox import Mailbox, MailFacts, opened
from listener.sources.mail_item import read_mail
from listener.sources.own_thread import OwnThread

PULL_SECONDS = 120.0
PER_PULL = 25
READ_SECONDS = 60.0
"""After that a pull ends where it is: a mail made to be slow must not hold up those behind it."""
MOST_READ = 256_000
"""Bytes read of a mail: words stand before attachments."""
MOST_SIZE = 25_000_000
_PORTS = {"imaps": 993, "imap": 143}
_SERVER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,250}[A-Za-z0-9])?")


class Open(Protocol):
    """An open mailbox: see `OpenMailbox`."""

    validity: int
    next_number: int

    def numbers(self, *, after: int = 0, since: Any = None) -> list[int]: ...
    def facts(self, numbers: Any) -> list[MailFacts]: ...
    def beginning(self, uid: int, most: int) -> bytes | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where the mailbox is. `tls`: "at once", "starttls" or "none"."""

    host: str
    port: int
    tls: str


def mail_server(source_id: str, url: str, *, without_tls: bool = False) -> MailServer:
    """Read "imaps://host" (TLS at once, port 993) or "imap://host" (STARTTLS, port 143). Raises `SettingsError`."""
    try:
        read = urlsplit(url)
        host, port = read.hostname or "", read.port
    except ValueError:
        read, host, port = urlsplit(""), "", None
    if read.scheme not in _PORTS or not host or read.username or read.path.strip("/") or read.query:
        raise SettingsError(
            f"klankbord.yaml: sources: {source_id}: url: write imaps://host (TLS at once) or imap://host (STARTTLS), with a port if needed."
        )
    tls = "at once" if read.scheme == "imaps" else "none" if without_tls else "starttls"
    return MailServer(host=host, port=port or _PORTS[read.scheme], tls=tls)


class ImapSource:
    """Mail in one folder of one mailbox, twenty-five a pull, in a thread of its own.

    The cursor keeps the numbering of the folder (UIDVALIDITY), the last number read and when that mail arrived: a folder that was numbered
    anew is read from that day on, and Message-IDs tell what is known. A mail that leaves the folder stays here: that somebody cleaned up
    does not take back what a customer wrote. `open_mailbox` takes the place of a connection (tests).
    """

    def __init__(
        self,
        source_id: str,
        server: MailServer,
        *,
        username: str,
        password: Callable[[], str],
        clock: Clock,
        folder: str = "INBOX",
        ours: Collection[str] = (),
        said_to: str = "",
        trusted: str = "",
        look_back: timedelta = timedelta(days=7),
        allow_private: bool = False,
        context: ssl.SSLContext | None = None,
        open_mailbox: Callable[[Mailbox], AbstractContextManager[Open]] | None = None,
    ) -> None:
        if not username:
            raise SettingsError(f"klankbord.yaml: sources: {source_id}: account: write the name of the mailbox, such as loket@example.org.")
        if trusted and not _SERVER.fullmatch(trusted):
            raise SettingsError(
                f"klankbord.yaml: sources: {source_id}: trusted_mail_server: write the name that your mail server puts first in its "
                "Authentication-Results lines, such as mx.example.org."
            )
        if not folder.isascii() or not folder.isprintable():
            raise SettingsError(f"klankbord.yaml: sources: {source_id}: folder: write it as the server names it, in ASCII.")
        self._source_id = source_id
        self._server = server
        self._username = username
        self._password = password
        self._clock = clock
        self._folder = folder
        self._ours = frozenset(one.casefold() for one in (username, *ours))
        self._realm = username.rpartition("@")[2].casefold() if "@" in username else server.host
        self._said_to = said_to
        self._trusted = trusted
        self._look_back = look_back
        self._allow_private = allow_private
        self._open = open_mailbox or partial(opened, context=context)
        self._thread = OwnThread(f"imap-{source_id}", who=server.host)

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return the mails that follow `cursor`; `more` while the folder holds others. See `Source.pull`."""
        password = self._password()
        if not password:
            raise SourceRefused("KLANKBORD_IMAP_PASSWORD is not set; it is the password of the mailbox.", cause="token_missing")
        address = httpx.URL(scheme="https", host=self._server.host, port=self._server.port)
        ip = await checked_ip(address, resolve_by_system, allow_private=self._allow_private)
        box = Mailbox(
            host=self._server.host,
            ip=ip,
            port=self._server.port,
            tls=self._server.tls,
            username=self._username,
            password=password,
            folder=self._folder,
        )
        return await self._thread.run(partial(self._read, box, cursor), most_seconds=PULL_SECONDS)

    async def aclose(self) -> None:
        """Let go of the thread; a request under way is left to its time-out."""
        self._thread.leave()

    def _read(self, box: Mailbox, cursor: Cursor | None) -> Page:
        memory: dict[str, Any] = json.loads(cursor) if cursor else {}
        with self._open(box) as mailbox:
            if memory.get("validity") == mailbox.validity and not 0 < mailbox.next_number <= int(memory["uid"]):
                numbers = mailbox.numbers(after=int(memory["uid"]))
            else:
                numbers = mailbox.numbers(since=self._from(memory))
            if not numbers:
                return Page(mentions=(), next=cursor)
            turn, newest, shown = numbers[:PER_PULL], float(memory.get("at", 0.0)), dict[int, Mention | Skip]()
            until, last = self._clock.monotonic() + READ_SECONDS, turn[-1]
            for facts in mailbox.facts(turn):
                newest = max(newest, facts.arrived_at.timestamp())
                if (one := self._mail(mailbox, facts)) is not None:
                    shown[facts.uid] = one
                if self._clock.monotonic() > until:
                    last = facts.uid
                    break
            if not shown:  # those that were deleted meanwhile are not listed next time
                raise SourceUnavailable(f"{box.host} lists mails and says nothing of them.")
            found = [shown.get(one) or _not_shown(mailbox.validity, one) for one in turn if one <= last]
            after = {"validity": mailbox.validity, "uid": last, "at": min(newest, self._clock.now().timestamp())}
        return Page(
            mentions=tuple(sorted((one for one in found if isinstance(one, Mention)), key=lambda one: (one.posted_at, one.native_id))),
            next=Cursor(json.dumps(after, sort_keys=True)),
            skipped=tuple(one for one in found if isinstance(one, Skip)),
            more=numbers[-1] > last,
        )

    def _from(self, memory: dict[str, Any]) -> Any:
        """Return the day from which a folder is read that was not read under this numbering; a day early, for days begin elsewhere."""
        known = float(memory.get("at", 0.0))
        start = datetime.fromtimestamp(known, UTC) if known else self._clock.now() - self._look_back
        return (start - timedelta(days=1)).date()

    def _mail(self, mailbox: Open, facts: MailFacts) -> Mention | Skip | None:
        uid = f"{mailbox.validity}-{facts.uid}"
        if facts.size > MOST_SIZE:
            return Skip(where=f"mail {uid}", reason=f"it is larger than {MOST_SIZE // 1_000_000} MB")
        raw = mailbox.beginning(facts.uid, MOST_READ)
        if raw is None:
            return None
        found = read_mail(raw, uid=uid, arrived_at=facts.arrived_at, realm=self._realm, ours=self._ours, trusted=self._trusted)
        return replace(found, said_to=self._said_to) if isinstance(found, Mention) else found


def _not_shown(validity: int, uid: int) -> Skip:
    """A mail that left the folder in the same moment, or one that the server does not show: it must not be passed over in silence."""
    return Skip(where=f"mail {validity}-{uid}", reason="the server lists it, and does not say what it is")
