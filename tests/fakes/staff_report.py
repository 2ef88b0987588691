"""A weekly report of an invented week, for the staff pages: written by the real words, with figures made by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from listener.model.figures import Quote
from moderation.inbox.report_parts import ReportParts
from moderation.model.document import Document, Drawing
from moderation.model.evidence import Evidence
from moderation.model.matrix import Quadrant
from moderation.model.week_report import Growth, IssueWeek, Remarks, WeekFigures
from moderation.reports.document_links import Links
from moderation.reports.growth import part
from moderation.reports.shown import harmless
from moderation.reports.week_document import week_document
from moderation.reports.week_paper import paper_of
from moderation.workflows.load_wording import load_words

WEEK = "2026-W11"
MONDAY = datetime(2026, 3, 8, 23, tzinfo=UTC)
DRAWN = '<svg class="chart-svg" role="img" aria-label="x"></svg>'
"""Stands for a drawing: what a chart shows is tried where it is drawn."""
ZONE = ZoneInfo("Europe/Amsterdam")


def quote(text: str = "De app logt me steeds uit") -> Quote:
    return Quote(
        mention_id=7, text=text, author="Vink 4f2a9c", platform="reddit", url="https://forum.example/7", posted_at=MONDAY, language="nl"
    )


def figures() -> WeekFigures:
    """Return a small week in which one issue hurts."""
    issue = IssueWeek(
        issue_id=1, contacts=12, before=3, people=11, mentions=14, growth=Growth.GREW, quadrant=Quadrant.ELIMINATE, negative=part(9, 12)
    )
    return WeekFigures(
        period=WEEK,
        from_at=MONDAY,
        to_at=MONDAY + timedelta(days=7),
        made_at=MONDAY + timedelta(days=7, hours=8),
        up_to=40,
        seq=40,
        brand="Zoemvolt",
        invented=True,
        mentions=20,
        before_mentions=9,
        people=17,
        directed=6,
        contacts=16,
        issues=(issue,),
        ideas=Remarks(count=1, loose=1, mention_ids=(7,)),
    )


def document(week: str, language: str, _brands: object = None, *, title: str = "Inloggen lukt niet", text: str = "") -> Document | None:
    if week != WEEK:
        return None
    shown = harmless(figures(), {1: title}, {7: quote(text) if text else quote()})
    words, chart_words = load_words(language, "report"), load_words(language, "charts")
    return week_document(shown, words, chart_words=chart_words, language=language, zone=ZONE)


def report_of_the_day() -> ReportParts:
    """Return the pages' parts: one week is there, and one figure of it."""

    def evidence(week: str, figure: str, _brands: object, page: int) -> Evidence | None:
        known = week == WEEK and figure in ("all", "issue-1")
        return Evidence(week=week, figure=figure, total=1, quotes=(quote(),) if page == 1 else ()) if known else None

    return ReportParts(
        latest=lambda: WEEK,
        archive=lambda: [(WEEK, MONDAY + timedelta(days=7, hours=8))],
        document=document,
        evidence=evidence,
        drawn=lambda found: {name: Drawing(wide=DRAWN, narrow=DRAWN) for name in found.charts},
        on_paper=lambda found, base_url: json.dumps(paper_of(found, Links(base_url))).encode(),
        words=lambda language: load_words(language, "report"),
    )
