"""A file as a source: who a row is, where reading goes on, and which column means what."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from listener.clock import ManualClock
from listener.errors import InputError
from listener.sources.imports import FileSource, detect_mapping
from tests.fakes.files import read, read_all, rows, write


async def test_rows_without_ids_keep_one_made_of_what_they_say(tmp_path: Path) -> None:
    content = "tekst,datum,auteur\nstoring,2026-03-02,kim\nstoring,2026-03-02,pat\nstoring,2026-03-02,kim\n"
    first, _ = await read(tmp_path, content)
    again, _ = await read(tmp_path, content)
    assert [m.key for m in first] == [m.key for m in again]
    assert len({m.key for m in first}) == 2  # the third row says what the first said


async def test_an_id_used_twice_for_different_words_is_told(tmp_path: Path) -> None:
    """Taken for an edit, the first row would be lost without a word."""
    mentions, skipped = await read(tmp_path, rows("1,first,2026-03-02", "1,second,2026-03-02", "1,first,2026-03-02"))
    assert [m.text for m in mentions] == ["first", "first"]
    assert "already used in row 2" in skipped[0].reason


async def test_an_interrupted_import_goes_on_where_it_stopped(tmp_path: Path) -> None:
    lines = [f"{n},text {n}," + ("2026-03-02" if n % 7 else "never") for n in range(1_300)]
    path = write(tmp_path, rows(*lines))
    first = await FileSource(path).pull(None)
    assert first.more
    rest, skipped, cursor = await read_all(FileSource(path), first.next)
    assert [m.native_id for m in (*first.mentions, *rest)] == [str(n) for n in range(1_300) if n % 7]
    assert len(first.skipped) + len(skipped) == 186
    again = await FileSource(path).pull(cursor)
    assert (again.mentions, again.skipped, again.next, again.more) == ((), (), cursor, False)


async def test_ids_are_compared_across_an_interruption(tmp_path: Path) -> None:
    path = write(tmp_path, rows(*(f"{n},text {n},2026-03-02" for n in range(600)), "3,other,2026-03-02"))
    first = await FileSource(path).pull(None)
    _, skipped, _ = await read_all(FileSource(path), first.next)
    assert "already used in row 5" in skipped[0].reason


@pytest.mark.parametrize("change", ["content", "mapping", "setup"])
async def test_a_changed_file_or_mapping_is_read_from_its_start(tmp_path: Path, change: str) -> None:
    path = write(tmp_path, "id,text,body,created_at\n1,a,b,2026-03-02\n")
    _, _, cursor = await read_all(FileSource(path))
    if change == "content":
        write(tmp_path, "id,text,body,created_at\n1,a,b,2026-03-02\n2,c,d,2026-03-02\n")
    options: dict[str, dict[str, Any]] = {"content": {}, "mapping": {"mapping": {"text": "body"}}, "setup": {"setup": "other brand"}}
    page = await FileSource(path, **options[change]).pull(cursor)
    assert page.mentions


async def test_naming_one_column_leaves_the_others_to_be_recognised(tmp_path: Path) -> None:
    mentions, _ = await read(tmp_path, "id,text,created_at,sim_time\n1,a,,2026-03-02\n", mapping={"posted_at": "sim_time"})
    assert mentions[0].native_id == "1"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["Tweet ID", "Tekst", "Datum", "Auteur", "Kanaal"],
         {"id": "Tweet ID", "text": "Tekst", "posted_at": "Datum", "author": "Auteur", "channel": "Kanaal"}),
        (["bericht", "tijdstip", "gebruiker"], {"text": "bericht", "posted_at": "tijdstip", "author": "gebruiker"}),
        (["id", "text", "created_at", "sim_time"], {"id": "id", "text": "text", "posted_at": "created_at"}),
        (["message", "timestamp", "user.name", "permalink"],
         {"text": "message", "posted_at": "timestamp", "author_name": "user.name", "url": "permalink"}),
        (["label", "split", "source"], {}),
        ([], {}),
    ],
)  # fmt: skip
def test_usual_names_are_recognised(columns: list[str], expected: dict[str, str]) -> None:
    assert detect_mapping(columns) == expected


async def test_files_without_times_have_to_be_said_to_have_none(tmp_path: Path, clock: ManualClock) -> None:
    """A thousand old rows dated now would look like a burst."""
    mentions, _ = await read(tmp_path, "id,text\n1,a\n", mapping={"posted_at": "-"}, clock=clock)
    assert mentions[0].posted_at == clock.now()
    assert mentions[0].flags == {"no_time"}


async def test_platform_and_channel_may_come_from_the_row_or_from_the_person(tmp_path: Path) -> None:
    content = "id,text,datum,platform,kanaal\n1,a,2026-03-02,X,\n2,b,2026-03-02,,balie\n"
    mentions, _ = await read(tmp_path, content, platform="reddit", channel="telefoon")
    assert [(m.platform, m.realm, m.channel) for m in mentions] == [("x", "x", "telefoon"), ("reddit", "reddit", "balie")]


async def test_a_link_that_is_no_web_address_is_dropped(tmp_path: Path) -> None:
    mentions, _ = await read(tmp_path, "id,text,datum,url\n1,a,2026-03-02,javascript:alert(1)\n")
    assert mentions[0].url == ""


def test_a_pipe_or_device_is_refused_at_once(tmp_path: Path) -> None:
    """It would be waited for, or read, without end."""
    pipe = tmp_path / "posts.csv"
    os.mkfifo(pipe)
    for endless in (pipe, Path("/dev/zero")):
        with pytest.raises(InputError, match="not a file that can be read twice"):
            FileSource(endless)
