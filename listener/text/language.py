"""Which language a mention is in: function words and letter patterns, honest about short text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

OTHER = "other"
LANGUAGES = ("nl", "en", "de", "fr")
ENOUGH_EVIDENCE = 1.0
CLEAR_SHARE = 0.55
WORDS_READ = 300

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_FOREIGN_SCRIPT = re.compile("[\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0900-\u097f\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

# Letter patterns that are common in one of the four and rare in the others; they decide where function words are missing.
_PATTERNS: Mapping[str, re.Pattern[str]] = {
    "nl": re.compile(r"ij|aa|oe|uu|ui|eeu|ieu|oor|sch(?!l|n|w|m)|cht|tje|heid|gge|kk[ei]|^ge[a-z]{4,}[dt]$|zoek|lijk|vraag"),
    "en": re.compile(r"th|ough|ing$|^wh|ee[dp]|ck|ay$|ea|ould|ious|ly$|ed$|tion$|sh|y$"),
    "de": re.compile(r"[äöüß]|sch|ung$|eit$|ich|zt|pf|tz|nnen$|^ge[a-z]{4,}t$"),
    "fr": re.compile(r"[éèêàçùîôœ]|eau|^qu|[aeiou]x$|eux|tion$|oir|ée?s?$|^d['’]|^l['’]|^j['’]|aient$|ement$"),
}
PATTERN_WEIGHT = 0.3


class Languages:
    """Guesses nl, en, de, fr or other. Made from stop-word lists with `from_lists`."""

    def __init__(self, weights: Mapping[str, Mapping[str, float]]) -> None:
        self._weights = weights

    @classmethod
    def from_lists(cls, **lists: Iterable[str]) -> Languages:
        """Return a guesser from words per language code; a word in several lists counts for less in each."""
        found = {language: {word.casefold() for word in words} for language, words in lists.items()}
        shared: dict[str, int] = {}
        for listed in found.values():
            for word in listed:
                shared[word] = shared.get(word, 0) + 1
        return cls({language: {word: 1.0 / shared[word] ** 2 for word in sorted(listed)} for language, listed in found.items()})

    def of(self, text: str, *, hint: str = "") -> tuple[str, float]:
        """Return the language code and a confidence between 0 and 1.

        With little evidence (short text, names, emoji) the answer is `hint` when given, else "other", with a low confidence. Text
        mostly in another script is "other".
        """
        fallback = hint or OTHER
        letters = sum(char.isalpha() for char in text[:2000])
        if letters and len(_FOREIGN_SCRIPT.findall(text[:2000])) > letters / 2:
            return OTHER, 0.9
        found = [word.casefold().replace("’", "'") for word in _WORD.findall(text)[:WORDS_READ]]
        if not found:
            return fallback, 0.0
        scores = {language: self._score(found, language) for language in self._weights}
        total = sum(scores.values())
        best = max(scores, key=lambda language: (scores[language], -LANGUAGES.index(language) if language in LANGUAGES else -99))
        if total < ENOUGH_EVIDENCE or not scores[best]:
            return fallback, min(0.3, total / 4)
        share = scores[best] / total
        if share < CLEAR_SHARE and hint in scores and scores[hint] > 0.6 * scores[best]:
            return hint, round(scores[hint] / total, 3)
        # Many words without a sign of any known language mean an unknown one.
        if len(found) >= 6 and total < 0.15 * len(found):
            return fallback, 0.2
        return best, round(share * min(1.0, total / 3), 3)

    def _score(self, found: list[str], language: str) -> float:
        weights, pattern = self._weights[language], _PATTERNS.get(language)
        score = sum(weights.get(word, 0.0) for word in found)
        if pattern is not None:
            score += PATTERN_WEIGHT * sum(1 for word in found if pattern.search(word))
        return score
