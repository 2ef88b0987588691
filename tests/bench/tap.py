"""scripts/bench_tap [--series N] [--seed S] [--json]: does "did the tap close?" hold what it promises, on series whose truth is known?

N series with an effect (7 sizes from next to nothing left to 85 % left, in four worlds) and N without one (six worlds: nothing special, a
decline of everything, opened after a peak that fades by itself, another kind of contact that jumps up or falls away, and other contacts
that drift), from `tests/bench/tap_streams.py`; and N with too little to say anything about. Each is looked at by its own weeks alone, and
again in a house of which six earlier actions are known: six that closed their tap, and six that changed nothing. Beside it, in the same
run: the mean of all weeks after against that of the eight weeks before, with a Poisson interval, as a spreadsheet would.

Ends 1 when the 95 % interval holds the truth in fewer than 90 % of the series (alone and with each six earlier actions, of all series and
of those without an effect), when more than 5 % of the series without an effect are called closed, or when anything is claimed below the
minimum; 0 otherwise.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from moderation.model.tap import Span, TapPrior, TapRule, TapSeries, TapVerdict
from moderation.reports.tap import OWN, measure_tap, measure_taps, pooled
from tests.bench.tap_streams import EFFECTS, NULLS, Drawn, draw

LEAST_HELD = 0.90
MOST_FALSE = 0.05
FRESH = 20_500_101
"""Seeds from here on were drawn for the first time after the method was settled."""
EARLIER = 6
"""Actions that are known of a house."""
HOUSES = {"six closed": TapVerdict.CLOSED, "six changed nothing": TapVerdict.NOT_CLOSED}
WITH_EFFECT = ("quiet", "decline", "after_peak", "beside_drifts")
SCANT = ("few_weeks_before", "few_weeks_after", "few_contacts_before", "few_expected", "nothing_beside")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one method said of one series. `left` None: it refused. `spared`: the interval of contacts avoided holds what it was."""

    left: Span | None
    verdict: TapVerdict
    spared: bool | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """One series with the answers to it; `known` are ours in houses of which earlier actions are known."""

    world: str
    left: float
    ours: Answer
    naive: Answer
    known: Mapping[str, Answer] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench_tap", description=__doc__.split("\n\n")[0] if __doc__ else "")
    parser.add_argument("--series", type=int, default=200, help="series of each sort")
    parser.add_argument("--seed", type=int, default=FRESH, help="seed of the first one")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--json", action="store_true", help="one object instead of lines to read")
    options = parser.parse_args(arguments)
    jobs = plan(options.series, options.seed)
    with ProcessPoolExecutor(options.workers) as pool:
        tried = list(pool.map(partial(_try, houses(options.seed + 500_000)), jobs, chunksize=8))
        claims = sum(pool.map(_claims, range(options.seed + 300_000, options.seed + 300_000 + options.series), chunksize=8))
    found = {**summary(tried), "claims_below_minimum": claims}
    print(json.dumps(found) if options.json else readable(found))
    return 0 if kept(found) else 1


