"""What the coach sees in a draft: kinds of questions, listening, summarising, asking on; and one question to ask next. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from listener.text.folding import folded
from listener.text.stems import stem
from moderation.coach.words import USUAL, CoachWords, any_in
from moderation.model.advice import CoachAdvice, Promised, QuestionKind
from moderation.tone.phrases import matched
from moderation.tone.spoken import Spoken, spoken

ORDER = (QuestionKind.IMPLICATION, QuestionKind.PAY_OFF, QuestionKind.PROBLEM, QuestionKind.SITUATION)
"""What to offer first: implication and pay-off are the kinds that people skip."""
KINDS_FIRST = (QuestionKind.PAY_OFF, QuestionKind.IMPLICATION, QuestionKind.PROBLEM)
COMPLIMENT = "compliment"
COMPLAINTS = frozenset({"unclear_information", "promise_not_kept", "service_failed"})
MOST_CHARACTERS = 10_000
_SENTENCE = re.compile(r"[^.!?\n…]+[.!?…]*")
_CLAUSE = re.compile(
    r",\s*(?:(?:en|of|and|or|maar|but)\s+)?|\s(?:en|and|of|or)\s(?=(?:wat|welke?|waar|wanneer|hoe|wie|what|which|where|when|how|who)\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachFacts:
    """What the coach knows of a conversation: the customer's last message, the causes of their messages, and what was promised."""

    said: str = ""
    causes: Collection[str] = ()
    promised: tuple[Promised, ...] = ()


def look(text: str, words: CoachWords, facts: CoachFacts) -> CoachAdvice:
    """Return what the coach sees in a draft; of a longer one the first ten thousand characters are read.

    Somebody who only gave a compliment is thanked and asked nothing. Once a draft asks for the implication and the pay-off, nothing more
    is offered: a draft that asks four things asks nothing.
    """
    kinds: set[QuestionKind] = set()
    listened = summarised = asks = False
    heard = _content(facts.said, words)
    for sentence in _SENTENCE.findall(text[:MOST_CHARACTERS]):
        said = spoken(sentence)
        repeats = bool(heard & _content(sentence, words))
        listened = listened or repeats
        summarised = summarised or (repeats and any_in(said, words.summary))
        if sentence.rstrip().endswith("?") or _requests(sentence, words):
            asks = True
            kinds |= _kinds(sentence, words)
    offered, kind = _offer(text, kinds, words, facts.causes)
    return CoachAdvice(
        kinds=frozenset(kinds),
        listened=listened,
        summarised=summarised,
        asks=asks,
        offered=offered,
        offered_kind=kind,
        promised=facts.promised,
    )


def only_compliment(causes: Collection[str]) -> bool:
    """Tell whether a customer gave a compliment and no complaint beside it."""
    return COMPLIMENT in causes and not COMPLAINTS & set(causes)


def _requests(sentence: str, words: CoachWords) -> bool:
    """Tell whether a part of a sentence begins like a request: "laat me weten welke …"."""
    parts = [spoken(clause) for clause in _CLAUSE.split(sentence)]
    return any(matched(said, 0, phrase) is not None for said in parts if said for phrase in words.requests)


def _kinds(sentence: str, words: CoachWords) -> set[QuestionKind]:
    found: set[QuestionKind] = set()
    for clause in _CLAUSE.split(sentence):
        said = spoken(clause)
        if len(said) > 1 and not any_in(said, words.checks):
            found.add(_kind(said, words))
    return found


def _kind(said: Sequence[Spoken], words: CoachWords) -> QuestionKind:
    return next((kind for kind in KINDS_FIRST if any_in(said, words.kinds.get(kind, ()))), QuestionKind.SITUATION)


def _offer(text: str, kinds: set[QuestionKind], words: CoachWords, causes: Collection[str]) -> tuple[str, QuestionKind | None]:
    if only_compliment(causes):
        return (words.thanks[0], None)
    if {QuestionKind.IMPLICATION, QuestionKind.PAY_OFF} <= kinds:
        return ("", None)
    kind = next(one for one in ORDER if one not in kinds)
    cause = next((one for one in sorted(causes) if one in words.offers and one != USUAL), USUAL)
    offered = words.offers[cause].get(kind) or words.offers[USUAL][kind]
    return next(((one, kind) for one in offered if folded(one) not in folded(text)), ("", None))


def _content(text: str, words: CoachWords) -> set[str]:
    return {stem(word) for word in _WORD.findall(folded(text[:MOST_CHARACTERS])) if word not in words.stop_words}
