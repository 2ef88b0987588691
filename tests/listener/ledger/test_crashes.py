"""Processes die and disks fill up: what was acknowledged is there, whole and once (RULES F1, F10)."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from listener.ledger.ledger import Ledger, open_ledger
from tests.listener.ledger import children
from tests.listener.ledger.making import MODEL, analyse, contents


def check(ledger: Ledger, pages: int) -> None:
    """Assert that exactly the first `pages` pages are here, each mention once and whole."""
    ledger.check()
    rows = contents(ledger)
    ids = [name for row in rows["mention"] if (name := str(row[3])).startswith("m")]
    assert sorted(ids) == sorted(f"m{number}" for number in range(pages * children.PAGE))
    assert len(rows["revision"]) == len(rows["mention_source"]) == len(rows["mention"]) == ledger.mentions.count()
    assert ledger.mentions.cursor("endless") == str(pages)


@pytest.mark.parametrize("seed", [1])
def test_nothing_acknowledged_is_lost_or_doubled_over_twenty_kills(url: str, seed: int) -> None:
    """kill -9 lands anywhere: in a statement, in a commit, while opening."""
    chance = random.Random(seed)
    stored = 0
    unfinished = 0
    for _ in range(20):
        child, pipe = children.start(children.write_pages, url)
        pipe.poll(10)
        time.sleep(chance.uniform(0, 0.12))
        child.kill()
        child.join(10)
        said = children.acknowledged(pipe)
        assert child.exitcode == -9
        assert said == list(range(stored, stored + len(said)))
        with open_ledger(url) as ledger:
            pages = int(ledger.mentions.cursor("endless") or 0)
            assert pages in (stored + len(said), stored + len(said) + 1), "at most the page under way was stored without our hearing of it"
            check(ledger, pages)
        unfinished += pages - stored - len(said)
        stored = pages
    assert stored > 20, f"the kills came too early to prove anything ({unfinished} pages unheard)"


def test_a_full_disk_stops_writing_loses_nothing_and_needs_no_hand(url: str) -> None:
    """Space is freed, and the next page is stored as if nothing had happened."""
    child, pipe = children.start(children.write_until_full, url, 3_000_000)
    child.join(60)
    said = children.acknowledged(pipe)
    assert child.exitcode == 0
    full = said.index(-1)
    assert full > 3
    assert said[:full] == list(range(full))
    assert said[full + 1] == full * (children.PAGE + 1), "reading goes on while the disk is full"
    assert said[full + 2] == full, "the page that did not fit is the next one"
    with open_ledger(url) as ledger:
        check(ledger, full + 1)
        analyse(ledger)
        assert len(ledger.analyses.analysed(since=None, model=MODEL)) == ledger.mentions.count()


def test_a_ledger_that_was_cut_off_in_its_log_opens_with_all_that_was_whole(url: str, file: Path) -> None:
    """A torn tail is a page that nobody was told of (RULES F12)."""
    child, pipe = children.start(children.write_pages, url)
    while pipe.recv() < 5:
        pass
    child.kill()
    child.join(10)
    log = file.with_name(file.name + "-wal")
    log.write_bytes(log.read_bytes()[:-100])
    with open_ledger(url) as ledger:
        check(ledger, int(ledger.mentions.cursor("endless") or 0))
