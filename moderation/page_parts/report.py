"""What the pages of the weekly report are fed with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from listener.parts import Listening
from moderation.inbox.report_parts import ReportParts
from moderation.model.document import Document
from moderation.page_parts.words import words_for
from moderation.reports.document_links import Links
from moderation.reports.week_paper import paper_of
from moderation.week_evidence import MOST_EVIDENCE
from moderation.week_room import WeekRoom
from moderation.workflows.draw_charts import DrawCharts
from moderation.workflows.draw_report import drawn_for_page, drawn_for_paper
from moderation.workflows.typeset import typeset


def report_parts(listening: Listening, scoped: Callable[[frozenset[str]], Listening], draw: DrawCharts) -> ReportParts:
    """Return the pages' parts over an open listening half; `scoped` narrows it to some brands, `draw` draws the charts."""
    room = WeekRoom(listening, scoped)

    def archive() -> Sequence[tuple[str, datetime]]:
        return [(one.period, one.made_at) for one in room.archive()]

    def on_paper(document: Document, base_url: str) -> bytes:
        return typeset(paper_of(document, Links(base_url), drawn_for_paper(document, draw)), made_at=document.made_at)

    return ReportParts(
        latest=room.latest,
        archive=archive,
        document=room.document,
        evidence=room.evidence,
        drawn=lambda document: drawn_for_page(document, draw),
        on_paper=on_paper,
        words=lambda language: words_for(language, "report"),
        evidence_page=MOST_EVIDENCE,
    )
