"""Somebody asks what we keep of them: find them, tell them, erase them, keep them out. One order of steps for each."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from listener.errors import InputError
from listener.issues.naming import TITLE_LENGTH
from listener.issues.prepare import Reader, Reading
from listener.issues.titles import Background, beginning_of, terms_of, title_for
from listener.ledger.ledger import Ledger
from listener.ledger.removal import NO_TITLE
from listener.model.analysis import AnalysisStep
from listener.ports import Clock
from listener.text.shorten import shorten
from moderation.ledger.audit import AuditLedger
from moderation.ledger.subjects import SubjectLedger
from moderation.model.subject import Receipt, Standing, Subject
from moderation.workflows.erase_files import erase_files, files_not_read, files_showing

_FILES = "files of the home"
_MOST_KEYS = 10
_MOST_READ = 500
"""Messages that tell how usual a word is when a title is made anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is kept of a person: in how many places, which files, which messages of others name them, and files nobody can read here.

    not_looked_for: names of theirs that others bear too, or that are ours.
    """

    subject: Subject
    standing: tuple[Standing, ...]
    files: tuple[str, ...]
    named_by_others: tuple[int, ...]
    files_to_look_at: tuple[str, ...]
    not_looked_for: tuple[str, ...] = ()


class Subjects:
    """Works beside a running service. The files of insight and search are cleaned by whoever holds them (`CleanFiles`).

    reader: reads texts as the analyser does, to name issues anew; None leaves their titles to the analyser's next look.
    """

    def __init__(self, home: Path, ledger: Ledger, clock: Clock, reader: Reader | None) -> None:
        self._home = home
        self._ledger = ledger
        self._clock = clock
        self._reader = reader
        self._people = SubjectLedger(ledger.engine, ledger.suppression)

    def known(self, platform: str, account: str) -> Known:
        """Return where a person stands. Raises `InputError` when nobody is called that there."""
        subject = self.subject(platform, account)
        files = files_showing(self._home, self._people.traces(subject))
        return Known(
            subject=subject,
            standing=tuple(self._people.standing(subject)),
            files=tuple(self._within(file) for file in files),
            named_by_others=tuple(self._people.named_by_others(subject)),
            files_to_look_at=tuple(self._within(file) for file in files_not_read(self._home)),
            not_looked_for=self._people.names_of_others(subject),
        )

    def subject(self, platform: str, account: str) -> Subject:
        """Return a person with whoever colleagues joined to them. Raises `InputError` for nobody, and where several are called so."""
        found = self._one(platform, account)
        if found is None:
            raise InputError(f"Nothing is kept of {account} on {platform}. Try their id there, or their name as the platform shows it.")
        return found

    def _one(self, platform: str, account: str) -> Subject | None:
        """Return the one person who is called that: what is kept of one must never be handed to another, nor erased for another."""
        found = self._people.find(platform, account)
        if found is not None and len(found.keys) > 1:
            shown = ", ".join(found.keys[:_MOST_KEYS])
            raise InputError(f"{len(found.keys)} accounts on {platform} are called {account}; write one of them instead: {shown}.")
        return found

    def export(self, platform: str, account: str, out: Path, *, by: str) -> dict[str, int]:
        """Write everything kept of a person to `out` (JSON) and beside it as text, for this user only; return how much of what."""
        known = self.known(platform, account)
        rows = self._people.rows(known.subject)
        told = {"person": asdict(known.subject), "made_at": self._clock.now(), "kept": rows, "files": known.files}
        text = out.with_suffix(".txt")
        _write_new(out, json.dumps(told, ensure_ascii=False, indent=2, default=_plain) + "\n")
        try:
            _write_new(text, _readable(known, rows))
        except BaseException:
            out.unlink(missing_ok=True)
            raise
        counts = {place: len(kept) for place, kept in rows.items()}
        self._audit().add(at=self._clock.now(), who=by, verb="export_subject", subject="person", detail={"things": sum(counts.values())})
        return counts

    def erase(self, subject: Subject, *, by: str) -> Receipt:
        """Erase a person: files first, for their traces are read from the ledger; then the ledger; then titles are made anew."""
        files = erase_files(self._home, self._people.traces(subject))
        receipt = self._people.erase(subject, by=by, at=self._clock.now(), elsewhere={_FILES: files})
        self._ledger.suppression.write_list(self._home)
        self.name_again()
        self._ledger.tidy()
        return receipt

    def object(self, platform: str, account: str, *, by: str) -> Receipt:
        """Keep a person out from now on, also one of whom nothing is here yet when `account` is a whole key."""
        found = self._one(platform, account)
        if found is None and account.count("/") < 2:
            raise InputError(f"Nothing is kept of {account} on {platform}. For somebody who is not here yet, name PLATFORM/REALM/ID.")
        keys = [account] if found is None else [*found.keys, *found.joined]
        receipt = self._people.object(keys, by=by, at=self._clock.now())
        self._ledger.suppression.write_list(self._home)
        return receipt

    def erase_again(self, *, by: str) -> int:
        """Erase everybody once more whom a backup that was put back still knows; return how many that were."""
        self._ledger.suppression.read_list(self._home)
        back = self._people.erased_and_back()
        for subject in back:
            self.erase(subject, by=by)
        return len(back)

    def receipts(self) -> list[Receipt]:
        """Return every receipt, oldest first."""
        return self._people.receipts()

    def name_again(self) -> int:
        """Give issues whose title went a new one from the messages that are left; return how many."""
        if self._reader is None:
            return 0
        reader = self._reader
        bare = [one.issue_id for one in self._ledger.issues.all() if one.title == NO_TITLE]
        mentions = self._ledger.mentions
        readings = {one: [reader.read(said) for said in mentions.by_ids(self._ledger.issues.members(one)[:_MOST_READ])] for one in bare}
        background = [reader.read(one) for one in mentions.latest(_MOST_READ)] if any(readings.values()) else []
        titles = tuple((one, _title(reader, members, background)) for one, members in readings.items() if members)
        if titles:
            self._ledger.analyses.save(AnalysisStep(at=self._clock.now(), titles=titles))
        return len(titles)

    def _within(self, file: Path) -> str:
        return str(file.relative_to(self._home))

    def _audit(self) -> AuditLedger:
        return AuditLedger(self._ledger.engine)


def _title(reader: Reader, members: list[Reading], background: list[Reading]) -> str:
    """Return a title from what these messages share, in the language most of them are in."""
    language = max({one.language for one in members}, key=lambda tried: sum(one.language == tried for one in members))
    terms, usual = (
        [terms_of(one.clean.plain, reader.stop_words) for one in readings if one.language == language] for readings in (members, background)
    )
    made = title_for(terms, Background.of(usual), without=reader.brand_words)
    return shorten(made, TITLE_LENGTH) if made else beginning_of(members[0].clean, language, TITLE_LENGTH)


def _write_new(file: Path, text: str) -> None:
    """Write a new file that only this user can read."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as there:
        raise InputError(f"{file} exists; name a new file.") from there
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.") from error
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as opened:
        opened.write(text)


def _readable(known: Known, rows: Any) -> str:
    lines = [f"What is kept of {', '.join(known.subject.names) or 'this person'} ({', '.join(known.subject.keys)})", ""]
    for place, kept in rows.items():
        lines += [f"{place} ({len(kept)})", *(f"  {_line(row)}" for row in kept), ""]
    return "\n".join(lines) + "\n"


def _line(row: Any) -> str:
    return "; ".join(f"{name}: {_plain(value)}" for name, value in row.items() if value not in (None, "", [], {}))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
