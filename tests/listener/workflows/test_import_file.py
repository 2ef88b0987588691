"""Bringing a file of history in: every row is accounted for, a second time changes nothing, an interrupted one goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import InputError
from listener.ledger.ledger import Ledger
from listener.model.page import Cursor, Page
from listener.progress import NoProgress
from listener.settings.schema import BrandSettings
from listener.sources.imports import FileSource
from listener.text.query import compile_brand
from listener.workflows.import_file import MOST_LISTED_SKIPS, Imported, import_file
from tests.fakes.files import rows, write
from tests.listener.workflows.conftest import NOON

WHEN = "2026-03-01T09:00:00Z"
QUERY = compile_brand(BrandSettings.model_validate({"name": "Stroomwerk"}))


async def bring(file: Path, ledger: Ledger, **options: Any) -> Imported:
    given: dict[str, Any] = {"keep": "all", "clock": ManualClock(NOON), "progress": NoProgress(), **options}
    return await import_file(FileSource(file), ledger, (QUERY,), **given)


async def test_every_row_is_accounted_for(tmp_path: Path, ledger: Ledger) -> None:
    """A person who hands over ten thousand rows has to be able to find the three that are missing."""
    file = write(tmp_path, rows(f"1,Stroomwerk is traag,{WHEN}", f"2,Mooi weer,{WHEN}", f"3,,{WHEN}"))
    done = await bring(file, ledger, keep="matching")
    assert (done.rows, done.new, done.edited, done.unchanged, done.unmatched, done.skipped) == (3, 1, 0, 0, 1, 1)
    assert len(done.first_skips) == 1
    assert [one.mention.text for one in ledger.mentions.latest()] == ["Stroomwerk is traag"]


async def test_importing_a_file_again_changes_nothing(tmp_path: Path, ledger: Ledger) -> None:
    file = write(tmp_path, rows(f"1,een,{WHEN}", f"2,twee,{WHEN}"))
    await bring(file, ledger)
    again = await bring(file, ledger)
    assert (again.new, again.edited) == (0, 0)
    assert ledger.mentions.count() == 2


async def test_an_import_goes_on_at_the_row_where_it_was_broken_off(tmp_path: Path, ledger: Ledger) -> None:
    """An import of an hour that was killed after fifty minutes takes ten more, not sixty."""
    file = write(tmp_path, rows(*(f"{number},bericht {number},{WHEN}" for number in range(1_200))))

    class Broken(NoProgress):
        def advance(self, done: int = 1) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await bring(file, ledger, progress=Broken())
    stored = ledger.mentions.count()
    assert 0 < stored < 1_200
    rest = await bring(file, ledger)
    assert (rest.rows, rest.new) == (1_200 - stored, 1_200 - stored)
    assert ledger.mentions.count() == 1_200


async def test_of_many_bad_rows_all_are_counted_and_the_first_are_listed(tmp_path: Path, ledger: Ledger) -> None:
    file = write(tmp_path, rows(*(f"{number},,{WHEN}" for number in range(MOST_LISTED_SKIPS + 20))))
    done = await bring(file, ledger)
    assert (done.skipped, len(done.first_skips)) == (MOST_LISTED_SKIPS + 20, MOST_LISTED_SKIPS)


async def test_an_import_shows_up_among_the_sources(tmp_path: Path, ledger: Ledger) -> None:
    done = await bring(write(tmp_path, rows(f"1,een,{WHEN}")), ledger)
    assert [(one.source, one.state, one.mentions) for one in ledger.sources.coverage(NOON)] == [(done.source, "ok", 1)]


async def test_a_file_that_is_not_there_is_named(tmp_path: Path, ledger: Ledger) -> None:
    with pytest.raises(InputError, match=r"gone\.csv"):
        await bring(tmp_path / "gone.csv", ledger)


async def test_a_row_that_the_ledger_takes_for_an_error_costs_that_row(tmp_path: Path, ledger: Ledger) -> None:
    """RULES F24: a file of a million rows must not stop for ever at one of them."""
    odd: Any = {"url": object()}

    class Odd(FileSource):
        async def pull(self, cursor: Cursor | None) -> Page:
            page = await super().pull(cursor)
            return replace(page, mentions=tuple(replace(one, **(odd if one.native_id == "2" else {})) for one in page.mentions))

    file = write(tmp_path, rows(*(f"{number},bericht {number},{WHEN}" for number in range(700))))
    done = await import_file(Odd(file), ledger, (QUERY,), keep="all", clock=ManualClock(NOON), progress=NoProgress())
    assert (done.rows, done.new, done.unchanged, done.skipped) == (700, 699, 0, 1)
    assert [one.where for one in done.first_skips] == ["item 2"]
    again = await bring(file, ledger)
    assert (again.rows, again.new) == (0, 0), "and the whole file was read"
