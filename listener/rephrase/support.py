"""May a title that a language model wrote be shown? Only when every word of it that says something stands in what people wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from listener.text.folding import folded
from listener.text.shorten import visible
from listener.text.stems import stem
from listener.text.words import words_in

MOST_CHARACTERS = 60
FEWEST_CONTENT_WORDS = 1
NEGATIONS = words_in(
    "niet geen nooit niemand nergens niets niks zonder noch not no never nobody nothing none without nor cannot can't don't doesn't "
    "didn't won't isn't aren't wasn't weren't couldn't wouldn't shouldn't haven't hasn't hadn't"
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_MARKUP = re.compile(r"[<>{}\[\]`*_|\\#@＠＃\n\r\t]|://|www\.|\b[\w-]{2,}\.[a-z]{2,10}(?:/|\b)|&\w+;", re.IGNORECASE)


def unsupported(title: str, sources: Sequence[str], stop_words: frozenset[str]) -> str:
    """Return why a title must not be used, or "" when it may. `sources` are the extracted phrases and the quotes it may rest on.

    Words compare folded and stemmed, so "afgeschreven" supports "Afgeschreven" and "charge" supports "charges"; numbers and negations must
    stand there as they are. Stop words (folded) need no support. The reason names no word of the title: it goes into a log.
    """
    title = title.strip()
    if not title or visible(title) != title:
        return "empty, or with hidden characters"
    if len(title) > MOST_CHARACTERS:
        return f"longer than {MOST_CHARACTERS} characters"
    if _MARKUP.search(title):
        return "a link, handle or markup"
    words = _words([title])
    known = _words(sources)
    stems = {stem(word) for word in known}
    if any(any(char.isdigit() for char in word) and word not in known for word in words):
        return "a number that nobody wrote"
    if words & NEGATIONS and not known & NEGATIONS:
        return "a negation that nobody wrote"
    telling = [word for word in words if word not in stop_words and word not in NEGATIONS]
    if len(telling) < FEWEST_CONTENT_WORDS:
        return "no word that says something"
    if any(stem(word) not in stems for word in telling):
        return "a word that nobody wrote"
    return ""


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(folded(word).replace("’", "'") for text in texts for word in _WORD.findall(text))
