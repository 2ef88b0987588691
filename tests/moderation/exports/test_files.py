"""Files of rows: no cell that a spreadsheet computes, the same rows in three forms, never more than a batch at hand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from moderation.commands.exporting import write_whole
from moderation.exports.cells import csv_cell
from moderation.exports.files import written
from moderation.model.export import MOMENT, NUMBER, TEXT, YES_NO, Cell, ExportFormat, Row
from tests.hostile.corpus import formulas

COLUMNS = {"id": NUMBER, "at": MOMENT, "ours": YES_NO, "text": TEXT}
AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SIGNS = "=+-@"

# text, what a sheet might pass over before it computes: each must come out behind a quote
TRICKS = (
    "\u200b=1+1",  # a space of no width
    "\ufeff=1+1",
    "\u202e=1+1",
    "\u00a0\u2003=1+1",
    "\x01=1+1",
    "﹦1+1",  # small and wide forms
    "＝1+1",
    "⁼1+1",
    "\u2212 1",
    "﹢1",
    "﹫SUM(A1)",
    "''=1",
    '""""=1',
    "`=1",
    ";;=1",
    ",=1",
    "|calc",
    "%0A=1",
    "\ttab in front",
    "\rline in front",
    "\nline in front",
    "\u0301=1",  # a mark without a letter
)


@pytest.mark.parametrize("text", [*formulas(), *TRICKS], ids=ascii)
def test_no_cell_begins_as_a_formula(text: str) -> None:
    """A customer's message that is opened as a formula runs on the manager's machine (RULES S28, I10)."""
    cell = csv_cell(text)
    assert cell[0] == "'"
    assert cell.replace("'", "") == text.replace("'", "")  # nothing else about it changes


@pytest.mark.parametrize(
    "text", ["", "gewoon", "Weer geen stroom = ellende", "3-2", "a@b.example", "«quote»", "é", "漢字", "😀 blij", "1. punt"]
)
def test_ordinary_texts_stay_as_they_are(text: str) -> None:
    assert csv_cell(text) == text


def test_numbers_moments_and_answers_are_no_formulas() -> None:
    values: tuple[tuple[Cell, str], ...] = (
        (-5, "-5"),
        (0.5, "0.5"),
        (True, "1"),
        (False, "0"),
        (None, ""),
        (AT, "2026-03-01T09:30:00+00:00"),
    )
    assert [csv_cell(value) for value, _ in values] == [expected for _, expected in values]


def test_a_csv_is_read_back_row_by_row_and_no_cell_is_computed() -> None:
    """Quotes, line ends and separators inside a text open no new cell: also read by a reader that takes another separator."""
    nasty = [*formulas(), *TRICKS, 'a"b";c,d\r\n=1+1', "a;=1+1", "b;\u200b@SUM(A1)", "c\t=1", "laatste"]
    rows: list[Row] = [{"id": n, "at": AT, "ours": True, "text": text} for n, text in enumerate(nasty)]
    data = b"".join(written([rows[:5], rows[5:]], COLUMNS, ExportFormat.CSV))
    assert data.startswith(b"\xef\xbb\xbf")
    back = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert back[0] == list(COLUMNS)
    assert len(back) == len(nasty) + 1
    for row, text in zip(back[1:], nasty, strict=True):
        assert row[3].replace("'", "") == text.replace("'", "")
    for line in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"):
        assert [cell for cell in line if cell.strip("\u200b\ufeff\u202e\x01 \u00a0\u2003")[:1] in set(SIGNS)] == []


def test_json_and_parquet_keep_texts_as_they_were_written() -> None:
    """They are read by programs, which compute nothing; a quote of ours would be a wrong text."""
    rows: list[Row] = [{"id": 1, "at": AT, "ours": False, "text": "=1+1"}, {"id": 2, "at": None, "ours": True, "text": "half \ud83d"}]
    read = json.loads(b"".join(written([rows], COLUMNS, ExportFormat.JSON)))
    assert [one["text"] for one in read] == ["=1+1", "half ?"]
    assert read[0]["at"] == "2026-03-01T09:30:00+00:00"
    table = pq.read_table(io.BytesIO(b"".join(written([rows], COLUMNS, ExportFormat.PARQUET)))).to_pylist()
    assert table == [
        {"id": 1, "at": AT, "ours": False, "text": "=1+1"},
        {"id": 2, "at": None, "ours": True, "text": "half ?"},
    ]


@pytest.mark.parametrize("form", list(ExportFormat))
def test_no_rows_make_a_whole_file_with_its_columns(form: ExportFormat) -> None:
    data = b"".join(written([], COLUMNS, form))
    if form is ExportFormat.CSV:
        assert data.decode("utf-8-sig").strip() == '"id","at","ours","text"'
    elif form is ExportFormat.JSON:
        assert json.loads(data) == []
    else:
        assert pq.read_table(io.BytesIO(data)).column_names == list(COLUMNS)


@pytest.mark.parametrize("form", list(ExportFormat))
def test_a_batch_leaves_before_the_next_is_asked_for(form: ExportFormat) -> None:
    """Two million rows must not be in memory at once: what was asked for and not yet handed on never grows."""
    asked = 0

    def batches() -> Iterator[Sequence[Row]]:
        nonlocal asked
        for n in range(50):
            asked += 1
            yield [{"id": n * 100 + one, "at": AT, "ours": True, "text": f"tekst {n} {one} " * 20} for one in range(100)]

    sizes: list[int] = []
    ahead: list[int] = []
    handed: Any = written(batches(), COLUMNS, form)
    for n, piece in enumerate(handed):
        sizes.append(len(piece))
        ahead.append(asked - n)
    assert asked == 50
    assert max(sizes) < 60_000
    assert form is ExportFormat.JSON or max(ahead) <= 2


def test_a_file_that_breaks_off_is_not_there(tmp_path: Path) -> None:
    """A file that ends half-way looks like an answer; what stood there before stays."""
    out = tmp_path / "rijen.csv"
    out.write_text("van gisteren")

    def breaking() -> Iterator[bytes]:
        yield b"half"
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(out, breaking())
    assert [one.name for one in tmp_path.iterdir()] == ["rijen.csv"]
    assert out.read_text() == "van gisteren"
    assert write_whole(out, iter([b"heel", b" en al"])) == 10
    assert out.read_text() == "heel en al"
