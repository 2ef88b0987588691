"""HTML becomes what a reader sees, in time that grows with its length only."""

from __future__ import annotations

import time

import pytest

from listener.sources.markup import plain_line, plain_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain", "plain"),
        ("", ""),
        ("a &amp; b &lt;b&gt; &euro;5 &#8364;", "a & b <b> €5 €"),
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
        ("line\nends\r\nare blanks", "line ends are blanks"),
        ("<b>bold</b>er", "bolder"),  # inline tags part no words
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("x<script>alert(1)</script>y<style>p{}</style>z", "xyz"),
        ("<SCRIPT>alert(1)</sCrIpT >y", "y"),
        ("<script>never closed", ""),
        ("<img src=x onerror=alert(1)>seen", "seen"),
        ("<a title='a > b' href=x>link</a>", "link"),  # ">" inside a quoted attribute
        ("<a title='never closed>link</a> more", "link more"),
        ("<!-- a comment --><!DOCTYPE html><?pi?>x<!-- never closed", "x"),
        ("5 < 6 and 7 > 6, I <3 you", "5 < 6 and 7 > 6, I <3 you"),
        ("a <unclosed", "a <unclosed"),
        ("<div><table><tr><td>cell</td><td>cell</td></tr></table></div>", "cell\n\ncell"),
        ("&nbsp;a&nbsp;&nbsp;b\tc ", "a b c"),
        ("<svg><script>1</script></svg>x", "x"),
        ("a<br/><br/><br/><br/>b", "a\n\nb"),
        ("<p>👩‍👩‍👧 crème brûlée “quotes”</p>", "👩‍👩‍👧 crème brûlée “quotes”"),
    ],
)
def test_markup_reads_as_text(markup: str, text: str) -> None:
    assert plain_text(markup) == text


def test_a_title_is_one_line() -> None:
    assert plain_line("<b>a</b><br>\n b") == "a b"


@pytest.mark.parametrize(
    "piece", ["<div>", "<", "<b", "<b'>", "<!--", "<script>", "<svg></svg>", "&amp;", "&", "<a x='", "]]>", '<p title=">', "\x00<"]
)
def test_a_megabyte_of_anything_takes_seconds_at_most(piece: str) -> None:
    """ReDoS bait (RULES I17, F24). Our own time is counted, not a busy machine's; quadratic work would take minutes."""
    started = time.process_time()
    plain_text(piece * (1_000_000 // len(piece)))
    assert time.process_time() - started < 5
