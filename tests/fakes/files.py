"""Files to import, written by a test and read whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from listener.model.mention import Mention
from listener.model.page import Cursor, Skip
from listener.sources.imports import FileSource


def write(folder: Path, content: str | bytes, name: str = "rows.csv") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


async def read_all(source: FileSource, cursor: Cursor | None = None) -> tuple[list[Mention], list[Skip], Cursor | None]:
    """Pull until the end; a page never holds more than 500 rows."""
    mentions: list[Mention] = []
    skipped: list[Skip] = []
    while True:
        page = await source.pull(cursor)
        assert len(page.mentions) + len(page.skipped) <= 500
        mentions += page.mentions
        skipped += page.skipped
        cursor = page.next
        if not page.more:
            return mentions, skipped, cursor


async def read(folder: Path, content: str | bytes, name: str = "rows.csv", **options: Any) -> tuple[list[Mention], list[Skip]]:
    """Write a file and return what importing it gives."""
    mentions, skipped, _ = await read_all(FileSource(write(folder, content, name), **options))
    return mentions, skipped


def rows(*lines: str) -> str:
    """Return a CSV text of these rows below the header `id,text,created_at`."""
    return "id,text,created_at\n" + "".join(f"{line}\n" for line in lines)
