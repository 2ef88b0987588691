"""What the dashboard is fed with: figures counted and charts drawn once for everybody who looks at the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from listener.parts import Listening
from listener.workflows.measure_issues import quotes_of
from moderation.charts.dashboard import dashboard_charts
from moderation.charts.look import NARROW, WIDE, Look
from moderation.inbox.dashboard_parts import DashboardParts, DashboardShown, DrawnChart, Period
from moderation.inbox.wording import wording_of
from moderation.insight.dashboard import DashboardInsight, stretch_of
from moderation.ledger.pulse import PulseLedger
from moderation.model.dashboard import DashboardFigures, DashboardQuestion
from moderation.model.evidence import Evidence
from moderation.page_parts.drawn import drawn_chart
from moderation.page_parts.words import words_for
from moderation.parts import Answering
from moderation.week_evidence import MOST_EVIDENCE
from moderation.week_room import week_parts
from moderation.workflows.count_dashboard import count_dashboard
from moderation.workflows.draw_charts import DrawCharts
from moderation.workflows.latest_figures import LatestFigures


@dataclass(slots=True)
class _Counted:
    """Figures, and their charts in the languages that somebody asked for."""

    figures: DashboardFigures
    charts: dict[str, tuple[DrawnChart, ...]] = field(default_factory=dict)
    drawing: threading.Lock = field(default_factory=threading.Lock)


class DashboardRoom:
    """Answers from what was counted and drawn a moment ago; `scoped` gives the listening half as far as it is about some brands."""

    def __init__(self, parts: Answering, scoped: Callable[[frozenset[str]], Listening]) -> None:
        self._parts = parts
        self._scoped = scoped
        self._read: set[str] = set()
        pulse = PulseLedger(parts.listening.ledger.engine)
        self._latest = LatestFigures(self._count, mark=pulse.now, act=pulse.acts)

    def look(self, question: DashboardQuestion, language: str) -> DashboardShown:
        """Return the figures and their charts in a language."""
        self._read.add(language)
        counted = self._latest.get(question)
        return DashboardShown(figures=counted.figures, charts=self._charts(counted, language))

    def which(self, question: DashboardQuestion, figure: str, as_of: datetime | None, page: int) -> tuple[Evidence, Period]:
        """Return which mentions a figure counted, and the period it was of."""
        listening = self._listening(question)
        now = listening.clock.now()
        stretch = stretch_of(min(as_of or now, now), question.days, listening.settings.zone)
        ids, total = DashboardInsight(listening.insight).which(
            question, stretch, figure, skip=(page - 1) * MOST_EVIDENCE, most=MOST_EVIDENCE
        )
        quotes = quotes_of(listening.ledger, listening.insight, ids, key=listening.pseudonym_key)
        shown = tuple(quotes[one] for one in ids if one in quotes)
        return Evidence(week="", figure=figure, total=total, quotes=shown), (stretch.from_at, stretch.as_of)

    def _listening(self, question: DashboardQuestion) -> Listening:
        return self._parts.listening if question.brands is None else self._scoped(question.brands)

    def _count(self, question: DashboardQuestion) -> _Counted:
        """Count, and draw in the languages that are read here: nobody waits for what is counted behind their back."""
        counted = _Counted(count_dashboard(week_parts(self._listening(question), question.brands), question))
        for language in sorted(self._read):
            self._charts(counted, language)
        return counted

    def _charts(self, counted: _Counted, language: str) -> tuple[DrawnChart, ...]:
        with counted.drawing:
            if language not in counted.charts:
                counted.charts[language] = tuple(_drawn(counted.figures, language, self._parts.draw, self._parts.listening))
            return counted.charts[language]


def _drawn(figures: DashboardFigures, language: str, draw: DrawCharts, listening: Listening) -> Iterator[DrawnChart]:
    look = Look(language=language, words=words_for(language, "charts"), zone=listening.settings.zone, width=WIDE)
    pages = wording_of(language)

    def platform(name: str) -> str:
        return pages.named("platform", name)

    narrow = dashboard_charts(figures, replace(look, width=NARROW), platform=platform)
    for (section, chart), (_, small) in zip(dashboard_charts(figures, look, platform=platform), narrow, strict=True):
        yield drawn_chart(section, chart, small, draw)


def dashboard_parts(parts: Answering, scoped: Callable[[frozenset[str]], Listening]) -> DashboardParts:
    """Return the page's parts over an open home."""
    room = DashboardRoom(parts, scoped)
    return DashboardParts(look=room.look, which=room.which, evidence_page=MOST_EVIDENCE)
