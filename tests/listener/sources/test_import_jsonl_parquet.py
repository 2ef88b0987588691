"""JSON lines and Parquet: ids keep their digits, and what is broken is told (RULES I18)."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from listener.errors import InputError
from listener.sources.imports import FileSource
from tests.fakes.files import read, read_all, write

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def _lines(*rows: object) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)


async def test_json_lines_with_every_oddity(tmp_path: Path) -> None:
    """RULES I18: ids keep their digits; what JSON does not allow is told."""
    good = {"text": "a", "created_at": "2026-03-02T09:00:00Z"}
    mentions, skipped = await read(
        tmp_path,
        _lines(
            {**good, "id": 2**63 + 1},
            '{"id": 1, "text": "a", "text": "b", "created_at": "2026-03-02"}',
            '{"id": 2, "text": "a", "created_at": NaN}',
            '{"id": 3, "text": "a", "created_at": 1e400}',
            '{"id": 4, "text": "a", "deep": ' + "[" * 10_000 + "]" * 10_000 + "}",
            '{"id": 5, "text": "cut',
            "[1, 2]",
            "null",
            '"text"',
            {**good, "id": True},
            {**good, "id": 1.5},
            {**good, "id": 2.0**60},
            {**good, "id": ["x"]},
            {**good, "id": 6.0},
            {**good, "id": None},
            {"id": 7, "text": None, "created_at": "2026-03-02"},
            {"id": 8, "created_at": "2026-03-02"},
            {"id": 9, "text": "a"},
            {**good, "id": 10, "text": True},
            {**good, "id": 11, "text": {"a": 1}},
            '{"id": ' + "9" * 5_000 + ', "text": "a", "created_at": "2026-03-02"}',
            {**good, "id": "x" * 1_000},
            '{"id": "lone", "text": "half \\ud83d of it", "created_at": "2026-03-02"}',
            "",
            {**good, "id": "last"},
        ),
        "rows.jsonl",
    )
    assert [m.native_id for m in mentions if len(m.native_id) < 30] == [str(2**63 + 1), "6", "lone", "last"]
    assert len(mentions) + len(skipped) == 24
    assert next(m for m in mentions if m.native_id == "lone").text == "half \ud83d of it"  # the collector repairs and flags it
    reasons = {skip.where.partition(":")[2]: skip.reason for skip in skipped}
    assert reasons["2"] == "the key 'text' is given twice"
    assert "NaN" in reasons["3"]
    assert "too large" in reasons["4"]
    assert reasons["5"] == "nested too deeply"
    assert reasons["6"].startswith("not JSON")
    assert reasons["8"] == "a JSON NoneType where an object is needed"
    assert "lost digits" in reasons["12"]


async def test_nested_values_are_named_with_dots(tmp_path: Path) -> None:
    row = {"id_str": "1", "full_text": "a", "created_at": "Tue Feb 17 07:36:05 +0000 2015", "user": {"id": 7, "name": "Kim"}}
    mentions, _ = await read(tmp_path, _lines(row), "rows.jsonl", mapping={"author": "user.id"})
    assert mentions[0].author is not None
    assert (mentions[0].author.native_id, mentions[0].author.name) == ("7", "Kim")


async def test_a_json_line_of_ten_megabytes_is_told_and_skipped(tmp_path: Path) -> None:
    content = _lines({"id": 1, "text": "x" * 11_000_000, "created_at": "2026-03-02"}, {"id": 2, "text": "b", "created_at": "2026-03-02"})
    mentions, skipped = await read(tmp_path, content, "rows.jsonl", mapping={"text": "text", "posted_at": "created_at", "id": "id"})
    assert [m.native_id for m in mentions] == ["2"]
    assert len(skipped) == 1


def test_a_file_without_any_object_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="JSON object"):
        FileSource(write(tmp_path, '[{"text": "a"}]\n', "rows.jsonl"))


def _parquet(folder: Path, columns: Mapping[str, pa.Array], name: str = "rows.parquet") -> Path:
    path = folder / name
    pq.write_table(pa.table(dict(columns)), path)
    return path


async def test_parquet_keeps_ids_times_and_nulls_exact(tmp_path: Path) -> None:
    path = _parquet(
        tmp_path,
        {
            "id": pa.array([2**60 + 1, 2, None, 4], pa.int64()),
            "text": pa.array(["a", None, "c", "d"], pa.large_string()),
            "created_at": pa.array([1_772_442_000_123_456_789, 2, 3, None], pa.timestamp("ns", tz="UTC")),
        },
    )
    mentions, skipped, _ = await read_all(FileSource(path))
    assert mentions[0].native_id == str(2**60 + 1)
    assert mentions[0].posted_at == datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
    assert len(mentions[1].native_id) == 32
    assert [skip.where for skip in skipped] == ["rows.parquet:2", "rows.parquet:4"]


async def test_a_column_of_nulls_is_not_taken_for_the_times(tmp_path: Path) -> None:
    path = _parquet(
        tmp_path,
        {
            "text": pa.array(["a"]),
            "created_at": pa.array([None], pa.timestamp("ms")),
            "sim_time": pa.array([datetime(2026, 3, 2, tzinfo=UTC)]),
        },
    )
    assert FileSource(path).mapping == {"text": "text", "posted_at": "sim_time"}


async def test_a_naive_parquet_time_is_local(tmp_path: Path) -> None:
    path = _parquet(tmp_path, {"text": pa.array(["a"]), "date": pa.array([datetime(2026, 7, 1, 12)], pa.timestamp("us"))})  # noqa: DTZ001 - naive on purpose
    mentions, _, _ = await read_all(FileSource(path, zone=AMSTERDAM))
    assert mentions[0].posted_at == datetime(2026, 7, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1" + b"\x00" * 1_000 + b"PAR1", b"not parquet"])
def test_a_broken_parquet_file_is_an_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError, match="Parquet"):
        FileSource(write(tmp_path, content, "rows.parquet"))


async def test_parquet_damaged_in_the_middle_gives_the_good_rows_or_an_error_and_never_a_crash(tmp_path: Path) -> None:
    path = _parquet(tmp_path, {"text": pa.array([f"text {n}" * 20 for n in range(5_000)]), "date": pa.array(["2026-03-02"] * 5_000)})
    whole = path.read_bytes()
    dice = random.Random(7)
    for _ in range(30):
        spot = dice.randrange(4, len(whole) - 8)
        path.write_bytes(whole[:spot] + bytes([whole[spot] ^ 0xFF]) + whole[spot + 1 :])
        try:
            mentions, skipped, _ = await read_all(FileSource(path))
        except InputError:
            continue
        assert len(mentions) + len(skipped) == 5_000
