"""Quotes and titles in kept digests go when their messages lose their words."""

from __future__ import annotations

from listener.digest.letting_go import BEGINNING, beginning_of, beginnings_in, without_quotes, without_title
from listener.ledger.expiry import Cut, LetGo
from listener.ledger.reports import ReportLedger
from listener.ledger.said import DIGEST

_LEAST = 4


class KeptDigests:
    """The digests that were made, as long as a run takes: read once, written where something in them goes."""

    def __init__(self, reports: ReportLedger) -> None:
        self._reports = reports
        self._kept = {number: (made_at, body) for number, made_at, body in reports.kept(DIGEST)}
        self._quotes = {number: beginnings_in(body) for number, (_, body) in self._kept.items()}

    def forget(self, gone: LetGo) -> None:
        """Take out what quotes these messages, and titles that were their words."""
        begins = {beginning_of(text) for text in gone.texts} - {""}
        short = tuple(one for one in begins if _LEAST <= len(one) < BEGINNING)
        for number, (_, body) in list(self._kept.items()):
            quoted = {one for one in self._quotes[number] if one in begins or (short and one.startswith(short))}
            worded = without_quotes(body, quoted) if quoted else body
            for title in gone.titles:
                worded = without_title(worded, title)
            self._write(number, worded)

    def forget_old(self, cut: Cut) -> int:
        """Take every quote out of digests that are as old as words may be; return how many digests that changed."""
        return sum(self._write(number, without_quotes(body)) for number, (made_at, body) in list(self._kept.items()) if made_at < cut.raw)

    def _write(self, number: int, worded: str) -> int:
        made_at, body = self._kept[number]
        if worded == body:
            return 0
        self._reports.word_anew(number, worded)
        self._kept[number], self._quotes[number] = (made_at, worded), beginnings_in(worded)
        return 1
