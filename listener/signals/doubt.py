"""When a platform's word that posts are gone is more likely trouble of its own: arithmetic on one answer."""

from __future__ import annotations

from collections.abc import Sequence

LEAST_DOUBTED = 5
"""Fewer posts than this prove nothing about a platform, whatever is said of them."""


def is_doubtful(stands: Sequence[bool], *, answered: int) -> bool:
    """Tell whether an answer about posts needs a second question before it is believed.

    stands: of each post that the platform said something definite of, whether it is still there. answered: how many were asked for and
    answered, with what is unsure. People delete posts one by one, 5 of 100 in a bad month; an outage, a hidden account or a lost
    permission takes most of them at once. So: at least five, and more than half gone, or nothing definite said of any.
    """
    gone = len(stands) - sum(stands)
    if not stands:
        return answered >= LEAST_DOUBTED
    return gone >= LEAST_DOUBTED and 2 * gone > len(stands)
