"""A trend as a row of block characters, for terminals, Markdown and chat."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
MOST_BLOCKS = 32


def sparkline(counts: Sequence[int], most: int = MOST_BLOCKS) -> str:
    """Return one block per count, oldest first: the lowest block only for 0, the highest for the peak; "" for no counts.

    More than `most` counts are added up in equal groups, the oldest group being the one that may be short.
    """
    grouped = grouped_counts(counts, most)
    top = max(grouped, default=0)
    steps = len(BLOCKS) - 1
    return "".join(BLOCKS[0 if count <= 0 else 1 + (count * (steps - 1)) // top] for count in grouped)


def grouped_counts(counts: Sequence[int], most: int) -> list[int]:
    """Return at most `most` counts by adding up neighbours in equal groups from the newest back."""
    size = max(1, -(-len(counts) // most))
    first = len(counts) % size
    starts = [0] * bool(first) + list(range(first, len(counts), size))
    return [sum(counts[at : first if at < first else at + size]) for at in starts]
