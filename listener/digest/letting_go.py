"""Take quotes and titles out of digests that were kept: figures stay, words of others go with the messages they are from."""

from __future__ import annotations

import re
from collections.abc import Collection

from listener.digest.inert import MOST_QUOTE_CHARACTERS, MOST_TITLE_CHARACTERS, inert, one_line, safe_url
from listener.text.personal_data import MASKS, find_personal_data, masked

NO_WORDS = "…"
GONE = f"> {NO_WORDS}"
"""What stands in the place of a quote."""
BEGINNING = 16
"""Letters by which a quote is known."""
LEAST = 4
"""Letters of a text that is shorter than that, at least: behind it stands whose words they are."""
_LETTER = re.compile(r"[^\W_]")
_READ = 2_000


def beginning_of(text: str) -> str:
    """Return the first letters of a text, in one case: a quote of it begins alike, whatever signs were put between."""
    return "".join(_LETTER.findall(text)[:BEGINNING]).casefold()


def beginnings_of(title: str, text: str) -> frozenset[str]:
    """Return how a quote of a message may begin: with its words, or with what stands for a number or a name among them."""
    said = "\n".join(part for part in (title, text) if part)[:_READ]
    shown = [said, *(masked(said, find_personal_data(said, language), language=language) for language in MASKS)]
    return frozenset(beginning_of(one_line(one, MOST_QUOTE_CHARACTERS)) for one in shown) - {""}


def without_words_of(body: str, *, beginnings: Collection[str], urls: Collection[str]) -> str:
    """Return a digest without the quotes of these messages: those that begin as they do, or lead to where they stood."""
    short = tuple(one for one in beginnings if LEAST <= len(one) < BEGINNING)
    links = tuple(f"](<{link}>)" for link in map(safe_url, urls) if link)

    def theirs(line: str) -> bool:
        begins = beginning_of(line)
        return begins in beginnings or (bool(short) and begins.startswith(short)) or line.endswith(links)

    return "\n".join(GONE if _quotes(line) and theirs(line) else line for line in body.split("\n"))


def without_heading(body: str, title: str) -> str:
    """Return a digest in which no heading and no line is called so; where the same words stand elsewhere they are somebody else's."""
    shown = inert(one_line(title, MOST_TITLE_CHARACTERS))
    heading, line = re.compile(rf"^(#+ ){re.escape(shown)}$", re.MULTILINE), re.compile(rf"^(- ){re.escape(shown)}(?=: )", re.MULTILINE)
    return line.sub(rf"\g<1>{NO_WORDS}", heading.sub(rf"\g<1>{NO_WORDS}", body))


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
