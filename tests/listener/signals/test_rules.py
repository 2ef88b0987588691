"""One signal per issue and cause: a person who was told is not told again until there is more to tell."""

from __future__ import annotations

from datetime import timedelta

import pytest

from listener.model.issue import Signal
from listener.signals.rules import BURST, COPIES, SLOW_GROWTH, SignalRules
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
