"""Child processes that write to a ledger and say what was acknowledged, until they are killed or run out of room."""

from __future__ import annotations

import multiprocessing
import resource
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from listener.errors import StoreFull
from listener.ledger.ledger import Ledger, open_ledger
from listener.ledger.lock import home_lock
from listener.model.mention import Kept, Mention
from listener.model.page import Cursor
from tests.listener.ledger.making import HIT, NOON, mention

FORK = multiprocessing.get_context("fork")
PAGE = 20


def start(work: Callable[..., None], *arguments: object) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    """Start a child that runs `work(pipe, *arguments)`; return it and our end of the pipe. The parent must have no ledger open."""
    ours, theirs = FORK.Pipe()
    child = FORK.Process(target=work, args=(theirs, *arguments))
    child.start()
    theirs.close()
    return child, ours


def acknowledged(pipe: Connection) -> list[int]:
    """Return every number that a dead child had sent."""
    numbers: list[int] = []
    try:
        while pipe.poll():
            numbers.append(pipe.recv())
    except EOFError:
        pass
    return numbers


def page_of(number: int) -> list[Mention]:
    """Return page `number` of an endless source, which also shows the last mention of the page before again."""
    first = number * PAGE
    return [mention(f"m{one}", f"tekst van {one}") for one in range(max(0, first - 1), first + PAGE)]


def add_next_page(ledger: Ledger, text: str = "") -> int:
    """Add the page that the cursor names and return its number."""
    number = int(ledger.mentions.cursor("endless") or 0)
    kept = [Kept(mention=one, hits=(HIT,)) for one in page_of(number)]
    if text:
        kept.append(Kept(mention=mention(f"long{number}", text)))
    ledger.mentions.add_page(kept, source="endless", next_cursor=Cursor(str(number + 1)), at=NOON)
    return number


def write_pages(pipe: Connection, url: str) -> None:
    """Add page after page, sending each number once its page is stored, for ever."""
    with open_ledger(url) as ledger:
        while True:
            pipe.send(add_next_page(ledger))


def write_until_full(pipe: Connection, url: str, most_bytes: int) -> None:
    """Add pages until no file may grow any more; then read, and once there is room again go on without opening anew.

    Sends page numbers, -1 when `StoreFull` was raised, the count of mentions that can still be read, and the page that was added
    after there was room again.
    """
    with open_ledger(url) as ledger:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, hard))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            while True:
                pipe.send(add_next_page(ledger, text="x" * 10_000))
        except StoreFull:
            pipe.send(-1)
        pipe.send(ledger.mentions.count())
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        pipe.send(add_next_page(ledger))


def hold_lock(pipe: Connection, home: Path) -> None:
    """Hold a home's lock for ever."""
    with home_lock(home):
        pipe.send(0)
        signal.pause()


def hold_write(pipe: Connection, url: str) -> None:
    """Stay in the middle of a write for ever."""
    from listener.ledger.transactions import writing

    with open_ledger(url) as ledger, writing(ledger.engine) as tx:
        tx.exec_driver_sql("insert into meta (key, value) values ('half', 'written')")
        pipe.send(0)
        signal.pause()


def count_mentions(pipe: Connection, url: str) -> None:
    """Open the ledger beside others and send how many mentions it holds."""
    with open_ledger(url) as ledger:
        pipe.send(ledger.mentions.count())
