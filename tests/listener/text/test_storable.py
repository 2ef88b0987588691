"""Whatever a platform sends, every store can hold it, and nobody is told that text was whole when it was not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from listener.text.storable import sane_time, storable

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "kept", "flags"),
    [
        ("gewoon", "gewoon", set()),
        ("half \ud83d teken", "half \ufffd teken", {"surrogate"}),  # half an emoji, as cut by a careless platform
        ("a\x00b\x07c", "abc", {"control"}),  # NUL ends strings in C, BEL rings terminals
        ("tab\tregel\n", "tab\tregel\n", set()),  # these two are writing
        ("regel\r\nregel\rregel", "regel\nregel\nregel", set()),  # line ends of other systems are no damage
        ("e\u0301", "e\u0301", set()),  # combining marks stay as written
        ("\u202etxt.exe", "\u202etxt.exe", set()),  # shown visibly later, stored as it came
    ],
)
def test_text_is_repaired_and_says_so(raw: str, kept: str, flags: set[str]) -> None:
    assert storable(raw) == (kept, frozenset(flags))


def test_repaired_text_survives_utf8_for_every_code_point() -> None:
    everything = "".join(chr(code) for code in range(0x11000)) + "\U0001f600"
    text, flags = storable(everything)
    assert text.encode("utf-8").decode("utf-8") == text
    assert "\x00" not in text
    assert flags == {"surrogate", "control"}


def test_a_post_from_the_future_is_taken_as_posted_now() -> None:
    """One wrong clock must not push a post to the top of every list for years."""
    assert sane_time(NOW + timedelta(days=3650), NOW) == (NOW, frozenset({"future_time"}))


def test_a_clock_a_few_minutes_ahead_is_believed() -> None:
    assert sane_time(NOW + timedelta(minutes=4), NOW) == (NOW + timedelta(minutes=4), frozenset())


def test_times_come_out_in_utc_and_need_a_zone() -> None:
    amsterdam = timezone(timedelta(hours=1))
    posted, flags = sane_time(datetime(2026, 3, 2, 12, tzinfo=amsterdam), NOW)
    assert (posted, posted.tzinfo, flags) == (datetime(2026, 3, 2, 11, tzinfo=UTC), UTC, frozenset())
    with pytest.raises(ValueError, match="time zone"):
        sane_time(datetime(2026, 3, 2, 12), NOW)  # noqa: DTZ001 - a naive time is what this test is about
