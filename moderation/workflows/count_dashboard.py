"""Count what a dashboard shows: the figures of the weekly report, of now. One moment, no wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from listener.workflows.rebuild_insight import catch_up
from moderation.insight.dashboard import DashboardCounts, DashboardInsight, Stretch, stretch_of
from moderation.ledger.issue_places import IssuePlaceLedger
from moderation.ledger.source_watch import SourceWatch
from moderation.ledger.week_facts import WeekFacts
from moderation.model.chart import Coverage
from moderation.model.dashboard import DashboardFigures, DashboardQuestion, IssueNow
from moderation.model.matrix import Quadrant
from moderation.reports.feedback import share
from moderation.reports.growth import part
from moderation.reports.matrix import start_place
from moderation.reports.week import Week
from moderation.workflows.count_week_work import clocks_of_week, grid_of, value_week
from moderation.workflows.week_parts import WeekParts

MOST_ISSUES = 40
_INSTANT = timedelta(microseconds=1)


def count_dashboard(parts: WeekParts, asked: DashboardQuestion) -> DashboardFigures:
    """Return the figures of a question. `parts` are narrowed to the brands that the reader sees; what the question names narrows further.

    Marks, feedback, clocks, cards and the channel grid follow the brand, and the clocks the channel; they know no language.
    """
    listening, engine = parts.listening, parts.listening.ledger.engine
    catch_up(listening.ledger, listening.insight, model_id=listening.model_id)
    stretch = stretch_of(listening.clock.now(), asked.days, listening.settings.zone)
    counts = DashboardInsight(parts.insight).count(asked, stretch)
    of_brand = frozenset({asked.brand}) if asked.brand else parts.brands
    narrowed = replace(parts, brands=of_brand)
    period = Week(name="", from_at=stretch.from_at, as_of=stretch.as_of + _INSTANT)  # a week ends before its last moment, we end at it
    facts = WeekFacts(engine)
    marks = facts.marks(period.from_at, period.as_of, of_brand)
    totals = counts.totals
    return DashboardFigures(
        question=asked,
        as_of=stretch.as_of,
        from_at=stretch.from_at,
        before_from=stretch.before_from,
        before_to=stretch.before_to,
        starts=stretch.starts,
        totals=totals,
        before=counts.before,
        days=counts.days,
        days_before=counts.days_before,
        issues=_issues(parts, counts, stretch),
        unnecessary=share(totals.unnecessary, totals.directed, least=1),
        searched=share(totals.searched, totals.directed, least=1),
        offers=counts.offers,
        marks=part(marks.yes, marks.yes + marks.no),
        feedback=parts.feedback.figures(period.from_at, period.as_of, brands=of_brand),
        clocks=tuple(one for one in clocks_of_week(narrowed, period) if asked.channel in ("", one.platform)),
        value=value_week(parts.cards.cards_of(facts.closed(period.from_at, period.as_of, of_brand))),
        grid=grid_of(narrowed, period),
        coverage=_coverage(parts, stretch),
    )


def _issues(parts: WeekParts, counts: DashboardCounts, stretch: Stretch) -> tuple[IssueNow, ...]:
    some = counts.issues[:MOST_ISSUES]
    titles = parts.listening.ledger.issues.titles([one.issue_id for one in some])
    places = _places(parts, stretch)
    return tuple(
        IssueNow(
            issue_id=one.issue_id,
            title=titles[one.issue_id],
            mentions=one.mentions,
            before=one.before,
            people=one.people,
            negative=one.negative,
            quadrant=places.get(one.issue_id),
            days=one.days,
            days_before=one.days_before,
        )
        for one in some
        if one.issue_id in titles
    )


def _places(parts: WeekParts, stretch: Stretch) -> Mapping[int, Quadrant]:
    """Return where issues sit in the matrix, as on their own pages: from all they ever expressed, or where a person put them."""
    rules = parts.rules
    found = {issue_id: start_place(signs, rules).quadrant for issue_id, signs in parts.insight.issue_signs(stretch.as_of).items()}
    chosen = IssuePlaceLedger(parts.listening.ledger.engine).all()
    return {**found, **{issue_id: Quadrant(quadrant) for issue_id, (quadrant, _, _) in chosen.items()}}


def _coverage(parts: WeekParts, stretch: Stretch) -> Coverage | None:
    """Return what sources saw; None for somebody of some brands: sources are the whole house's."""
    if parts.brands is not None:
        return None
    sources = SourceWatch(parts.listening.ledger.engine).between(stretch.from_at, stretch.as_of)
    return Coverage(from_at=stretch.from_at, to_at=stretch.as_of, sources=sources)
