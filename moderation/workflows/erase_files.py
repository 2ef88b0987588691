"""Files of a home that hold a person's words: exports, reports, logs, and what the simulated platform keeps. Found by reading them."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from moderation.policy.traces import Traces

READ = frozenset({".md", ".csv", ".json", ".jsonl", ".html", ".txt", ".log", ".eml"})
UNREAD = frozenset({".pdf", ".parquet", ".xlsx", ".zip", ".gz", ".png"})
_RECORDS = frozenset({".json", ".jsonl", ".log"})
_KEPT = frozenset({"klankbord.yaml", "secrets.env", "suppressed.jsonl"})
_APART = frozenset({"models", "backups", "search"})
"""Models hold nothing of anybody, the search is followed by removals, and a backup is erased anew when it is put back."""


def files_showing(home: Path, traces: Traces) -> list[Path]:
    """Return the files of a home in which the person is shown, in order; settings, keys, stores and backups are not read."""
    return [file for file in _files(home) if file.suffix in READ and _shows(file, traces)]


def _shows(file: Path, traces: Traces) -> bool:
    try:
        return any(_told(line, traces) for line in _lines(file))
    except FileNotFoundError:
        return False


def files_not_read(home: Path) -> list[Path]:
    """Return files that may hold a person's words and cannot be read here, such as a report on paper: for somebody to look at."""
    return [file for file in _files(home) if file.suffix in UNREAD]


def erase_files(home: Path, traces: Traces) -> int:
    """Take the person out of the files of a home and return how many that were.

    Records of one JSON object a line keep their lines, with those texts emptied; every other file goes.
    """
    found = files_showing(home, traces)
    for file in found:
        with contextlib.suppress(FileNotFoundError):  # somebody else took it away meanwhile
            if file.suffix == ".jsonl":
                _empty_lines(file, traces)
            else:
                file.unlink()
    return len(found)


def _files(home: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(home):
        names[:] = sorted(one for one in names if Path(folder) != home or one not in _APART)
        for name in sorted(files):
            file = Path(folder) / name
            if file.is_file() and not file.is_symlink() and name not in _KEPT:
                yield file


def _lines(file: Path) -> Iterator[Any]:
    """Yield each line as what it tells: JSON read, so that an escape hides nobody; anything else as it is."""
    with file.open(encoding="utf-8", errors="replace") as opened:
        for line in opened:
            yield _read(line) if file.suffix in _RECORDS else line


def _read(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return line


def _told(value: Any, traces: Traces) -> bool:
    if isinstance(value, str):
        return traces.quoted_by(value)
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_told(one, traces) for one in inside)


def _empty_lines(file: Path, traces: Traces) -> None:
    """Write a record anew in its own place, under the lock of whoever adds to it."""
    handle = os.open(file, os.O_RDWR)
    with os.fdopen(handle, "r+", encoding="utf-8", errors="replace") as opened:
        fcntl.flock(handle, fcntl.LOCK_EX)
        lines = opened.read().split("\n")
        written = "\n".join(_emptied(line, traces) for line in lines)
        opened.seek(0)
        opened.write("\0" * os.fstat(handle).st_size)  # overwritten first: a shorter record must leave no tail on the disk
        opened.seek(0)
        opened.truncate()
        opened.write(written)
        opened.flush()
        os.fsync(handle)


def _emptied(line: str, traces: Traces) -> str:
    told = _read(line)
    if isinstance(told, str):
        return "" if traces.quoted_by(line) else line
    return json.dumps(_without(told, traces), ensure_ascii=True)


def _without(value: Any, traces: Traces) -> Any:
    if isinstance(value, str):
        return "" if traces.quoted_by(value) else value
    if isinstance(value, dict):
        return {name: _without(one, traces) for name, one in value.items()}
    return [_without(one, traces) for one in value] if isinstance(value, list) else value