def plan(series: int, seed: int) -> list[tuple[int, float, str]]:
    """Return (seed, left, world) of `series` with an effect and as many without."""
    sizes = len(EFFECTS)
    with_effect = [(seed + one, EFFECTS[one % sizes], WITH_EFFECT[one // sizes % len(WITH_EFFECT)]) for one in range(series)]
    return with_effect + [(seed + 100_000 + one, 1.0, NULLS[one % len(NULLS)]) for one in range(series)]


def houses(seed: int) -> dict[str, TapPrior]:
    """Return what six earlier actions say of the next, in a house whose taps closed and in one where nothing changed anything."""
    known: dict[str, TapPrior] = {}
    for name, verdict in HOUSES.items():
        known[name] = pooled(list(islice(_spans(seed, verdict), EARLIER)))
        seed += 1_000
    return known


def _spans(seed: int, verdict: TapVerdict) -> Iterator[Span]:
    """Yield intervals of actions of which this was said, one seed after the other."""
    while True:
        left = 1.0 if verdict is TapVerdict.NOT_CLOSED else EFFECTS[seed % 3]
        effect = measure_tap(draw(seed, left=left, world=WITH_EFFECT[seed % len(WITH_EFFECT)]).series)
        if effect.alone is not None and effect.verdict is verdict:
            yield effect.alone
        seed += 1


def try_one(drawn: Drawn, known: Mapping[str, TapPrior] | None = None) -> Tried:
    """Return what both methods say of a series, and what ours says where earlier actions are known."""
    known = known or {}
    effect, *others = measure_taps(drawn.series, priors=(OWN, *known.values()))
    spared = drawn.would_after - effect.contacts_after
    held = None if effect.avoided is None else effect.avoided.low <= spared <= effect.avoided.high
    answers = {name: Answer(other.left, other.verdict) for name, other in zip(known, others, strict=True)}
    return Tried(drawn.world, drawn.left, Answer(effect.left, effect.verdict, held), _naive(drawn), answers)


def summary(tried: Sequence[Tried]) -> dict[str, Any]:
    """Return the figures that are promised, ours and the baseline's, and ours by world and by size."""
    none = [one for one in tried if one.left == 1.0]
    spared = [one.ours.spared for one in tried if one.ours.spared is not None]
    return {
        "series": len(tried),
        "refused": sum(one.ours.left is None for one in tried),
        "held": _held(tried, "ours"),
        "held_naive": _held(tried, "naive"),
        "held_avoided": float(np.mean(spared)),
        "cannot_tell": _unsure([one.ours for one in tried]),
        "known": {name: _known([replace(one, ours=one.known[name]) for one in tried]) for name in tried[0].known},
        "false_closed": _closed(none, "ours"),
        "false_closed_naive": _closed(none, "naive"),
        "held_by_world": {world: _held([one for one in tried if one.world == world], "ours") for world in sorted({t.world for t in tried})},
        "verdicts_by_left": {
            f"{left:g}": dict(sorted(Counter(one.ours.verdict.value for one in tried if one.left == left).items()))
            for left in (*EFFECTS, 1.0)
        },
        "false_closed_by_world": {
            world: [_closed([one for one in none if one.world == world], method) for method in ("ours", "naive")] for world in NULLS
        },
    }


def _known(tried: Sequence[Tried]) -> dict[str, float]:
    """Return what is promised wherever earlier actions are known."""
    none = [one for one in tried if one.left == 1.0]
    return {
        "held": _held(tried, "ours"),
        "held_without_effect": _held(none, "ours"),
        "false_closed": _closed(none, "ours"),
        "cannot_tell": _unsure([one.ours for one in tried]),
    }


def kept(found: dict[str, Any]) -> bool:
    """Tell whether every promise was kept."""
    held = [found["held"], *(one[which] for one in found["known"].values() for which in ("held", "held_without_effect"))]
    wrong = [found["false_closed"], *(one["false_closed"] for one in found["known"].values())]
    return bool(min(held) >= LEAST_HELD and max(wrong) <= MOST_FALSE and found["claims_below_minimum"] == 0)


def readable(found: dict[str, Any]) -> str:
    held, naive, wrong, wrong_naive = (found[name] for name in ("held", "held_naive", "false_closed", "false_closed_naive"))
    lines = [
        f"{found['series']} series, {found['refused']} refused",
        f"interval holds the truth: {held:.1%} (promised {LEAST_HELD:.0%}); before/after: {naive:.1%}, {held / max(naive, 1e-9):.1f} times",
        f"closed without an effect: {wrong:.1%} (promised {MOST_FALSE:.0%}); before/after: {wrong_naive:.1%}",
        f"interval of contacts avoided holds the truth: {found['held_avoided']:.1%}",
        f"cannot tell: {found['cannot_tell']:.1%}",
        f"claims below the minimum: {found['claims_below_minimum']}",
    ]
    lines += [
        f"{name} before it: holds the truth {one['held']:.1%}, without an effect {one['held_without_effect']:.1%}; "
        f"closed without an effect {one['false_closed']:.1%}; cannot tell {one['cannot_tell']:.1%}"
        for name, one in found["known"].items()
    ]
    return "\n".join(lines + [f"{name}: {found[name]}" for name in ("held_by_world", "false_closed_by_world", "verdicts_by_left")])


def scant(seed: int) -> tuple[TapSeries, str]:
    """Return a series about which nothing may be said although its action closed the tap, and why not."""
    series = draw(seed, left=0.03, world="quiet").series
    lacks = SCANT[seed % len(SCANT)]
    days = len(series.own)
    done = (series.done_on - series.first_day).days
    if lacks == "few_weeks_before":
        return _cut(series, done - 60, days), lacks
    if lacks == "few_weeks_after":
        return _cut(series, 0, done + 30), lacks
    if lacks == "nothing_beside":
        return replace(series, others={"kind 0": [0] * days}), lacks
    if lacks == "few_expected":  # a contact every four days, and four weeks after
        own = [1 if day % 4 == 0 else 0 for day in range(days)]
        return _cut(replace(series, own=own, others={"kind 0": [10] * days}), 0, done + 33), lacks
    return replace(series, own=[1 if day % 40 == 0 else 0 for day in range(days)]), lacks


def _cut(series: TapSeries, first: int, end: int) -> TapSeries:
    others = {kind: counts[first:end] for kind, counts in series.others.items()}
    return replace(series, first_day=series.first_day + timedelta(days=first), own=series.own[first:end], others=others)


def _claims(seed: int) -> bool:
    """Tell whether anything is claimed, or another reason given, where too little is known."""
    series, lacks = scant(seed)
    effect = measure_tap(series)
    return effect.left is not None or effect.verdict is not TapVerdict.CANNOT_TELL or effect.reason.value != lacks


def _try(known: Mapping[str, TapPrior], job: tuple[int, float, str]) -> Tried:
    seed, left, world = job
    return try_one(draw(seed, left=left, world=world), known)


def _naive(drawn: Drawn) -> Answer:
    """Return what a spreadsheet says: all whole weeks after against the eight before, and chance alone for an interval."""
    rule, series = TapRule(), drawn.series
    done = (series.done_on - series.first_day).days
    before, after = series.own[done - 56 : done], series.own[done + 1 :]
    best = (sum(after) + 0.5) / max(1, len(after)) / ((sum(before) + 0.5) / 56)
    far = 1.96 * float(np.sqrt(1 / (sum(after) + 0.5) + 1 / (sum(before) + 0.5)))
    left = Span(best=best, low=best * float(np.exp(-far)), high=best * float(np.exp(far)))
    if left.best <= rule.closed_at and left.high < rule.surely_below:
        return Answer(left, TapVerdict.CLOSED)
    return Answer(left, TapVerdict.NOT_CLOSED if left.low > rule.closed_at else TapVerdict.CANNOT_TELL)


def _held(tried: Sequence[Tried], method: str) -> float:
    spans = [(one.left, getattr(one, method).left) for one in tried if getattr(one, method).left is not None]
    return float(np.mean([span.low <= left <= span.high for left, span in spans])) if spans else float("nan")


def _unsure(answers: Sequence[Answer]) -> float:
    measured = [one for one in answers if one.left is not None]
    return float(np.mean([one.verdict is TapVerdict.CANNOT_TELL for one in measured])) if measured else 0.0


def _closed(tried: Sequence[Tried], method: str) -> float:
    measured = [getattr(one, method) for one in tried if getattr(one, method).left is not None]
    return float(np.mean([one.verdict is TapVerdict.CLOSED for one in measured])) if measured else 0.0


if __name__ == "__main__":
    sys.exit(main())
