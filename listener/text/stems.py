"""A word cut to the part that its forms share, in Dutch and English: "cancelled" and "cancellation", "betaal" and "betalingen"."""

from __future__ import annotations

import re
from functools import lru_cache

from listener.text.folding import folded

FEWEST_LEFT = 4
FEWEST_LEFT_SHORT = 3
ROUNDS = 2
ENDINGS = ("ations", "ation", "ingen", "ments", "ment", "heden", "heid", "ings", "tjes", "ing", "tje", "ies", "en", "es", "ed", "ly", "y")
SHORT_ENDINGS = ("'s", "e", "s")
_LONG_VOWEL = re.compile(r"(?<=[^aeiou])([aeou])\1(?=[^aeiou]$)")
_DOUBLED = re.compile(r"([^aeious])\1$")


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the stem of one word in any case: for comparing only, not to be read.

    Endings of both languages are taken off twice at most while four letters stay (three before a lone e or s), then a doubled last
    consonant and a long vowel before one last consonant are written once. Irregular forms stay apart.
    """
    form = folded(word)
    for _ in range(ROUNDS):
        ending = next((one for one in ENDINGS if form.endswith(one) and len(form) - len(one) >= FEWEST_LEFT), None) or next(
            (one for one in SHORT_ENDINGS if form.endswith(one) and len(form) - len(one) >= FEWEST_LEFT_SHORT and form[-2:] != "ss"), None
        )
        if ending is None:
            break
        form = form[: -len(ending)]
    return _LONG_VOWEL.sub(r"\1", _DOUBLED.sub(r"\1", form))
