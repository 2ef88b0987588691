"""One signal per issue and cause: a person who was told is not told again until there is more to tell."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.model.issue import Signal
from listener.signals.rules import BURST, CAME_BACK, COPIES, SLOW_GROWTH, TURNED, SignalRules
from tests.fakes.posts import START, settings

RULES = SignalRules(settings())


def signal(hours: float, *, kind: str = BURST, seen: int = 10, window_hours: float = 12, mentions: tuple[int, ...] = (1, 2)) -> Signal:
    return Signal(
        kind=kind,
        issue_id=1,
        at=START + timedelta(hours=hours),
        seen=seen,
        usual=0.0,
        p_value=1e-9,
        window_hours=window_hours,
        mention_ids=mentions,
    )


@pytest.mark.parametrize(
    ("later", "told"),
    [
        (signal(12, seen=100), False),  # within the cooldown, however large
        (signal(30, seen=15), False),  # after it, but hardly faster
        (signal(30, seen=25), True),  # more than twice as fast
        (signal(30, seen=25, window_hours=24), False),  # as many in twice the time are not faster
        (signal(24 * 8), True),  # a week later it is news again
        (signal(100, kind=SLOW_GROWTH, seen=90, window_hours=72), False),  # the same thing, seen more slowly
        (signal(200, kind=SLOW_GROWTH, seen=90, window_hours=72), True),
    ],
)
def test_after_a_burst(later: Signal, told: bool) -> None:
    assert RULES.may_raise(later, [signal(0)]) is told


def test_the_first_signal_is_always_told() -> None:
    assert RULES.may_raise(signal(0), [])


def test_copies_are_told_once_per_text_and_do_not_silence_a_burst() -> None:
    told = signal(0, kind=COPIES, mentions=(1, 2, 3))
    assert not RULES.may_raise_copies(signal(5, kind=COPIES, mentions=(3, 4)), [told])
    assert RULES.may_raise_copies(signal(5, kind=COPIES, mentions=(8, 9)), [told])
    assert RULES.may_raise_copies(signal(24 * 9, kind=COPIES, mentions=(3, 4)), [told])
    assert RULES.may_raise(signal(5), [told])


def test_growth_after_resolving_is_a_return_once() -> None:
    resolved_at = START + timedelta(hours=20)
    told = signal(60, kind=CAME_BACK)
    kinds = [
        RULES.kind_after_resolving(BURST, START + timedelta(hours=hours), resolved_at, earlier)
        for hours, earlier in ((10, []), (25, []), (60, [signal(0)]), (90, [signal(0), told]))
    ]
    assert kinds == [BURST, BURST, CAME_BACK, BURST]  # before it; while talk trails off; the return; after the return was told
    assert RULES.kind_after_resolving(COPIES, START + timedelta(hours=60), resolved_at, []) == COPIES


@pytest.mark.parametrize(
    ("earlier", "told"),
    [
        ([], True),
        ([signal(-10)], False),  # in an outbreak everybody is angry
        ([signal(-30)], True),
        ([signal(-30, kind=TURNED)], False),  # told once
        ([signal(-200, kind=TURNED)], True),
    ],
)
def test_a_turn_in_sentiment_is_told_once_and_not_during_an_outbreak(earlier: list[Signal], told: bool) -> None:
    assert RULES.may_raise(signal(0, kind=TURNED), earlier) is told


def test_a_turn_in_sentiment_does_not_silence_growth() -> None:
    assert RULES.may_raise(signal(5), [signal(0, kind=TURNED)])
