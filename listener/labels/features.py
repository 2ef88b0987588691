"""What a head sees of a text beside its vector: hashed words and letters, and counts from word lists."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from listener.labels.lexicon import Lexicons
from listener.text.clean import CleanText
from listener.text.folding import folded
from listener.text.grams import words

BUCKETS = 1 << 17
SHORTEST, LONGEST = 3, 5
MOST_TOKENS = 400
MOST_LETTERS = 30
LISTS = (
    "positive",
    "negative",
    "cause_promise_not_kept",
    "cause_unclear_information",
    "cause_service_failed",
    "cause_product_question",
    "compliment",
    "idea",
    "question",
    "spam",
    "urgency",
    "searched",
)
"""Word lists whose counts are features, by file name; positive and negative are counted with negations turned."""
COUNTS = (
    *LISTS,
    "begins_asking",
    "negation",
    "asks",
    "asks_last",
    "exclaims",
    "shouts",
    "length",
    "numbers",
    "happy_sign",
    "sad_sign",
)
"""Names of the columns that `counts` returns, in order."""
NEGATION_REACH = 3
COUNTS_VERSION = 1
"""Goes up when the same text would get other features: heads trained for another version are refused."""

_TOKEN = re.compile(
    r"[^\W_]+(?:'[^\W_]+)*|[!?]+|[:;=]'?-?[)(dp/|]|<3|\.\.+|[\U0001F300-\U0001FAFF\u2600-\u27BF\u2764]",
)
_HAPPY = re.compile(r"[:;=]-?[)dp]|<3|[\U0001F600-\U0001F60E\U0001F44D\U0001F44F\U0001F64F\U0001F970\U0001F929\u2764\U0001F389]")
_SAD = re.compile(r"[:;=]'?-?[(/|]|[\U0001F61E-\U0001F62D\U0001F92C\U0001F624\U0001F44E\U0001F92E\U0001F644]")


def tokens(text: str) -> list[str]:
    """Return the folded words of a text with the marks that carry a mood: ! and ? (runs as one), smileys, emoji, dots."""
    return _TOKEN.findall(folded(text))[:MOST_TOKENS]


def buckets(text: str) -> NDArray[np.int32]:
    """Return distinct bucket numbers below `BUCKETS`, sorted: words, pairs of neighbours, and letters of words 3 to 5 at a time.

    CRC-32 spreads them: the same text gives the same numbers in every process and on every machine.
    """
    found = tokens(text)
    numbers: set[int] = set()
    for word in found:
        numbers.update(_of_word(word))
    framed = ["^", *found, "$"]
    numbers.update(zlib.crc32(f"{one} {other}".encode()) % BUCKETS for one, other in pairwise(framed))
    return np.array(sorted(numbers), dtype=np.int32)


@lru_cache(maxsize=1 << 16)
def _of_word(word: str) -> tuple[int, ...]:
    framed = f"<{word[:MOST_LETTERS]}>"
    parts = {framed[at : at + size] for size in range(SHORTEST, LONGEST + 1) for at in range(len(framed) - size + 1)}
    return (zlib.crc32(word.encode()) % BUCKETS, *sorted({zlib.crc32(part.encode(), 3) % BUCKETS for part in parts}))


def counts(clean: CleanText, language: str, lexicons: Mapping[str, Lexicons]) -> NDArray[np.float32]:
    """Return float32 `(len(COUNTS),)`: how much of each list and sign a text holds, as log(1 + count).

    A language without lists is read with all lists there are; the larger count stands.
    """
    text = words(clean.plain)
    readers = [lexicons[language]] if language in lexicons else list(lexicons.values())
    signs = _signs(clean.plain, text)
    found = np.zeros(len(COUNTS), dtype=np.float32)
    for lists in readers:
        found = np.maximum(found, np.array(_listed(lists.hits(text)) + signs, dtype=np.float32))
    return np.log1p(found)


def _listed(hits: Mapping[str, Sequence[int]]) -> list[float]:
    good, bad = turned(hits)
    begins = float(hits.get("question", (-1,))[0] == 0)
    return [good, bad, *(len(hits.get(name, ())) for name in LISTS[2:]), begins, len(hits.get("negation", ()))]


def turned(hits: Mapping[str, Sequence[int]]) -> tuple[int, int]:
    """Count good and bad words. A negation turns a good word up to three words on ("not at all happy"), a bad one right after it."""
    negations = set(hits.get("negation", ()))
    good = bad = 0
    for name, reach in (("positive", NEGATION_REACH), ("negative", 1)):
        for at in hits.get(name, ()):
            if (name == "positive") != any(before in negations for before in range(at - reach, at)):
                good += 1
            else:
                bad += 1
    return good, bad


def _signs(plain: str, text: Sequence[str]) -> list[float]:
    lowered = plain.lower()
    letters = sum(map(str.isalpha, plain))
    shouted = sum(map(str.isupper, plain)) / letters if letters > 10 else 0.0
    return [
        plain.count("?"),
        float(plain.rstrip(" .!\"')").endswith("?")),
        plain.count("!"),
        3.0 * shouted,
        math.log1p(len(text)),
        sum(map(str.isdigit, text)),
        len(_HAPPY.findall(lowered)),
        len(_SAD.findall(lowered)),
    ]
