"""The home that a burst is poured into, what is said in it, what its ledger holds afterwards, and what plain inserts of that would cost."""

from __future__ import annotations

import re
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Set
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from listener.bootstrap import ledger_url
from listener.ledger.ledger import open_ledger
from listener.settings.home import prepare_home
from tests.bench.inbox_home import Drawing
from tests.fakes.calling import SECRETS
from tests.fakes.matrix import TOKEN

ROOM, CRM = "room", "crm"
DIRECTED_EACH = 20
"""One mention in so many speaks to the brand, and opens a case."""
BATCH = 256
SETTINGS = """\
# Filled by scripts/bench_burst: everything in here is invented.
brands:
- {name: Stroomwerk, handles: ['@stroomwerk']}
sources:
- {id: room, kind: matrix, url: 'http://127.0.0.1:PORT', allow_http: true, allow_private: true, interval_minutes: 0.05}
- {id: crm, kind: webhook}
invented: true
"""
_NUMBER = re.compile(r"Klantnummer (\d+)")
_COPIED = ("mention", "revision", "mention_brand", "mention_source")

Key = tuple[str, str]
"""A platform and the id of a mention there."""


def make_home(home: Path, *, port: int) -> None:
    """Make an empty home that reads a room on this port of loopback every three seconds, and that a system of its own calls."""
    prepare_home(home)
    (home / "klankbord.yaml").write_text(SETTINGS.replace("PORT", str(port)), encoding="utf-8")
    names = {"KLANKBORD_MATRIX_READ_TOKEN": TOKEN, "KLANKBORD_WEBHOOK_INCOMING": SECRETS["KLANKBORD_WEBHOOK_INCOMING"]}
    secrets = home / "secrets.env"
    secrets.write_text("".join(f"{name}={value}\n" for name, value in names.items()), encoding="utf-8")
    secrets.chmod(0o600)


def is_directed(number: int) -> bool:
    """Tell whether the mention of this number speaks to the brand; of those that are pulled as many do as of those that are sent."""
    return number // 2 % DIRECTED_EACH == 0


def text_of(number: int) -> str:
    """Return what is said under this number; no two are alike, and all name the brand."""
    return Drawing.text(number).replace("@stroomwerk", "@stroomwerk" if is_directed(number) else "Stroomwerk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How many mentions a ledger holds, how many of them wait for the analyser, and how many that speak to us stand in a case."""

    stored: int
    waiting: int
    in_cases: int


class Reader:
    """Looks into the ledger's file from another process, as it is at that moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def held(self) -> Held:
        stored, waiting = self._connection.execute(
            "select count(*), coalesce(sum(analysed_revision < latest_revision), 0) from mention"
        ).fetchone()
        (in_cases,) = self._connection.execute("select count(*) from conversation_mention where directed").fetchone()
        return Held(stored=stored, waiting=waiting, in_cases=in_cases)

    def holds(self, native_id: str) -> bool:
        """Tell whether what our system sent under this id is there."""
        asked = "select 1 from mention where platform = 'webhook' and realm = ? and native_id = ?"
        return self._connection.execute(asked, (CRM, native_id)).fetchone() is not None

    def check(self, sent: Set[Key]) -> Checked:
        """Compare everything that is held with what was sent."""
        rows = self._connection.execute("select m.platform, m.native_id, r.text from mention m join revision r using (mention_id)")
        keys, numbers = set[Key](), Counter[str]()
        for platform, native_id, text in rows:
            keys.add((platform, native_id))
            found = _NUMBER.search(text)
            numbers[found[1] if found else text] += 1
        return Checked(lost=len(sent - keys), strange=len(keys - sent), double=numbers.total() - len(numbers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Mentions that were sent and are not held, that are held and nobody sent, and that are held more than once (told by their words)."""

    lost: int
    strange: int
    double: int


@contextmanager
def reader_of(home: Path) -> Iterator[Reader]:
    """Open a home's ledger to look at only; every question sees what is durable by then."""
    with closing(sqlite3.connect(f"file:{home / 'ledger.db'}?mode=ro", uri=True, isolation_level=None, timeout=30)) as connection:
        yield Reader(connection)


def plain_inserts(home: Path, empty: Path) -> tuple[float, float]:
    """Insert the rows of a home's mentions into the empty ledger of another one, `BATCH` mentions a transaction, as durable as ours.

    Return the seconds by the clock and of processor that this took; reading the rows is not counted.
    """
    prepare_home(empty)
    with open_ledger(ledger_url(empty)):
        pass
    with (
        closing(sqlite3.connect(home / "ledger.db")) as source,
        closing(sqlite3.connect(empty / "ledger.db", isolation_level=None)) as there,
    ):
        there.execute("pragma synchronous=full")
        (most,) = source.execute("select max(mention_id) from mention").fetchone()
        wall = cpu = 0.0
        for first in range(1, (most or 0) + 1, BATCH):
            between = (first, first + BATCH - 1)
            rows = {t: source.execute(f"select * from {t} where mention_id between ? and ?", between).fetchall() for t in _COPIED}
            began, spent = time.perf_counter(), time.process_time()
            there.execute("begin immediate")
            for table, some in rows.items():
                if some:
                    there.executemany(f"insert into {table} values ({', '.join('?' * len(some[0]))})", some)
            there.execute("commit")
            wall, cpu = wall + time.perf_counter() - began, cpu + time.process_time() - spent
    return wall, cpu
