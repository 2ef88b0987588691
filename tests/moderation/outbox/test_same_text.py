"""When our text and the platform's copy of it are one."""

from __future__ import annotations

import pytest

from moderation.outbox.same_text import normalised, text_key

OURS = 'Dag Anna, het duurt tot 15:00 – kijk op https://stroom.example/storing voor "de stand".'


@pytest.mark.parametrize(
    "theirs",
    [
        OURS,
        OURS.replace("https://stroom.example/storing", "https://t.co/Ab12"),  # a shortened link
        OURS.replace('"', "&quot;"),  # escaped
        OURS.replace('"de stand"', "“de stand”"),  # curled quotes
        OURS.replace("–", "-"),
        OURS.replace(" ", "  ").replace("kijk", "\nkijk"),  # folded white space
        OURS + "\n",
        OURS.replace("Anna", "**Anna**"),  # rendered Markdown
        OURS.replace("Dag", "Da\u200bg"),  # an invisible character
    ],
)
def test_what_platforms_do_to_a_text_does_not_hide_it(theirs: str) -> None:
    """If reconciling missed our own post, it would be sent again."""
    assert normalised(theirs) == normalised(OURS)
    assert text_key(theirs) == text_key(OURS)


@pytest.mark.parametrize("other", [OURS.replace("15:00", "16:00"), OURS.replace("Anna", "Bram"), OURS.replace("Dag", "Hoi"), ""])
def test_another_text_stays_another_text(other: str) -> None:
    """Taking somebody else's answer for ours would leave a customer without one."""
    assert normalised(other) != normalised(OURS)
