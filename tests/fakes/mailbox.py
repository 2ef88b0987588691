"""A mailbox in memory that speaks as `OpenMailbox` does, and mails to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from email.utils import format_datetime

from listener.errors import SourceUnavailable
from listener.sources.imap_mailbox import Mailbox, MailFacts

US = "loket@zoemvolt.example"


def mail(number: int, at: datetime, text: str = "Al uren geen stroom\n", **heads: str) -> bytes:
    """Return a mail from Kim to us, but for these lines of its head ("" leaves one out)."""
    lines = {
        "From": "Kim de Vries <Kim@Klant.example>",
        "To": US,
        "Subject": f"Vraag {number}",
        "Message-ID": f"<vraag-{number}@klant.example>",
        "Date": format_datetime(at),
        **{name.replace("_", "-"): value for name, value in heads.items()},
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"{head}\r\n{text}".replace("\r\n", "\n").replace("\n", "\r\n").encode()


@dataclass
class FakeMailbox:
    """`mails` by their number: when each arrived and what it is. `fails` makes every opening fail."""

    validity: int = 7
    next_number: int = 0
    mails: dict[int, tuple[datetime, bytes]] = field(default_factory=dict)
    fails: bool = False
    opened_with: list[Mailbox] = field(default_factory=list)
    largest: dict[int, int] = field(default_factory=dict)
    before: Callable[[], None] | None = None

    @contextmanager
    def open(self, box: Mailbox) -> Iterator[FakeMailbox]:
        """Open it, as `opened` does."""
        self.opened_with.append(box)
        if self.before is not None:
            self.before()
        if self.fails:
            raise SourceUnavailable("down")
        yield self

    def put(self, at: datetime, raw: bytes) -> int:
        """Let a mail arrive and return its number."""
        number = max(self.mails, default=0) + 1
        self.mails[number] = (at, raw)
        return number

    def numbers(self, *, after: int = 0, since: date | None = None) -> list[int]:
        return sorted(n for n, (at, _) in self.mails.items() if n > after and (since is None or at.date() >= since))

    def facts(self, numbers: Sequence[int]) -> list[MailFacts]:
        return [
            MailFacts(uid=n, arrived_at=self.mails[n][0], size=self.largest.get(n, len(self.mails[n][1])))
            for n in numbers
            if n in self.mails
        ]

    def beginning(self, uid: int, most: int) -> bytes | None:
        return self.mails[uid][1][:most] if uid in self.mails else None
