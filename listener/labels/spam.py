"""Whether a text is advertising or swindle: what it sells, how it pushes, where it wants to go on, and how it looks."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from listener.labels.labeller import ReadText
from listener.labels.lexicon import Lexicons
from listener.model.analysis import Label
from listener.text.grams import words

MODEL = "spam-rules-1"
WORTH_KEEPING = 0.3
_BASE = -2.2
"""Log-odds of spam where nothing speaks for it."""
_LOOKS_ALONE = 0.6
"""What looks weigh where nothing said speaks for spam: people in a rage shout and link, too."""
_LISTS = {"spam_offer": (1.7, 3), "spam_money": (1.0, 3), "spam_push": (1.1, 3), "spam_contact": (1.4, 2)}
"""Weight of one term and how many count, by list; weights were set by hand and hold for nl and en."""
_COMPLAINS = ("negative", "cause_service_failed", "cause_promise_not_kept", "searched")
_COMPLAINT, _MOST_COMPLAINTS = -0.9, 2
_LINK = re.compile(
    r"https?://|www\.|(?<![@\w.-])[\w-]{2,40}\.(?:com|net|org|nl|be|xyz|top|info|biz|shop|online|site|club)\b(?!\.)", re.IGNORECASE
)
_SHORT_LINK = re.compile(r"\b(?:bit\.ly|tinyurl\.com|t\.me|wa\.me|cutt\.ly|is\.gd|goo\.gl|rb\.gy|linktr\.ee|shorturl\.at)\b", re.IGNORECASE)
_MONEY = re.compile(r"[€$£]\s?\d|\d\s?(?:[€$£]|euro|eur|usd|pounds?|dollars?|btc)\b", re.IGNORECASE)
_MONEY_SIGNS = re.compile(
    "[\U0001f4b0\U0001f4b5\U0001f4b8\U0001f4b6\U0001f680\U0001f4c8\U0001f525\U0001f381\U0001f911\U0001f48b\U0001f51e]"
)
_REPEATS = re.compile(r"!{3,}|\${2,}|([^\W\d_])\1{4,}|(?:\b(\w+)\b[ ,!]+)(?:\2\b[ ,!]+){2,}")
_TAGS, _HANDLES = re.compile(r"(?<!\w)#\w"), re.compile(r"(?<!\w)@\w")
_SHOUTED = re.compile(r"\b[A-Z]{3,}\b")
_TO_SHORT_CODE = re.compile(
    r"\b(?:to|naar|txt|text|sms|call|bel)\s+(?:\w+\s+to\s+)?\d{4,6}\b|\b(?:0[89]\d{8,9}|0900[ -]?\d{4,7})\b", re.IGNORECASE
)
_MOST_CHARACTERS = 5_000


class SpamRule:
    """Says "spam: yes" with how sure the rules are. Holds word lists only; a language without lists is read with all."""

    def __init__(self, lexicons: Mapping[str, Lexicons]) -> None:
        self._lexicons = dict(sorted(lexicons.items()))

    def __call__(self, text: ReadText) -> tuple[Label, ...]:
        sure = self.probability(text.text, text.language)
        return (Label(name="spam", value="yes", probability=sure, model=MODEL),) if sure >= WORTH_KEEPING else ()

    def probability(self, written: str, language: str) -> float:
        """Return how sure the rules are that a text, as it was written with its links, is spam: 0 to 1, by judgement, not calibrated."""
        written = written[:_MOST_CHARACTERS]
        text = words(written)
        readers = [self._lexicons[language]] if language in self._lexicons else list(self._lexicons.values())
        said = max((_said(lists, text) for lists in readers), default=0.0)
        logit = _BASE + said + _looks(written, len(text)) * (1.0 if said > 0 else _LOOKS_ALONE)
        return round(1 / (1 + math.exp(-logit)), 3)


def _said(lists: Lexicons, text: Sequence[str]) -> float:
    """Return the log-odds that the words add; those of a complaint take from it."""
    hits = lists.hits(text)
    score = sum(weight * min(len(hits.get(name, ())), most) for name, (weight, most) in _LISTS.items())
    complaints = sum(len(hits.get(name, ())) for name in _COMPLAINS)
    return score + _COMPLAINT * min(complaints, _MOST_COMPLAINTS)


def _looks(written: str, length: int) -> float:
    """Return the log-odds that links, money, shouting and the like add to a text of `length` words; set by hand, as the lists' weights."""
    links = len(_LINK.findall(written))
    shouted = len(_SHOUTED.findall(written))
    return (
        0.7 * min(links, 2)
        + 1.3 * bool(_SHORT_LINK.search(written))
        + 0.8 * bool(_MONEY.search(written))
        + 0.6 * min(len(_MONEY_SIGNS.findall(written)), 3)
        + 0.5 * bool(_REPEATS.search(written))
        + 1.6 * bool(_TO_SHORT_CODE.search(written))
        + 0.8 * (len(_TAGS.findall(written)) >= 5)
        + 0.8 * (len(_HANDLES.findall(written)) >= 4)
        + 0.7 * (shouted >= 3 and length > 0 and shouted / length < 0.6)
    )
