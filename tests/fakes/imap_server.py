"""A mail server that speaks IMAP on loopback, byte for byte as a test says: `odd` stands in the place of the right answer to one step."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

STEPS = ("greeting", "capability", "login", "authenticate", "examine", "search", "facts", "body", "logout")
"""What a sign-in to a mailbox goes through; of LOGIN and AUTHENTICATE it is one, by what CAPABILITY says."""
ARRIVED = b"02-Mar-2026 11:00:00 +0000"
TAG = b"%TAG%"
"""Stands in an odd answer for the tag of the command."""
_UIDS = re.compile(rb"UID FETCH (\S+) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """Bytes in the place of an answer; the connection ends behind them unless `goes_on`."""

    step: str
    said: bytes
    goes_on: bool = False


@dataclass
class ImapServer:
    """`mails` by number. `heard` counts the steps that were asked for, `commands` are what came in; `signs` is added to what is offered."""

    mails: dict[int, bytes] = field(default_factory=dict)
    validity: bytes = b"7"
    odd: Odd | None = None
    signs: bytes = b""
    port: int = 0
    heard: Counter[str] = field(default_factory=Counter)
    commands: list[bytes] = field(default_factory=list)

    def right(self, step: str, command: bytes = b"") -> bytes:
        """Return the right answer to a step, for the command with TAG in the place of its tag."""
        done = TAG + b" OK done\r\n"
        if step == "greeting":
            return b"* OK ready\r\n"
        if step == "capability":
            return b"* CAPABILITY IMAP4rev1" + self.signs + b"\r\n" + done
        if step == "examine":
            facts = b"* FLAGS (\\Seen)\r\n* %d EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY %s] valid\r\n* OK [UIDNEXT %d] next\r\n"
            return facts % (len(self.mails), self.validity, max(self.mails, default=0) + 1) + done
        if step == "search":
            after = re.search(rb"UID (\d+):\*", command)
            least = min(int(after[1]), max(self.mails, default=0)) if after else 0
            return b"* SEARCH" + b"".join(b" %d" % one for one in sorted(self.mails) if one >= least) + b"\r\n" + done
        if step == "facts":
            return b"".join(self.fact(one) for one in self._asked(command)) + done
        if step == "body":
            most = re.search(rb"<0\.(\d+)>", command)
            return b"".join(self.body(one, int(most[1]) if most else None) for one in self._asked(command)) + done
        return (b"* BYE\r\n" if step == "logout" else b"") + done

    def fact(self, uid: int, *, size: bytes | None = None, arrived: bytes = ARRIVED) -> bytes:
        """Return the line that says what a mail is."""
        place = sorted(self.mails).index(uid) + 1
        return b'* %d FETCH (UID %d INTERNALDATE "%s" RFC822.SIZE %s)\r\n' % (place, uid, arrived, size or b"%d" % len(self.mails[uid]))

    def body(self, uid: int, most: int | None = None) -> bytes:
        """Return a mail, or its first `most` bytes, as it is sent."""
        place, raw = sorted(self.mails).index(uid) + 1, self.mails[uid][:most]
        return b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n%s)\r\n" % (place, uid, len(raw), raw)

    def _asked(self, command: bytes) -> list[int]:
        found = _UIDS.search(command)
        named = {int(one) for one in found[1].split(b",")} if found else set()
        return sorted(named & self.mails.keys())

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            step, tag, command = "greeting", b"", b""
            while await self._answer(writer, step, tag, command) and step != "logout":
                tag, _, command = (await reader.readuntil(b"\r\n")).rstrip(b"\r\n").partition(b" ")
                self.commands.append(command)
                step = _step_of(command)
                if step == "authenticate":
                    writer.write(b"+ \r\n")
                    await reader.readuntil(b"\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, step: str, tag: bytes, command: bytes) -> bool:
        """Answer a step; return whether the connection goes on."""
        self.heard[step] += 1
        odd = self.odd if self.odd is not None and self.odd.step == step else None
        writer.write((odd.said if odd else self.right(step, command)).replace(TAG, tag))
        await writer.drain()
        return odd is None or odd.goes_on


def _step_of(command: bytes) -> str:
    if command.startswith(b"UID FETCH"):
        return "body" if b"BODY.PEEK" in command else "facts"
    return "search" if command.startswith(b"UID SEARCH") else command.split(b" ")[0].decode("ascii").lower()


@asynccontextmanager
async def open_imap(server: ImapServer) -> AsyncIterator[ImapServer]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
