"""Why something was flagged, in one sentence that a reader can check: seen, usual, window, chance.

The wording stands here and not in a template because it is grammar more than text: commands, pages and digests ask for it one signal
at a time, in a language, and get the same sentence.
"""

from __future__ import annotations

from dataclasses import dataclass

from listener.digest.phrases import hours_stretch, number
from listener.model.issue import Signal

RAREST = 1_000_000_000
"""Chances rarer than 1 in this many are not told apart: the model behind them is not that exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wording:
    seen_one: str
    seen_many: str
    usual: str
    usual_hardly: str
    never: str
    chance: str
    may_be_chance: str
    learning: str
    large: tuple[tuple[int, str], ...]


_DUTCH = _Wording(
    seen_one="{seen} persoon schreef hier in {window} over",
    seen_many="{seen} verschillende mensen schreven hier in {window} over",
    usual="normaal zijn dat er ongeveer {usual}",
    usual_hardly="normaal doet bijna niemand dat",
    never="eerder deed niemand dat",
    chance="de kans dat dit toeval is, is kleiner dan 1 op {odds}",
    may_be_chance="dit kan ook toeval zijn",
    learning="Klankbord leert nog wat normaal is (dag {day})",
    large=((1_000_000_000, "1 miljard"), (1_000_000, "{n} miljoen")),
)
_ENGLISH = _Wording(
    seen_one="{seen} person wrote about this within {window}",
    seen_many="{seen} different people wrote about this within {window}",
    usual="about {usual} would be usual",
    usual_hardly="hardly anybody does so usually",
    never="nobody did so before",
    chance="the odds that this is chance are less than 1 in {odds}",
    may_be_chance="this may be chance",
    learning="Klankbord is still learning what is usual (day {day})",
    large=((1_000_000_000, "1 billion"), (1_000_000, "{n} million")),
)


def reason_sentence(signal: Signal, language: str) -> str:
    """Return the reason of a signal in Dutch ("nl") or English (any other), with its full stop. Holds no text of others."""
    wording = _DUTCH if language == "nl" else _ENGLISH
    seen = wording.seen_one if signal.seen == 1 else wording.seen_many
    parts = [seen.format(seen=number(signal.seen, language), window=hours_stretch(signal.window_hours, language))]
    if signal.learning_day is None or signal.p_value < 1:
        parts += [_usual(signal.usual, wording, language), _chance(signal.p_value, wording, language)]
    if signal.learning_day is not None:
        parts.append(wording.learning.format(day=signal.learning_day))
    return "; ".join(parts) + "."


def _usual(usual: float, wording: _Wording, language: str) -> str:
    if usual <= 0:
        return wording.never
    return wording.usual_hardly if usual < 0.5 else wording.usual.format(usual=number(max(1, round(usual)), language))


def _chance(p_value: float, wording: _Wording, language: str) -> str:
    """Say 1 in N with N cut down to one digit, so that "less than" stays true."""
    if p_value > 0.5:
        return wording.may_be_chance
    odds = RAREST if p_value <= 1 / RAREST else int(1 / p_value)
    size = 10 ** (len(str(odds)) - 1)
    odds = odds // size * size
    for least, name in wording.large:
        if odds >= least:
            return wording.chance.format(odds=name.format(n=number(odds // least, language)))
    return wording.chance.format(odds=number(odds, language))
