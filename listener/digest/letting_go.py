"""Take quotes and titles out of digests that were kept: figures stay, words of others go with the messages they are from."""

from __future__ import annotations

import re
from collections.abc import Collection

from listener.digest.inert import MOST_TITLE_CHARACTERS, inert, one_line

NO_WORDS = "…"
GONE = f"> {NO_WORDS}"
"""What stands in the place of a quote."""
BEGINNING = 16
"""Letters by which a quote is known."""
_LETTER = re.compile(r"[^\W_]")


def beginning_of(text: str) -> str:
    """Return the first letters of a text, in one case: a quote of it begins alike, whatever signs were put between."""
    return "".join(_LETTER.findall(text)[:BEGINNING]).casefold()


def beginnings_in(body: str) -> frozenset[str]:
    """Return how each quote of a digest begins."""
    return frozenset(beginning_of(line) for line in body.splitlines() if _quotes(line))


def without_quotes(body: str, beginnings: Collection[str] | None = None) -> str:
    """Return a digest without the quotes that begin so; None: without any quote."""
    kept = [GONE if _quotes(line) and (beginnings is None or beginning_of(line) in beginnings) else line for line in body.split("\n")]
    return "\n".join(kept)


def without_title(body: str, title: str) -> str:
    """Return a digest in which a title that was somebody's words does not stand any more."""
    return body.replace(inert(one_line(title, MOST_TITLE_CHARACTERS)), NO_WORDS).replace(title, NO_WORDS)


def _quotes(line: str) -> bool:
    return line.startswith("> ") and line != GONE
