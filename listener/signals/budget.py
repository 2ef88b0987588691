"""How sure a signal has to be, when thousands of looks a week could each be wrong."""

from __future__ import annotations

from dataclasses import dataclass

EARNED = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The false alarms people accept in a week, spread evenly over a week's looks; each thing found earns a tenth of another.

    This is LORD++ (Ramdas, Yang, Wainwright and Jordan, "Online control of the false discovery rate with decaying memory", 2017) with
    its spending sequence flat over one week's looks, and the wealth to begin with renewed each week instead of once for ever: a listener
    that ran for a year would otherwise have nothing left to spend. What a week spends adds up to
    `share * (false_alarms_per_week + EARNED * found)`, which bounds the false alarms to be expected, whatever the looks have in common;
    and of many findings about a tenth, beside the ones accepted anyway, may be false. Looks overlap, so that in practice fewer are.
    `share` is the part of all this that one kind of looks has.
    """

    false_alarms_per_week: float
    most: float
    share: float = 1.0

    def level(self, looks_per_week: float, *, found: int) -> float:
        """Return the chance of a false alarm that one look may take, at most `most`.

        looks_per_week: how many looks share the budget; below one it counts as one. found: things found in the last week.
        """
        return min(self.most, self.share * (self.false_alarms_per_week + EARNED * found) / max(looks_per_week, 1.0))
