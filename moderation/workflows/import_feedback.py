"""Import another channel's survey: row by row into the table of our own forms, each wrong row told exactly, known ones left alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from listener.errors import InputError
from listener.ports import Progress
from listener.sources.import_rows import BrokenRow, Row
from listener.sources.import_times import read_time
from moderation.ledger.feedback import FeedbackLedger
from moderation.model.feedback import AVOIDABLE, EFFORT, FREE_TEXT, RECOMMEND, SATISFACTION, SEARCHED_FIRST, ImportedResponse, accepted

BATCH = 500
FIELDS: Mapping[str, str] = {
    "channel": "channel",
    "at": "at",
    "external_id": "external_id",
    SATISFACTION: "csat",
    EFFORT: "effort",
    RECOMMEND: "recommend",
    SEARCHED_FIRST: "searched_first",
    AVOIDABLE: "avoidable",
    FREE_TEXT: "text",
    "language": "language",
}
"""What is read, and the column it stands in when nobody says otherwise."""
_NEEDED = ("at", "external_id")
_YES_NO = {
    "yes": "yes", "ja": "yes", "true": "yes", "1": "yes", "y": "yes", "j": "yes",
    "no": "no", "nee": "no", "false": "no", "0": "no", "n": "no",
    "unsure": "unsure", "weet niet": "unsure", "?": "unsure",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackImport:
    """What an import did. `wrong` holds (line, what is wrong), in the file's order."""

    read: int
    new: int
    known: int
    wrong: tuple[tuple[int, str], ...]


def columns_for(found: Iterable[str], mapped: Mapping[str, str], *, channel: str = "") -> dict[str, str]:
    """Return field → column for a file with the columns `found`; `mapped` says which field stands where.

    Raises `InputError` when a mapped column is not there, a field is unknown, or time, id or channel are missing.
    """
    there = tuple(found)
    unknown = sorted(set(mapped) - set(FIELDS))
    if unknown:
        raise InputError(f"There is no field {unknown[0]!r}; fields are {', '.join(FIELDS)}.")
    absent = sorted(column for column in mapped.values() if column not in there)
    if absent:
        raise InputError(f"The file has no column {absent[0]!r}; it has {', '.join(there)}.")
    columns = {field: mapped.get(field, column) for field, column in FIELDS.items() if mapped.get(field, column) in there}
    for field in (*_NEEDED, *(() if channel else ("channel",))):
        if field not in columns:
            raise InputError(f"No column holds {field}; name it with --map {field}=COLUMN, or give --channel for the whole file.")
    return columns


def import_feedback(
    rows: Iterable[Row | BrokenRow],
    ledger: FeedbackLedger,
    columns: Mapping[str, str],
    *,
    zone: tzinfo,
    channel: str = "",
    progress: Progress,
    total: int | None = None,
) -> FeedbackImport:
    """Read rows into the ledger, 500 in one transaction. Safe to repeat: what is known by channel and id is left alone."""
    progress.start("Importing feedback", total)
    waiting: list[ImportedResponse] = []
    wrong: list[tuple[int, str]] = []
    read = new = good = 0
    for row in rows:
        read += 1
        progress.advance()
        if isinstance(row, BrokenRow):
            wrong.append((row.line, row.reason))
            continue
        try:
            waiting.append(_response(row, columns, zone=zone, channel=channel))
            good += 1
        except ValueError as error:
            wrong.append((row.line, str(error)))
        if len(waiting) >= BATCH:
            new += ledger.add_imported(waiting)
            waiting = []
    new += ledger.add_imported(waiting)
    progress.finish()
    return FeedbackImport(read=read, new=new, known=good - new, wrong=tuple(wrong))


def _response(row: Row, columns: Mapping[str, str], *, zone: tzinfo, channel: str) -> ImportedResponse:
    """Return a row as a response. Raises `ValueError` with the column and what it may hold."""
    cells = {field: str(row.values.get(column) or "").strip() for field, column in columns.items()}
    external_id, named = cells.pop("external_id"), cells.pop("channel", "") or channel
    for what, value in ((columns["external_id"], external_id), (columns.get("channel", "channel"), named)):
        if not value:
            raise ValueError(f"{what}: is empty")
    try:
        at = read_time(cells.pop("at"), zone=zone)
    except ValueError as error:
        raise ValueError(f"{columns['at']}: {error}") from error
    language = cells.pop("language", "")
    answers = {field: _answer(field, value, columns[field]) for field, value in cells.items() if value}
    if not answers:
        raise ValueError("no question is answered")
    return ImportedResponse(external_id=external_id, channel=named, at=at, answers=answers, language=language[:8])


def _answer(question: str, written: str, column: str) -> str:
    value = _YES_NO.get(written.casefold(), written) if question in (SEARCHED_FIRST, AVOIDABLE) else written.removesuffix(".0")
    kept = accepted(question, written if question == FREE_TEXT else value)
    if kept is None:
        wanted = {SATISFACTION: "a number from 1 to 5", EFFORT: "a number from 1 to 7", RECOMMEND: "a number from 0 to 10"}
        raise ValueError(f"{column}: {written[:40]!r} is not {wanted.get(question, 'yes, no or unsure')}")
    return kept
