"""Small trend pictures: true to the counts, and harmless as markup."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from listener.digest.sparkline import BLOCKS, grouped_counts, sparkline
from listener.digest.trend_svg import trend_svg


def test_only_nothing_gets_the_lowest_block_and_only_the_peak_the_highest() -> None:
    assert sparkline([0, 1, 500, 1000]) == "▁▂▅█"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""
    assert sparkline([7]) == "█"


def test_many_counts_are_added_up_not_left_out() -> None:
    assert grouped_counts(list(range(1, 8)), 3) == [1, 2 + 3 + 4, 5 + 6 + 7]
    assert len(sparkline([1] * 336)) <= 32


@given(st.lists(st.integers(min_value=0, max_value=10**9), max_size=400))
def test_the_picture_has_one_mark_per_group_and_loses_no_mention(counts: list[int]) -> None:
    assert sum(grouped_counts(counts, 32)) == sum(counts)
    drawn = sparkline(counts)
    assert len(drawn) == len(grouped_counts(counts, 32))
    assert all((mark == BLOCKS[0]) == (count == 0) for mark, count in zip(drawn, grouped_counts(counts, 32), strict=True))


def test_the_svg_is_bars_only_and_says_itself_in_words() -> None:
    """The staff pages allow neither scripts nor style attributes."""
    drawn = trend_svg([0, 1, 4], 'Verloop "3 dagen" <hoog>')
    root = ET.fromstring(drawn.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))
    bars = [bar for bar in root if bar.tag.endswith("rect")]
    assert len(bars) == 3
    assert [float(bar.attrib["height"]) for bar in bars] == [0.0, 9.0, 36.0]
    assert root.attrib["aria-label"] == 'Verloop "3 dagen" <hoog>'
    assert not re.search(r"style=|<script|on\w+=", drawn)
    assert 'aria-hidden="true"' in trend_svg([1])
    assert trend_svg([]).endswith("></svg>")
