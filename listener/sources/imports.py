"""A file of history as a source: CSV, JSON lines and Parquet with a mapping of our fields to its columns."""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from listener.clock import SystemClock
from listener.errors import InputError
from listener.model.mention import IMPORTED, Author, Mention
from listener.model.page import Cursor, Page, Skip
from listener.ports import Clock
from listener.sources.import_csv import CsvReader
from listener.sources.import_jsonl import JsonLinesReader
from listener.sources.import_mapping import FIELDS, chosen_mapping, detect_mapping
from listener.sources.import_parquet import ParquetReader
from listener.sources.import_rows import MOST_ROW_CHARACTERS, BrokenRow, FileFacts, Row, RowReader, look_at
from listener.sources.import_times import ACCEPTED, read_time

__all__ = ["FIELDS", "FileSource", "detect_mapping"]

PAGE_ROWS = 500
EXACT_FLOATS = 2**53
MOST_ID_CHARACTERS = 500


class FileSource:
    """One file to import.

    mapping: our field → the file's column (`FIELDS` lists the fields); "-" says that there is none; fields left out are recognised by
    usual names (`chosen_mapping`). Without a time column `posted_at` has to be "-", then rows get the time of import and flag "no_time".
    platform, channel: for rows that do not say so themselves. realm: within which ids are unique; by default the platform, or the
    file's name when the platform is just "import". zone: for times without one. setup: anything else that decides what is kept (such
    as the brand queries): another value reads the file again.

    The cursor is the number of rows read plus the file's hash, so an interrupted import goes on, the same file is not read twice and a
    changed one is read from its start. Opening reads the file once and raises `InputError` when it cannot be imported at all.
    """

    def __init__(
        self,
        path: Path,
        mapping: Mapping[str, str] | None = None,
        *,
        platform: str = "import",
        channel: str = "",
        realm: str = "",
        zone: tzinfo = UTC,
        time_format: str = "",
        delimiter: str = "",
        source_id: str = "",
        setup: str = "",
        clock: Clock | None = None,
    ) -> None:
        self._path = path
        self._platform = platform
        self._channel = channel
        self._realm = realm or (platform if platform != "import" else path.stem)
        self._zone = zone
        self._time_format = time_format
        self._source_id = source_id or f"{IMPORTED}{path.name}"
        self._clock = clock or SystemClock()
        facts = look_at(path)
        self._reader = _open_reader(path, facts, delimiter)
        self._mapping = chosen_mapping(mapping or {}, self._reader.columns, empty=self._reader.empty_columns, name=path.name)
        chosen = [facts.digest, sorted(self._mapping.items()), platform, channel, self._realm, str(zone), time_format, delimiter, setup]
        self._digest = hashlib.sha256(json.dumps(chosen).encode()).hexdigest()[:32]
        self._position = 0
        self._rows: Iterator[Row | BrokenRow] | None = None
        self._ids: dict[str, tuple[int, str]] = {}

    @property
    def source_id(self) -> str:
        return self._source_id

    @property
    def name(self) -> str:
        """The file's name, for people."""
        return self._path.name

    @property
    def rows_estimate(self) -> int | None:
        """About how many rows the file has."""
        return self._reader.rows_estimate

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the file."""
        return self._reader.columns

    @property
    def mapping(self) -> Mapping[str, str]:
        """Our field → the file's column, as used."""
        return self._mapping

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found out about the file that a person may want to check."""
        return self._reader.notes

    async def pull(self, cursor: Cursor | None) -> Page:
        """Return the next 500 rows in file order: `len(mentions) + len(skipped)` is the number of rows read. See `Source.pull`."""
        try:
            return await asyncio.to_thread(self._pull, cursor)
        except OSError as error:
            raise InputError(f"{self._path}: cannot be read any more ({error.strerror or type(error).__name__}).") from error

    async def aclose(self) -> None:
        """Close the file."""
        self._rows = None

    def _pull(self, cursor: Cursor | None) -> Page:
        known = json.loads(cursor) if cursor else {}
        start = int(known["rows"]) if known.get("digest") == self._digest else 0
        rows = self._rows_from(start)
        mentions: list[Mention] = []
        skipped: list[Skip] = []
        for row in rows:
            self._position += 1
            found = self._read(row)
            if isinstance(found, Mention):
                mentions.append(found)
            else:
                skipped.append(Skip(where=f"{self._path.name}:{row.line}", reason=found))
            if len(mentions) + len(skipped) == PAGE_ROWS:
                break
        done = len(mentions) + len(skipped)
        if not done and cursor and start:
            return Page(mentions=(), next=cursor)
        after = Cursor(json.dumps({"rows": start + done, "digest": self._digest}))
        return Page(mentions=tuple(mentions), next=after, skipped=tuple(skipped), more=done == PAGE_ROWS)

    def _rows_from(self, start: int) -> Iterator[Row | BrokenRow]:
        """Return the rows after the first `start`, going on with the open file when it stands there."""
        if self._rows is None or self._position != start:
            self._rows, self._position, self._ids = self._reader.rows(), 0, {}
            while self._position < start:
                row = next(self._rows, None)
                if row is None:
                    break
                self._position += 1
                self._read(row)  # remembers the row's id, so that a second row with it is still told
        return self._rows

    def _read(self, row: Row | BrokenRow) -> Mention | str:
        """Return the mention of a row, or why there is none."""
        if isinstance(row, BrokenRow):
            return row.reason
        try:
            mention = self._mention(row)
        except ValueError as error:
            return str(error)
        first = self._ids.setdefault(f"{mention.platform}\x1f{mention.native_id}", (row.line, mention.content_hash))
        if first[0] != row.line and first[1] != mention.content_hash:
            return f"id {mention.native_id[:80]!r} was already used in row {first[0]} with another text"
        return mention

    def _mention(self, row: Row) -> Mention:
        text, title = self._words(row, "text"), self._words(row, "title")
        if not text.strip() and not title.strip():
            column = self._mapping.get("text") or self._mapping["title"]
            raise ValueError(f"column {column}: no text")
        platform = self._words(row, "platform").strip().lower() or self._platform
        posted_at, flags = self._posted_at(row)
        author, author_name = self._id(row, "author"), self._words(row, "author_name").strip()
        realm = self._realm if platform == self._platform else platform
        native_id = self._id(row, "id") or self._stable_id(row, title, text, author)
        return Mention(
            platform=platform,
            realm=realm,
            native_id=native_id,
            text=text,
            title=title,
            posted_at=posted_at,
            edited_at=self._time(row, "edited_at"),
            author=Author(platform=platform, realm=realm, native_id=author or author_name, name=author_name or author)
            if author or author_name
            else None,
            url=self._url(row),
            parent_id=self._id(row, "parent_id"),
            root_id=self._id(row, "root_id"),
            channel=self._words(row, "channel").strip() or self._channel,
            flags=flags,
        )

    def _posted_at(self, row: Row) -> tuple[datetime, frozenset[str]]:
        if "posted_at" not in self._mapping:
            return self._clock.now(), frozenset({"no_time"})
        moment = self._time(row, "posted_at")
        if moment is None:
            raise ValueError(f"column {self._mapping['posted_at']}: no time; write {ACCEPTED}")
        return moment, frozenset()

    def _time(self, row: Row, field: str) -> datetime | None:
        value = self._value(row, field)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            return read_time(value, zone=self._zone, time_format=self._time_format)
        except ValueError as error:
            accepted = self._time_format or ACCEPTED
            raise ValueError(f"column {self._mapping[field]}: {str(value)[:60]!r} is not a time ({error}); write {accepted}") from error

    def _value(self, row: Row, field: str) -> object:
        return row.values.get(self._mapping[field]) if field in self._mapping else None

    def _words(self, row: Row, field: str) -> str:
        value = self._value(row, field)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(f"column {self._mapping[field]}: a {type(value).__name__} where text is needed")
        if isinstance(value, float) and not math.isfinite(value):
            return ""
        if isinstance(value, str) and len(value) > MOST_ROW_CHARACTERS:
            raise ValueError(f"column {self._mapping[field]}: longer than {MOST_ROW_CHARACTERS:,} characters")
        return str(value)

    def _id(self, row: Row, field: str) -> str:
        """Return an id as text, digit for digit; a float that has lost digits is refused."""
        value = self._value(row, field)
        if isinstance(value, float) and math.isfinite(value):
            if not value.is_integer() or abs(value) >= EXACT_FLOATS:
                raise ValueError(f"column {self._mapping[field]}: {value!r} has lost digits; export ids as text")
            value = int(value)
        text = self._words(row, field).strip() if not isinstance(value, int) or isinstance(value, bool) else str(value)
        if len(text) > MOST_ID_CHARACTERS:
            raise ValueError(f"column {self._mapping[field]}: an id of more than {MOST_ID_CHARACTERS} characters")
        return text

    def _stable_id(self, row: Row, title: str, text: str, author: str) -> str:
        """Return an id made of what the row says, for files without ids: equal rows are one mention, on every import."""
        parts = [title, text, author, str(self._value(row, "posted_at"))]
        return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def _url(self, row: Row) -> str:
        url = self._words(row, "url").strip()
        return url if url.lower().startswith(("https://", "http://")) and len(url) <= 2_000 else ""


def _open_reader(path: Path, facts: FileFacts, delimiter: str) -> RowReader:
    """Return the reader for a file, by its ending; a file whose first bytes say Parquet is Parquet whatever it is called."""
    ending = path.suffix.lower()
    with path.open("rb") as file:
        is_parquet = file.read(4) == b"PAR1"
    if is_parquet or ending in (".parquet", ".pq"):
        return ParquetReader(path, facts)
    if ending in (".jsonl", ".ndjson", ".json"):
        return JsonLinesReader(path, facts)
    if ending in (".csv", ".tsv", ".txt"):
        return CsvReader(path, facts, delimiter=delimiter or ("\t" if ending == ".tsv" else ""))
    raise InputError(f"{path.name}: an ending {ending or 'of nothing'!r} is not known; use .csv, .tsv, .jsonl or .parquet.")
