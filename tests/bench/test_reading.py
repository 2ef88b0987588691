"""A file that is no set of labelled posts ends a bench with a sentence, whatever is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.reading import UnreadableFile, read_rows


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("deep.jsonl", b"[" * 20_000),
        ("open.csv", b'id,text\n1,"never closed ' + b"x" * 200_000),
        ("bytes.csv", bytes(range(128, 256))),
        ("half.parquet", b"PAR1 and no more PAR1"),
        ("list.jsonl", b"[1, 2]\n"),
        ("empty.csv", b""),
        ("text.txt", b"id,text"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile, match=name):
        read_rows(tmp_path / name)
