"""What pages show of looks at done actions: the verdict in words, and a chart of the weeks that were compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta, tzinfo

from moderation.charts.effect import effect as effect_chart
from moderation.charts.look import NARROW, WIDE, Look
from moderation.inbox.dashboard_parts import DrawnChart
from moderation.inbox.feedback_parts import TapShown
from moderation.model.action import Action
from moderation.model.chart import Effect, Expected, Series
from moderation.model.tap import TapEffect, TapLook
from moderation.page_parts.drawn import drawn_chart
from moderation.page_parts.words import words_for
from moderation.parts import Desk
from moderation.reports.tap_words import tap_words
from moderation.workflows.draw_charts import DrawCharts

MOST_DRAWN = 12
"""Charts on one page, of the actions that were done last; the others have their words."""
MOST_EARLIER = 30
MOST_KEPT = 200


def taps_shown(desk: Desk, draw: DrawCharts | None) -> Callable[[Iterable[Action], str], Mapping[int, TapShown]]:
    """Return what shows looks: those of done actions that were looked at, by action. Without `draw` words alone."""
    cost, zone = desk.settings.report.cost_per_contact, desk.settings.zone
    kept: dict[tuple[TapLook, str, int], tuple[DrawnChart, ...]] = {}

    def charts(action: Action, look: TapLook, title: str, language: str, draw: DrawCharts) -> tuple[DrawnChart, ...]:
        """Return a look's chart, made once: a look never changes, and whoever reads a page should not wait for it again."""
        key = (look, language, action.action_id)
        if key not in kept:
            made = tuple(_drawn(action, look, title, language, zone, draw))
            if any(not one.wide for one in made):
                return made  # not drawn this time; the next reader may see it
            if len(kept) >= MOST_KEPT:
                kept.clear()
            kept[key] = made
        return kept[key]

    def shown(actions: Iterable[Action], language: str) -> Mapping[int, TapShown]:
        done = sorted((one for one in actions if one.closed_at), key=lambda one: (one.closed_at, one.action_id), reverse=True)
        looks, words = desk.feedback.taps.latest([one.action_id for one in done]), words_for(language, "taps")
        found = {}
        for number, action in enumerate(one for one in done if one.action_id in looks):
            look = looks[action.action_id]
            earlier = [one for one in desk.feedback.taps.of(action.action_id) if one.week != look.week and one.done_at == look.done_at]
            found[action.action_id] = TapShown(
                look=look,
                words=tap_words(look.effect, words, language=language, cost_per_contact=cost),
                earlier=tuple((one, tap_words(one.effect, words, language=language)) for one in reversed(earlier))[:MOST_EARLIER],
                charts=charts(action, look, words["chart"], language, draw) if draw and number < MOST_DRAWN else (),
            )
        return found

    return shown


def effect_of(look: TapLook, title: str, *, zone: tzinfo) -> Effect | None:
    """Return a look's weeks to be drawn; None when it compared none."""
    effect = look.effect
    if not effect.weeks:
        return None
    ends = datetime.combine(effect.weeks[-1].first_day + timedelta(days=7), time(), tzinfo=zone)
    counts = tuple(week.contacts for week in effect.weeks)
    return Effect(
        series=Series(title=title, counts=counts, ends_at=ends, bucket_hours=7 * 24.0),
        changed_at=look.done_at,
        expected=tuple(_expected(week.expected.best, week.expected.low, week.expected.high) for week in effect.weeks if week.expected),
        total=_total(effect),
    )


def _total(effect: TapEffect) -> Expected | None:
    if effect.avoided is None:
        return None
    came = effect.contacts_after
    return _expected(effect.avoided.best + came, effect.avoided.low + came, effect.avoided.high + came)


def _expected(value: float, low: float, high: float) -> Expected:
    return Expected(value=value, low=low, high=high)


def _drawn(action: Action, look: TapLook, title: str, language: str, zone: tzinfo, draw: DrawCharts) -> Iterator[DrawnChart]:
    figures = effect_of(look, title, zone=zone)
    if figures is None:
        return
    wide = Look(language=language, words=words_for(language, "charts"), zone=zone, width=WIDE)
    chart, small = effect_chart(figures, wide), effect_chart(figures, replace(wide, width=NARROW))
    yield drawn_chart(f"tap-{action.action_id}", chart, small, draw)
