"""Did the tap close? The effect of an improvement action on the contacts of its issue, as an interrupted time series. Pure.

Whole weeks before and after the day it was done are compared (`tap_weeks`), so that the day of the week cannot matter. What the year does,
and whether people write more or less of everything, is read from the brand's other contacts. A model that allows for noise, for weeks that
resemble each other and for a slow drift of its own says how large the change is (`tap_model`); what earlier actions did is counted in
(`pooled`), and may take a claim away, never make one. Below a minimum nothing is said, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.stats import norm

from moderation.model.tap import Span, TapEffect, TapPrior, TapReason, TapRule, TapSeries, TapVerdict, TapWeek
from moderation.reports.tap_model import Fitted, Numbers, fit
from moderation.reports.tap_weeks import Weeks, how_busy, weeks_of

OWN = TapPrior()
"""What is thought of a change before anything is known: next to nothing, from a fiftieth of the contacts to fifty times as many."""
LEAST_EARLIER = 3
"""Earlier actions needed before they are counted in."""
LEAST_SPREAD = float(np.log(2))
"""Actions differ: however alike the earlier ones were, the next of their kind may well leave half or double of what they left."""
ALIKE = 0.5
"""How likely the next action is of the kind of the earlier ones: a house whose taps always closed has one that does not, some day."""
_PARTS = norm.ppf((np.arange(15) + 0.5) / 15)


def measure_tap(series: TapSeries, rule: TapRule | None = None, *, prior: TapPrior = OWN) -> TapEffect:
    """Return what became of the contacts, or why nothing can be said.

    "closed" takes a best estimate of at most `rule.closed_at` of the contacts left and an interval wholly below `rule.surely_below`,
    "not closed" an interval wholly above `rule.closed_at`: either with earlier actions counted in and without.
    """
    (effect,) = measure_taps(series, rule, priors=(prior,))
    return effect


def measure_taps(series: TapSeries, rule: TapRule | None = None, *, priors: Sequence[TapPrior]) -> list[TapEffect]:
    """Return what may be said under each of several priors; the weeks, which take the time, are looked at once."""
    rule = rule or TapRule()
    every = weeks_of(series, rule)
    weeks = every.compared()
    said = replace(_counted(weeks), weeks=_shown(every))
    if refused := _too_few(weeks, said, rule):
        return [replace(said, reason=refused) for _ in priors]
    busy, chance = how_busy(weeks)
    fitted = fit(weeks.own, busy, chance, weeks.after.astype(np.float64), weeks.at)
    return [_effect(fitted, weeks, said, rule, prior) for prior in priors]


def _effect(fitted: Fitted, weeks: Weeks, said: TapEffect, rule: TapRule, prior: TapPrior) -> TapEffect:
    alone, pooled = fitted.with_prior(OWN), fitted.with_prior(prior)
    left, by_itself = _span(fitted.changes, pooled, rule.coverage), _span(fitted.changes, alone, rule.coverage)
    expected = _expected(fitted, pooled, weeks, rule.coverage)
    if sum(week.best for week in expected) < rule.least_expected_after:
        return replace(said, reason=TapReason.FEW_EXPECTED)
    verdict, reason = _verdict(left, by_itself, rule)
    return replace(
        said,
        verdict=verdict,
        reason=reason,
        left=left,
        alone=by_itself,
        avoided=_avoided(fitted, pooled, weeks, rule.coverage),
        weeks=_with(said.weeks, expected),
        earlier_actions=prior.actions,
    )


def pooled(earlier: Sequence[Span], *, coverage: float = 0.95) -> TapPrior:
    """Return what earlier actions of the house say about the next: their common mean and how much they differ.

    `earlier` are their own intervals (`TapEffect.alone`) of `coverage`, from which the chance in each is read back. A random-effects mean
    (DerSimonian and Laird, Controlled Clinical Trials 7, 1986), drawn towards "as many" as if one more action had changed nothing. Fewer
    than three say nothing yet.

    That the next is of their kind is only likely (`ALIKE`), or six taps that closed would be read into a seventh that did not: a mixture
    with what is thought before anything is known (Schmidli and others, Biometrics 70, 2014).
    """
    if len(earlier) < LEAST_EARLIER:
        return OWN
    wide = 2 * float(norm.ppf(0.5 + coverage / 2))
    means = np.log([one.best for one in earlier])
    errors = np.array([max((np.log(one.high) - np.log(one.low)) / wide, 0.05) for one in earlier]) ** 2
    weights = 1 / errors
    fixed = float((weights * means).sum() / weights.sum())
    beyond = float((weights * (means - fixed) ** 2).sum()) - (len(means) - 1)
    between = max(0.0, beyond / float(weights.sum() - (weights**2).sum() / weights.sum()))
    weights = 1 / (errors + between)
    mean = float((weights * means).sum() / weights.sum()) * len(means) / (len(means) + 1)
    spread = float(np.sqrt(max(between, LEAST_SPREAD**2) + 1 / weights.sum()))
    return TapPrior(mean=mean, spread=min(spread, OWN.spread), actions=len(means), alike=ALIKE)


def _counted(weeks: Weeks) -> TapEffect:
    after = weeks.after
    return TapEffect(
        verdict=TapVerdict.CANNOT_TELL,
        reason=TapReason.UNSURE,
        weeks_before=int((~after).sum()),
        weeks_after=int(after.sum()),
        contacts_before=int(weeks.own[~after].sum()),
        contacts_after=int(weeks.own[after].sum()),
    )


def _shown(weeks: Weeks) -> tuple[TapWeek, ...]:
    rows = zip(weeks.starts, weeks.own, _beside(weeks), weeks.after, weeks.counted, strict=True)
    return tuple(
        TapWeek(first_day=start, contacts=int(own), beside=int(beside), after=bool(after), counted=bool(counted))
        for start, own, beside, after, counted in rows
    )


def _too_few(weeks: Weeks, said: TapEffect, rule: TapRule) -> TapReason | None:
    """Return why nothing may be said, from what is counted alone; None when it may."""
    if said.weeks_before < rule.least_weeks_before:
        return TapReason.FEW_WEEKS_BEFORE
    if said.weeks_after < rule.least_weeks_after:
        return TapReason.FEW_WEEKS_AFTER
    if said.contacts_before < rule.least_contacts_before:
        return TapReason.FEW_CONTACTS_BEFORE
    beside, after = _beside(weeks), weeks.after
    if min(float(beside[after].mean()), float(beside[~after].mean())) < rule.least_beside_per_week:
        return TapReason.NOTHING_BESIDE
    return None


def _beside(weeks: Weeks) -> Numbers:
    return weeks.others.sum(axis=0) if weeks.others.size else np.zeros(len(weeks.starts))


def _verdict(left: Span, alone: Span, rule: TapRule) -> tuple[TapVerdict, TapReason]:
    surely = max(left.high, alone.high)
    if surely < rule.surely_below and max(left.best, alone.best) <= rule.closed_at:
        return TapVerdict.CLOSED, TapReason.FEWER
    if min(left.low, alone.low) > rule.closed_at:
        return TapVerdict.NOT_CLOSED, TapReason.SOME_FEWER if surely < 1 else TapReason.AS_MANY
    return TapVerdict.CANNOT_TELL, TapReason.UNSURE


def _span(changes: Numbers, likely: Numbers, coverage: float) -> Span:
    low, best, high = np.exp(_quantiles(changes, likely, ((1 - coverage) / 2, 0.5, (1 + coverage) / 2)))
    return Span(best=float(best), low=float(low), high=float(high))


def _quantiles(values: Numbers, likely: Numbers, wanted: Sequence[float]) -> Numbers:
    """Return quantiles of a distribution given by weights on ordered values, in between in proportion."""
    below = np.cumsum(likely) - likely / 2
    return np.asarray(np.interp(wanted, below / likely.sum(), values), dtype=np.float64)


def _expected(fitted: Fitted, likely: Numbers, weeks: Weeks, coverage: float) -> list[Span]:
    """Return, for each week after, the contacts that it would have had."""
    return [_mixed(fitted.expected[:, week], fitted.spread[:, week], likely, coverage) for week in np.flatnonzero(weeks.after)]


def _avoided(fitted: Fitted, likely: Numbers, weeks: Weeks, coverage: float) -> Span:
    """Return how many contacts did not come in the weeks after. Its departures from the expected are taken as going together."""
    after = weeks.after
    would = np.log(np.exp(fitted.expected[:, after] + fitted.spread[:, after] ** 2 / 2).sum(axis=1))
    came = float(weeks.own[after].sum())
    whole = _mixed(would, fitted.spread[:, after].mean(axis=1), likely, coverage)
    return Span(best=whole.best - came, low=whole.low - came, high=whole.high - came)


def _mixed(means: Numbers, spreads: Numbers, likely: Numbers, coverage: float) -> Span:
    """Return median and interval of a number whose logarithm is normal under each change."""
    values = (means[:, None] + spreads[:, None] * _PARTS[None, :]).ravel()
    weights = np.repeat(likely / len(_PARTS), len(_PARTS))
    order = np.argsort(values, kind="stable")
    low, best, high = np.exp(_quantiles(values[order], weights[order], ((1 - coverage) / 2, 0.5, (1 + coverage) / 2)))
    return Span(best=float(best), low=float(low), high=float(high))


def _with(weeks: tuple[TapWeek, ...], expected: Sequence[Span]) -> tuple[TapWeek, ...]:
    late = iter(expected)
    return tuple(replace(week, expected=next(late)) if week.after and week.counted else week for week in weeks)
