"""What readers of import files share: a row, how a file says that a row is broken, and which encoding it has."""

from __future__ import annotations

import codecs
import hashlib
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from listener.errors import InputError

MOST_ROW_CHARACTERS = 10_000_000
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: `line` is the line it begins on (CSV, JSON lines) or its number from 1 (Parquet); None values are missing."""

    line: int
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRow:
    """A row that cannot be read, and why."""

    line: int
    reason: str


class RowReader(Protocol):
    """A file of rows, opened anew by each call of `rows`."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a mapping may name."""
        ...

    @property
    def empty_columns(self) -> tuple[str, ...]:
        """Columns known to hold nothing in any row; () when that is not known without reading all."""
        ...

    @property
    def rows_estimate(self) -> int | None:
        """About how many rows there are; None when unknown."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found out about the file that a person may want to check, one sentence each."""
        ...

    def rows(self) -> Iterator[Row | BrokenRow]:
        """Yield every row of the file in order, broken ones too, so that positions stay the same on every reading."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """A file's content hash, number of lines, and how to decode it: `errors` is a codec error handler."""

    digest: str
    lines: int
    encoding: str
    errors: str
    note: str


def look_at(path: Path) -> FileFacts:
    """Read the file once and tell what it is. Raises `InputError` when it is missing, unreadable or empty.

    Encoding: a byte order mark decides; without one, text full of NUL bytes at every other place is UTF-16, text that is valid UTF-8
    is UTF-8, a file with some wrong bytes among more right ones is UTF-8 with U+FFFD for each wrong one, and the rest is cp1252.
    """
    digest, lines, start, last = hashlib.sha256(), 0, b"", b""
    utf8 = _Utf8Count()
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{path}: is not a file that can be read twice (but a folder, pipe or device); save it as a file first.")
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                start = start or block[:4_000]
                digest.update(block)
                lines += block.count(b"\n") or block.count(b"\r")
                utf8.add(block)
                last = block
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or type(error).__name__}).") from error
    if not start.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        raise InputError(f"{path}: the file is empty.")
    lines += not last.endswith((b"\n", b"\r"))
    encoding, errors, note = _encoding(start, utf8)
    return FileFacts(digest=digest.hexdigest(), lines=lines, encoding=encoding, errors=errors, note=note)


class _Utf8Count:
    """Counts right and wrong byte sequences of a file read block by block."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self.right = 0
        self.wrong = 0

    def add(self, block: bytes) -> None:
        text = self._decoder.decode(block)
        if not text.isascii():
            beyond = [character for character in text if character > "\x7f"]
            wrong = sum("\udc80" <= character <= "\udcff" for character in beyond)
            self.wrong += wrong
            self.right += len(beyond) - wrong


def _encoding(start: bytes, utf8: _Utf8Count) -> tuple[str, str, str]:
    if start.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig", "replace", ""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", "replace", "Read as UTF-16, as its first bytes say."
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(start) >= 8 and start[offset::2].count(0) > 0.6 * len(start[offset::2]):
            return encoding, "replace", f"Read as {encoding.upper()}: every other byte is zero."
    if not utf8.wrong:
        return "utf-8", "replace", ""
    if utf8.right > utf8.wrong:
        return "utf-8", "replace", f"Read as UTF-8; {utf8.wrong} wrong bytes are shown as \ufffd."
    return "cp1252", "replace", "Read as Windows-1252, for it is not UTF-8; check letters such as ë and €."
