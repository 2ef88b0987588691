"""Take rows out of the house as a file: no names without a reason, no more of X than may be handed over, a line in the audit log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from listener.errors import NotAllowed
from listener.model.mention import KEPT_NO_LONGER
from listener.ports import Clock
from listener.text.personal_data import find_personal_data, masked
from listener.text.pseudonym import pseudonym
from moderation.exports.files import written
from moderation.ledger.audit import AuditLedger
from moderation.ledger.exports import ExportLedger
from moderation.ledger.x_handed import XHanded
from moderation.model.export import COLUMNS, ExportAsked, ExportFormat, ExportKind, Row
from moderation.model.person import Person, Right

WITHHELD_X = "x_limit"
"""Stands in `withheld` where only the number of a post on X is handed over."""
WITHHELD_PRIVATE = "private"
"""Stands there where a private message is counted without its words, its writer and its number, also with a reason for names."""
MOST_REASON = 300
_YES = ("unnecessary", "searched_first", "idea", "compliment", "spam")
_HANDLE = re.compile(r"(?<![\w@＠./-])[@＠][\w.-]*\w(?:@[\w.-]*\w)?|(?<![\w/])/?[uU]/[\w-]{3,}")
"""A name as people are called online: @name, @name@server, u/name."""
_COUNTED = ("satisfaction", "effort", "recommend")


class ExportRows:
    """`key` makes pseudonyms. Safe to use from threads."""

    def __init__(self, rows: ExportLedger, handed: XHanded, audit: AuditLedger, clock: Clock, *, key: Callable[[], bytes]) -> None:
        self._rows = rows
        self._handed = handed
        self._audit = audit
        self._clock = clock
        self._key = key

    def file(self, asked: ExportAsked, form: ExportFormat, person: Person) -> Iterator[bytes]:
        """Return the file, piece by piece; nothing is read before the first piece is asked for.

        A line in the audit log says who took what, and how many rows; also when it was broken off half-way. Raises `NotAllowed` at once
        when somebody wants names who may not have them.
        """
        if asked.reason and not person.may(Right.ADMINISTER):
            raise NotAllowed("Only an administrator takes names of customers out of the house, with a reason.")
        return self._file(asked, form, person.name)

    def _file(self, asked: ExportAsked, form: ExportFormat, who: str) -> Iterator[bytes]:
        rows, whole = 0, False

        def counted() -> Iterator[Sequence[Row]]:
            nonlocal rows
            for batch in self._batches(asked, who):
                rows += len(batch)
                yield batch

        try:
            yield from written(counted(), COLUMNS[asked.kind], form)
            whole = True
        finally:
            self._note(asked, form, who, rows, whole)

    def _note(self, asked: ExportAsked, form: ExportFormat, who: str, rows: int, whole: bool) -> None:
        narrowed = {name: getattr(asked, name) for name in ("brand", "channel", "language", "issue_id", "from_at", "to_at")}
        detail: dict[str, object] = {"format": form.value, "rows": rows, "whole": whole, "names": bool(asked.reason)}
        detail |= {name: value for name, value in narrowed.items() if value not in ("", None)}
        detail |= {"reason": asked.reason[:MOST_REASON]} if asked.reason else {}
        self._audit.add(at=self._clock.now(), who=who, verb="export", subject=f"rows:{asked.kind.value}", detail=detail)

    def _batches(self, asked: ExportAsked, who: str) -> Iterator[Sequence[Row]]:
        match asked.kind:
            case ExportKind.MENTIONS:
                key = self._key()
                for batch in self._rows.mentions(asked):
                    yield self._mentions(batch, asked, who, key)
            case ExportKind.ISSUES:
                yield from (_plain(ExportKind.ISSUES, batch) for batch in self._rows.issues(asked))
            case ExportKind.CASES:
                yield from (_plain(ExportKind.CASES, batch) for batch in self._rows.cases(asked))
            case ExportKind.FEEDBACK:
                yield from ([_response(one, names=bool(asked.reason)) for one in batch] for batch in self._rows.feedback(asked))
            case ExportKind.ACTIONS:
                yield from (_plain(ExportKind.ACTIONS, [_action(one) for one in batch]) for batch in self._rows.actions(asked))

    def _mentions(self, batch: Sequence[dict[str, Any]], asked: ExportAsked, who: str, key: bytes) -> list[Row]:
        of_x = sum(one["platform"] == "x" for one in batch)
        left = self._handed.take(who, of_x, at=self._clock.now()) if of_x else 0
        made = []
        for one in batch:
            id_only = False
            if one["platform"] == "x":
                id_only, left = left <= 0, left - 1
            made.append(_mention(one, names=bool(asked.reason), id_only=id_only, key=key))
        return made


def _mention(one: dict[str, Any], *, names: bool, id_only: bool, key: bytes) -> Row:
    """Return a message as a row. Without names its address and its number on the platform are left out too: they hold handles.

    A number on X holds none, and is what may always be handed over.
    """
    said, language = one["labels"], one["language"] or ""
    author = one["author_key"] or f"{one['platform']}/{one['native_id']}"
    row: Row = {name: one.get(name) for name in COLUMNS[ExportKind.MENTIONS]}
    row |= {
        "language": language,
        "brands": "; ".join(brand for brand, _ in one["brands"]),
        "directed": any(directed for _, directed in one["brands"]),
        "author": (one["author_name"] or one["author_native_id"] or "") if names else pseudonym(author, key=key),
        "native_id": one["native_id"] if names or one["platform"] == "x" else "",
        "url": one["url"] if names else "",
        "withheld": "",
        "sentiment": said.get("sentiment", ""),
        "cause": said.get("cause", ""),
        "revision": one["latest_revision"],
        **{name: said.get(name) == "yes" for name in _YES},
    }
    if one["private"]:
        return row | {"author": "", "native_id": "", "title": "", "text": "", "url": "", "withheld": WITHHELD_PRIVATE}
    if one["expired_at"] is not None:
        return row | {"author": pseudonym(author, key=key), "native_id": "", "withheld": KEPT_NO_LONGER}
    if id_only:
        return row | {"author": "", "title": "", "text": "", "url": "", "withheld": WITHHELD_X}
    return row if names else row | {name: _without_names(str(one[name]), language) for name in ("title", "text")}


def _response(one: dict[str, Any], *, names: bool) -> Row:
    row: Row = {name: one.get(name) for name in COLUMNS[ExportKind.FEEDBACK]}
    answers = one["answers"]
    row |= {name: int(answers[name]) if name in answers else None for name in _COUNTED}
    row |= {name: answers.get(name, "") for name in ("searched_first", "avoidable", "why_channel")}
    text = answers.get("text", "")
    return row | {"text": text if names else _without_names(text, one["language"])}


def _action(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "due_on": one["due_on"].isoformat()}


def _plain(kind: ExportKind, batch: Sequence[dict[str, Any]]) -> list[Row]:
    return [{name: one[name] for name in COLUMNS[kind]} for one in batch]


def _without_names(text: str, language: str) -> str:
    """Return a text without what tells of people: details, and the names that they go by online."""
    return _HANDLE.sub("@…", masked(text, find_personal_data(text, language), language=language)) if text else ""
