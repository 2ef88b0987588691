"""The weekly report put together on an open listening half: made when it is due, read from the archive, counted anew for who sees less."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from listener.model.figures import Quote
from listener.parts import Listening
from listener.workflows.measure_issues import quotes_of
from listener.workflows.rebuild_insight import catch_up
from moderation.ledger.actions import ActionLedger
from moderation.ledger.card_facts import CardFactLedger
from moderation.ledger.cards import CardLedger
from moderation.ledger.feedback import FeedbackLedger
from moderation.ledger.grid import GridLedger
from moderation.ledger.our_words import OurWords
from moderation.ledger.status import StatusLedger
from moderation.ledger.tap import TapLedger
from moderation.ledger.week_reports import MadeReport, WeekReportLedger
from moderation.model.document import Document
from moderation.model.evidence import Evidence
from moderation.model.languages import LANGUAGES
from moderation.model.week_report import WeekFigures
from moderation.reports.kept import figures_of
from moderation.reports.shown import Shown, harmless
from moderation.reports.week import Week, week_before, week_named
from moderation.reports.week_document import week_document
from moderation.settings import KlankbordSettings
from moderation.tapping import where_now
from moderation.week_evidence import WeekEvidence
from moderation.workflows.count_week import count_week
from moderation.workflows.keep_cards import Cards
from moderation.workflows.keep_grid import KeepGrid
from moderation.workflows.load_grid import read_grid
from moderation.workflows.load_wording import load_words
from moderation.workflows.make_reports import MakeReports, Making
from moderation.workflows.read_clocks import Clocks
from moderation.workflows.week_parts import WeekParts

Scoped = Callable[[frozenset[str]], Listening]


class WeekRoom:
    """What pages, commands and the schedule do with weekly reports.

    `scoped` gives the listening half as far as it is about some brands; without it only the whole house has a report.
    """

    def __init__(self, listening: Listening, scoped: Scoped | None = None) -> None:
        self._whole = listening
        self._scoped = scoped
        self._kept = WeekReportLedger(listening.ledger.engine)

    def maker(self) -> MakeReports:
        """Return what makes a report when one is due."""
        report = settings_of(self._whole).report

        def count(week: Week, making: Making) -> WeekFigures:
            self._catch_up()
            return count_week(week_parts(self._whole), week, made=making.made, up_to=making.up_to, made_at=making.made_at)

        zone = self._whole.settings.zone
        return MakeReports(self._kept, count, clock=self._whole.clock, zone=zone, weekday=report.weekday, hour=report.hour)

    def archive(self) -> list[MadeReport]:
        """Return the reports that were made, the newest week first."""
        return sorted(self._kept.made(), key=lambda one: one.period, reverse=True)

    def latest(self) -> str:
        """Return the week that is shown when none is asked for: the newest that was made, else the last whole one."""
        archive = self.archive()
        return archive[0].period if archive else week_before(self._whole.clock.now(), self._whole.settings.zone).name

    def shown(self, period: str, brands: frozenset[str] | None = None) -> Shown | None:
        """Return a week's figures with their titles and quotes; None for a week that there is not, or that has not begun.

        A week with a report is read from it; any other, and any for somebody of some brands, is counted now.
        """
        week, now = week_named(period, self._whole.settings.zone), self._whole.clock.now()
        if week is None or week.from_at > now:
            return None
        kept = self._kept.figures(period) if brands is None else None
        figures = figures_of(kept) if kept is not None else self._count(week, brands)
        return harmless(figures, self._titles(figures), self._quotes(self._listening(brands), figures), recounted=brands is not None)

    def document(self, period: str, language: str, brands: frozenset[str] | None = None) -> Document | None:
        """Return a week's report in one language, or None."""
        shown = self.shown(period, brands)
        if shown is None:
            return None
        words, chart_words = load_words(language, "report"), load_words(language, "charts")
        return week_document(shown, words, chart_words=chart_words, language=language, zone=self._whole.settings.zone)

    def evidence(self, period: str, figure: str, brands: frozenset[str] | None, page: int) -> Evidence | None:
        """Return which mentions or cases a figure of a week counted; None for a week or a figure that there is not."""
        week = week_named(period, self._whole.settings.zone)
        if week is None:
            return None
        kept = {one.period: one.up_to for one in self._kept.made()}
        parts = week_parts(self._listening(brands), brands)
        return WeekEvidence(parts, week, up_to=kept.get(period, self._kept.read_up_to())).of(figure, page)

    def _count(self, week: Week, brands: frozenset[str] | None) -> WeekFigures:
        self._catch_up()
        made = [one for one in self._kept.made() if one.period < week.name]
        listening = self._listening(brands)
        return count_week(week_parts(listening, brands), week, made=made, up_to=self._kept.read_up_to(), made_at=self._whole.clock.now())

    def _listening(self, brands: frozenset[str] | None) -> Listening:
        if brands is None:
            return self._whole
        if self._scoped is None:
            raise LookupError("nothing knows how to show less than every brand")
        return self._scoped(brands)

    def _catch_up(self) -> None:
        catch_up(self._whole.ledger, self._whole.insight, model_id=self._whole.model_id)

    def _titles(self, figures: WeekFigures) -> Mapping[int, str]:
        named = {one.issue_id for one in figures.issues} | set(figures.ideas.issues) | set(figures.compliments.issues)
        named |= {one.issue_id for one in figures.last_week} | {one.issue_id for one in figures.promises}
        named |= {one.issue_id for one in figures.silences} | {one.issue_id for one in figures.actions}
        return self._whole.ledger.issues.titles(named)

    @staticmethod
    def _quotes(listening: Listening, figures: WeekFigures) -> Mapping[int, Quote]:
        ids: Sequence[int] = [*figures.voices.values(), *figures.ideas.mention_ids, *figures.compliments.mention_ids]
        found = quotes_of(listening.ledger, listening.insight, ids, key=listening.pseudonym_key)
        return {mention_id: quote for mention_id, quote in found.items() if not quote.private}


def week_parts(listening: Listening, brands: frozenset[str] | None = None) -> WeekParts:
    """Return what a week is counted from, over a listening half that is narrowed to `brands` already."""
    engine, settings, clock = listening.ledger.engine, settings_of(listening), listening.clock
    least = settings.feedback.least_answers
    grids = KeepGrid(GridLedger(engine), clock, file=lambda: read_grid(listening.home, settings.grid.file))
    return WeekParts(
        listening=listening,
        settings=settings,
        cards=Cards(CardLedger(engine), CardFactLedger(engine), listening.ledger, clock),
        clocks=Clocks(StatusLedger(engine), settings.clocks, clock, zone=settings.zone),
        actions=ActionLedger(engine),
        taps=TapLedger(engine),
        feedback=FeedbackLedger(engine, least=least),
        shares=FeedbackLedger(engine, least=1),
        words=OurWords(engine),
        grid=grids.history(),
        where=lambda issue_id: where_now(listening.ledger, issue_id),
        team_lists=[load_words(language, "report_teams") for language in LANGUAGES],
        brands=brands,
    )


def settings_of(listening: Listening) -> KlankbordSettings:
    """Return the settings of both halves; a listener that was opened alone has those of the answering half at their defaults."""
    found = listening.settings
    return found if isinstance(found, KlankbordSettings) else KlankbordSettings.model_validate(found.model_dump())
