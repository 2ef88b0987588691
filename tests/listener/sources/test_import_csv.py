"""CSV as people have it: every row is a mention or a told skip, and the good rows around a broken one are kept (RULES I8, I21)."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from listener.errors import InputError
from listener.sources.imports import FileSource
from tests.fakes.files import read, read_all, rows, write

HEADER = "id,text,created_at\n"


async def test_a_plain_file_becomes_mentions(tmp_path: Path) -> None:
    mentions, skipped = await read(
        tmp_path, "id,text,created_at,author,url,kanaal\n1,hallo,2026-03-02T09:00:00Z,kim,https://x.example/1,telefoon\n"
    )
    (mention,) = mentions
    assert skipped == []
    assert (mention.platform, mention.realm, mention.native_id, mention.text) == ("import", "rows", "1", "hallo")
    assert (mention.url, mention.channel) == ("https://x.example/1", "telefoon")
    assert mention.author is not None
    assert mention.author.key == "import/rows/kim"
    assert mention.posted_at == datetime(2026, 3, 2, 9, tzinfo=UTC)


async def test_every_row_is_a_mention_or_a_skip_with_its_line(tmp_path: Path) -> None:
    """The person who exported the file must be able to find each row that was left out."""
    mentions, skipped = await read(
        tmp_path,
        rows(
            "1,good,2026-03-02T09:00:00Z",
            "2,ragged",
            "3,too,many,2026-03-02T09:00:00Z",
            "4,no time,",
            "5,wrong time,gisteren",
            "6,,2026-03-02T09:00:00Z",
            '7,"quote, inside",2026-03-02T09:00:00Z',
            "8,trailing,2026-03-02T09:00:00Z,,",
            '9,"two\nlines",2026-03-02T09:00:00Z',
            "10,last,2026-03-02T09:00:00Z",
        ),
    )
    assert [m.native_id for m in mentions] == ["1", "7", "8", "9", "10"]
    told = {skip.where: skip.reason for skip in skipped}
    assert told["rows.csv:3"] == "2 cells where the header has 3"
    assert told["rows.csv:4"] == "4 cells where the header has 3"
    assert told["rows.csv:5"].startswith("column created_at: no time")
    assert "'gisteren' is not a time" in told["rows.csv:6"]
    assert "2026-03-01T09:30:00+01:00" in told["rows.csv:6"]  # an accepted value
    assert told["rows.csv:7"] == "column text: no text"
    assert len(told) == 5


@pytest.mark.parametrize(("delimiter", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")])
async def test_the_delimiter_is_the_one_that_parts_rows_alike(tmp_path: Path, delimiter: str, name: str) -> None:
    rows = [["id", "text", "created_at"]] + [[str(n), "one, two; three" if n % 2 else "x", "2026-03-02"] for n in range(20)]
    quoted = "\n".join(delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in rows)
    path = write(tmp_path, quoted)
    source = FileSource(path)
    mentions, skipped, _ = await read_all(source)
    assert (len(mentions), skipped) == (20, [])
    assert any(name in note for note in source.notes)


def test_a_wrong_delimiter_names_the_columns_that_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"id;text;created_at.*parted by something else"):
        FileSource(write(tmp_path, "id;text;created_at\n1;x;2026-03-02\n"), delimiter=",")


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("cp1252", b""),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
async def test_letters_survive_every_usual_encoding(tmp_path: Path, encoding: str, bom: bytes, ending: str) -> None:
    text = f"id,tekst,datum{ending}1,“één crème brûlée” €5,2026-03-02{ending}2,plain,2026-03-02{ending}"
    mentions, skipped = await read(tmp_path, bom + text.encode(encoding))
    assert [m.text for m in mentions] == ["“één crème brûlée” €5", "plain"]
    assert skipped == []


async def test_a_few_wrong_bytes_do_not_turn_a_file_into_another_encoding(tmp_path: Path) -> None:
    """Reading all of it as Windows-1252 would garble every other accent."""
    lines = "".join(f"{n},één crème,2026-03-02\n" for n in range(10)).encode()
    path = write(tmp_path, HEADER.encode() + lines + b"99,caf\xe9,2026-03-02\n")
    source = FileSource(path)
    mentions, _, _ = await read_all(source)
    assert mentions[0].text == "één crème"
    assert mentions[-1].text == "caf\ufffd"
    assert any("1 wrong byte" in note for note in source.notes)


async def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    """The usual reader would swallow the rest of the file."""
    lines = [f"{n},text {n},2026-03-02" for n in range(1, 3_001)]
    lines[9] = '10,"never closed,2026-03-02'
    mentions, skipped = await read(tmp_path, rows(*lines))
    assert len(mentions) == 2_999
    assert [(skip.where, skip.reason) for skip in skipped] == [("rows.csv:11", "a quote is opened and never closed")]


async def test_a_quote_never_closed_near_the_end_costs_one_row(tmp_path: Path) -> None:
    mentions, skipped = await read(tmp_path, rows("1,a,2026-03-02", '2,"b,2026-03-02', "3,c,2026-03-02"))
    assert [m.native_id for m in mentions] == ["1", "3"]
    assert len(skipped) == 1


async def test_quotes_inside_words_are_words(tmp_path: Path) -> None:
    mentions, skipped = await read(
        tmp_path, rows('1,5" pipe and 3" pipe,2026-03-02', '2,"said ""hi"", left",2026-03-02', "3,'tis,2026-03-02")
    )
    assert [m.text for m in mentions] == ['5" pipe and 3" pipe', 'said "hi", left', "'tis"]
    assert skipped == []


async def test_a_line_of_ten_megabytes_is_told_and_skipped(tmp_path: Path) -> None:
    """RULES I8."""
    content = HEADER + "1,a,2026-03-02\n" + "2," + "x" * 11_000_000 + ",2026-03-02\n" + "3,c,2026-03-02\n"
    mentions, skipped = await read(tmp_path, content)
    assert [m.native_id for m in mentions] == ["1", "3"]
    assert skipped[0].where == "rows.csv:3"
    assert "longer than" in skipped[0].reason


async def test_a_row_of_a_million_cells_is_told_and_skipped(tmp_path: Path) -> None:
    mentions, skipped = await read(tmp_path, HEADER + "1," + "x," * 1_000_000 + "\n2,b,2026-03-02\n")
    assert [m.native_id for m in mentions] == ["2"]
    assert len(skipped) == 1


def test_a_header_of_many_columns_is_named_only_in_part(tmp_path: Path) -> None:
    with pytest.raises(InputError) as told:
        FileSource(write(tmp_path, ",".join(f"c{n}" for n in range(100_000)) + "\n"))
    assert len(str(told.value)) < 500
    assert "more" in str(told.value)


@pytest.mark.parametrize("content", [b"", b"\n\n\n", b"   ", b"\xef\xbb\xbf", b"\xff\xfe", b"\xff\xfe\n\x00"])
@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
def test_an_empty_file_is_an_error(tmp_path: Path, content: bytes, name: str) -> None:
    with pytest.raises(InputError, match="empty"):
        FileSource(write(tmp_path, content, name))


async def test_a_header_alone_is_no_error(tmp_path: Path) -> None:
    assert await read(tmp_path, HEADER) == ([], [])


@pytest.mark.parametrize(
    ("content", "mapping", "told"),
    [
        (HEADER, {"text": "tweet"}, "no column 'tweet' .*Its columns are: id, text, created_at"),
        (HEADER, {"words": "text"}, "'words' is no field"),
        ("a,b\n1,2\n", {}, "which column holds the text"),
        ("id,text\n1,2\n", {}, "which column holds the time"),
        ("id,text,text\n1,2,3\n", {}, "two columns are called 'text'"),
    ],
)
def test_a_wrong_mapping_names_what_exists(tmp_path: Path, content: str, mapping: Mapping[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        FileSource(write(tmp_path, content), mapping)


@pytest.mark.parametrize("name", ["rows.xlsx", "rows.csv.gz", "rows"])
def test_an_unknown_kind_of_file_says_what_is_known(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"\.csv"):
        FileSource(write(tmp_path, b"PK\x03\x04", name))


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError):
            FileSource(path)


async def test_a_file_that_vanishes_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    source = FileSource(write(tmp_path, rows("1,a,2026-03-02")))
    source._path.unlink()
    with pytest.raises(InputError, match="cannot be read any more"):
        await source.pull(None)


async def test_counts_add_up_whatever_the_rows_are(tmp_path: Path) -> None:
    """A hundred files of random rows: rows written = mentions + skips, and the good ones are all there."""
    dice = random.Random(20260302)
    for _ in range(100):
        good: list[str] = []
        lines: list[str] = []
        for n in range(dice.randrange(1, 60)):
            kind = dice.randrange(8)
            if kind < 4:
                good.append(str(n))
            lines.append(
                [
                    f"{n},plain {n},2026-03-02",
                    f'{n},"a ""quoted"", cell {n}",2026-03-02',
                    f'{n},"two\nlines {n}",2026-03-02',
                    f"{n},😀 {n},1772442000",
                    f"{n},ragged",
                    f"{n},,2026-03-02",
                    f"{n},x,notatime",
                    f"{n},a,b,c,d",
                ][kind]
            )
        mentions, skipped = await read(tmp_path, rows(*lines))
        assert len(mentions) + len(skipped) == len(lines)
        assert [m.native_id for m in mentions] == good
