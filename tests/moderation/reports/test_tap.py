"""Did the tap close? Refusals with their reason, effects that are known, and what must not be taken for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from moderation.model.tap import Span, TapEffect, TapPrior, TapReason, TapRule, TapSeries, TapVerdict
from moderation.reports.tap import OWN, measure_tap, pooled
from moderation.reports.tap_weeks import how_busy, weeks_of
from tests.bench.tap import scant, summary, try_one
from tests.bench.tap_streams import draw

MONDAY = date(2026, 1, 5)
BEFORE, AFTER = 30, 12
DONE = MONDAY + timedelta(weeks=BEFORE, days=3)
OPENED = DONE - timedelta(days=14)


def days(*weeks: tuple[int, int]) -> list[int]:
    """Return so many weeks with so many contacts each, spread over the days as evenly as whole contacts go."""
    return [n // 7 + (day < n % 7) for count, n in weeks for _ in range(count) for day in range(7)]


def series(own: Sequence[int], *others: Sequence[int]) -> TapSeries:
    kinds = {f"kind {number}": counts for number, counts in enumerate(others or [[20] * len(own)])}
    return TapSeries(first_day=MONDAY, own=own, others=kinds, opened_on=OPENED, done_on=DONE)


STEADY = days((BEFORE + 1 + AFTER, 35))
CLOSED = days((BEFORE + 1, 35), (AFTER, 2))
# Six that left about a tenth, as closely known as a year of weeks tells it; and six that changed nothing.
CLOSED_BEFORE = [Span(best=best, low=best * 0.75, high=best / 0.75) for best in (0.05, 0.08, 0.1, 0.1, 0.12, 0.15)]
NOTHING_BEFORE = [Span(best=best, low=best * 0.75, high=best / 0.75) for best in (0.9, 0.95, 1.0, 1.0, 1.05, 1.1)]
SEVENTH = ((20_410_103, "after_peak"), (20_410_108, "decline"), (20_410_110, "shift_up_elsewhere"))


def effect_of(*given: Sequence[int]) -> TapEffect:
    return measure_tap(series(*given))


def test_contacts_that_stop_when_it_is_done_mean_a_closed_tap() -> None:
    """Every number that is said is the one that anybody can count."""
    found = effect_of(CLOSED)
    assert (found.verdict, found.reason) == (TapVerdict.CLOSED, TapReason.FEWER)
    counted = [week for week in found.weeks if week.counted]
    assert found.contacts_before == sum(week.contacts for week in counted if not week.after) == 35 * found.weeks_before
    assert found.contacts_after == sum(week.contacts for week in counted if week.after) == 2 * AFTER
    assert found.weeks_after == AFTER
    assert found.left is not None
    assert found.avoided is not None
    assert found.left.low <= 2 / 35 <= found.left.high
    assert found.avoided.low <= 33 * AFTER <= found.avoided.high
    expected = sum(week.expected.best for week in counted if week.expected)
    assert found.avoided.best == pytest.approx(expected - found.contacts_after, rel=0.1)


def test_contacts_that_go_on_mean_a_tap_that_is_not_closed() -> None:
    found = effect_of(STEADY)
    assert (found.verdict, found.reason) == (TapVerdict.NOT_CLOSED, TapReason.AS_MANY)
    assert found.left is not None
    assert found.left.low <= 1 <= found.left.high


def test_a_quieter_month_is_not_an_effect() -> None:
    """Everything halved when the action was done, the rest as much as this issue: holidays, not the action."""
    halved = days((BEFORE + 1, 36), (AFTER, 18))
    found = effect_of(halved, [4 * one for one in halved], [2 * one for one in halved])
    assert found.verdict is not TapVerdict.CLOSED
    assert found.left is not None
    assert found.left.low <= 1 <= found.left.high
    alone = effect_of(halved)
    assert alone.left is not None
    assert alone.left.best < 0.7, "against a rest that stayed the same the same days are an effect"


def test_a_peak_that_made_somebody_act_is_left_out() -> None:
    """Peaks pass by themselves: five times as many in the two weeks before the action was opened, and nothing else."""
    peaked = days((BEFORE - 4, 35), (2, 175), (3 + AFTER, 35))
    found = effect_of(peaked)
    left_out = [week for week in found.weeks if not week.counted]
    assert max(week.contacts for week in left_out) > 100
    assert max(week.contacts for week in found.weeks if week.counted) <= 75
    assert found.verdict is not TapVerdict.CLOSED
    everything = measure_tap(series(peaked), TapRule(peak_before_days=-200, peak_after_days=-200))
    assert everything.contacts_before > found.contacts_before + 300, "without the rule the peak would be the usual"


def test_one_kind_that_jumps_does_not_say_how_busy_the_others_were() -> None:
    """A crisis elsewhere after the action must not make this issue look small."""
    crisis = days((BEFORE + 1, 70), (AFTER, 400))
    calm = days((BEFORE + 1 + AFTER, 70))
    weeks = weeks_of(series(STEADY, crisis, calm, calm), TapRule()).compared()
    busy, _ = how_busy(weeks)
    assert np.allclose(busy, 1.0, atol=0.02)
    found = effect_of(STEADY, crisis, calm, calm)
    assert found.left is not None
    assert found.left.low <= 1 <= found.left.high


def test_a_week_in_which_one_kind_bursts_is_as_busy_as_the_others_say() -> None:
    """Each week is the middle of the kinds, not their sum."""
    burst = days((10, 70), (1, 900), (BEFORE + AFTER - 10, 70))
    calm = days((BEFORE + 1 + AFTER, 70))
    busy, _ = how_busy(weeks_of(series(STEADY, burst, calm, calm), TapRule()).compared())
    assert np.allclose(busy, 1.0, atol=0.02)


def test_a_kind_that_fell_away_does_not_choose_which_of_the_others_is_the_middle() -> None:
    """High before and low after, it would make the higher of the two others the middle first, and then the lower."""
    up, down = days(*[(1, 60), (1, 90)] * 22), days(*[(1, 90), (1, 60)] * 22)
    fell = days((BEFORE + 1, 300), (AFTER + 1, 20))
    weeks = weeks_of(series([*STEADY, *[5] * 7], up, down, fell), TapRule()).compared()
    busy, _ = how_busy(weeks)
    assert busy[weeks.after].mean() == pytest.approx(busy[~weeks.after].mean(), rel=0.03)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (replace(series(CLOSED), opened_on=DONE - timedelta(days=190)), None),  # enough of everything
        (replace(series(CLOSED), first_day=DONE - timedelta(weeks=9)), TapReason.FEW_WEEKS_BEFORE),
        (series(CLOSED[: 7 * (BEFORE + 4)]), TapReason.FEW_WEEKS_AFTER),
        (series(days((BEFORE + 1, 1), (AFTER, 0))), TapReason.FEW_CONTACTS_BEFORE),
        (series(CLOSED, [0] * len(CLOSED)), TapReason.NOTHING_BESIDE),
        (series(days((BEFORE + 1, 2), (4, 0))), TapReason.FEW_EXPECTED),
    ],
    ids=lambda one: getattr(one, "value", ""),
)
def test_below_the_minimum_nothing_is_said_and_the_reason_is(given: TapSeries, reason: TapReason | None) -> None:
    """Every one of these taps did close; nobody can know."""
    rest = {kind: list(counts) for kind, counts in given.others.items()}
    found = measure_tap(replace(given, others=rest))
    if reason is None:
        assert found.left is not None
        return
    assert (found.verdict, found.reason) == (TapVerdict.CANNOT_TELL, reason)
    assert (found.left, found.alone, found.avoided) == (None, None, None)


@pytest.mark.parametrize("first", [DONE - timedelta(days=3), DONE, DONE + timedelta(days=40), DONE + timedelta(days=400)])
def test_an_issue_that_began_when_the_action_was_done_or_later_has_nothing_to_compare_with(first: date) -> None:
    """A split or a merge may leave an action on an issue that is younger than itself."""
    found = measure_tap(replace(series(CLOSED), first_day=first))
    assert (found.reason, found.weeks_before, found.left) == (TapReason.FEW_WEEKS_BEFORE, 0, None)


@pytest.mark.parametrize("seed", range(40, 45))
def test_too_little_makes_no_claim(seed: int) -> None:
    """Of what the bench draws, one of each sort."""
    given, lacks = scant(seed)
    found = measure_tap(given)
    assert (found.reason.value, found.left) == (lacks, None)


def test_intervals_hold_the_truth_and_nothing_is_called_closed_without_an_effect() -> None:
    """The promise in small, on seeds of its own; `scripts/bench_tap` measures it on hundreds."""
    plan = [(9_100, 0.1, "decline"), (9_101, 0.35, "quiet"), (9_102, 1.0, "after_peak"), (9_103, 1.0, "shift_up_elsewhere")]
    tried = [try_one(draw(seed, left=left, world=world)) for seed, left, world in plan]
    found = summary(tried)
    assert found["refused"] == 0
    assert found["held"] == 1.0
    assert found["false_closed"] == 0.0
    assert tried[0].ours.verdict is TapVerdict.CLOSED


def test_intervals_hold_the_truth_also_where_six_earlier_actions_closed_their_tap() -> None:
    """In small, and on seeds at which the earlier ones were once read into this one: few contacts, no effect, after six that closed."""
    known = {"six closed": pooled(CLOSED_BEFORE)}
    tried = [try_one(draw(seed, left=1.0, world=world), known) for seed, world in SEVENTH]
    assert [one.known["six closed"].verdict for one in tried if one.known["six closed"].verdict is TapVerdict.CLOSED] == []
    found = summary(tried)
    assert found["held"] == 1.0
    assert found["known"]["six closed"]["held"] == 1.0


def test_fewer_than_three_actions_say_nothing_of_the_next() -> None:
    assert pooled([Span(best=0.2, low=0.1, high=0.4)] * 2) == OWN


def test_earlier_actions_are_counted_in_and_drawn_towards_no_change() -> None:
    prior = pooled([Span(best=0.25, low=0.2, high=0.3125)] * 3)
    assert prior.actions == 3
    assert prior.mean == pytest.approx(np.log(0.25) * 3 / 4)
    assert np.log(2) <= prior.spread < 0.75, "however alike they were, the next may leave half or double of what they left"
    assert 0 < prior.alike < 1, "and it may be of another kind altogether"


@pytest.mark.parametrize(
    ("earlier", "weeks", "truth"),
    [
        (CLOSED_BEFORE, ((BEFORE + 1, 7), (6, 7)), 1.0),  # six closed, and this one changed nothing
        (CLOSED_BEFORE, ((BEFORE + 1, 7), (6, 5)), 0.7),
        (NOTHING_BEFORE, ((BEFORE + 1, 14), (6, 1)), 0.07),  # six changed nothing, and this one closed it
    ],
)
def test_an_action_unlike_the_earlier_ones_is_not_made_like_them(
    earlier: Sequence[Span], weeks: tuple[tuple[int, int], ...], truth: float
) -> None:
    """Few contacts leave room for what is thought beforehand; that six taps closed is no evidence that the seventh did."""
    given = series(days(*weeks))
    known, alone = measure_tap(given, prior=pooled(earlier)).left, measure_tap(given).left
    assert known is not None
    assert alone is not None
    assert known.low <= truth <= known.high
    assert alone.low / 1.5 <= known.best <= alone.high * 1.5


def test_the_more_an_action_looks_like_the_earlier_ones_the_more_they_say_of_it() -> None:
    """What pooling is for: the same few weeks are known more closely in a house that knows what its actions do."""
    given = series(days((BEFORE + 1 + 4, 3)))
    alone, known = measure_tap(given).left, measure_tap(given, prior=pooled(NOTHING_BEFORE)).left
    assert known is not None
    assert alone is not None
    assert np.log(known.high / known.low) < 0.95 * np.log(alone.high / alone.low)


def test_earlier_actions_that_changed_nothing_make_no_claim_that_this_one_did_not_either() -> None:
    """By its own weeks it may have closed the tap or not: six others are no evidence of which."""
    given, gloomy = series(days((BEFORE + 1, 8), (5, 5))), TapPrior(mean=0.0, spread=0.1, actions=9)
    found = measure_tap(given, prior=gloomy)
    assert found.left is not None
    assert found.alone is not None
    assert found.left.low > 0.5 > found.alone.low
    assert found.verdict is TapVerdict.CANNOT_TELL


@pytest.mark.parametrize(
    ("weeks", "short"),
    [
        (((BEFORE + 1, 6), (5, 3)), "its own interval reaches to nearly all of them"),
        (((BEFORE + 1, 21), (12, 11)), "by its own weeks more than half is left"),
    ],
)
def test_earlier_actions_never_make_a_claim(weeks: tuple[tuple[int, int], ...], short: str) -> None:
    """A house whose taps always closed must not read a close into one that did not."""
    given, hopeful = series(days(*weeks)), TapPrior(mean=-1.5, spread=0.5, actions=9)
    found = measure_tap(given, prior=hopeful)
    assert found.left is not None
    assert found.alone is not None
    assert found.left.best <= 0.5, short
    assert found.left.high < 0.8, short
    assert found.verdict is TapVerdict.CANNOT_TELL, short


def test_earlier_actions_may_take_a_claim_away() -> None:
    given, doubtful = series(days((BEFORE + 1, 8), (4, 3))), TapPrior(mean=0.0, spread=0.5, actions=9)
    assert measure_tap(given).verdict is TapVerdict.CLOSED
    assert measure_tap(given, prior=doubtful).verdict is TapVerdict.CANNOT_TELL
