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
    growing: str
    back: str
    turned: str
    copied: str
    shown_one: str
    shown_many: str
    volume: str
    silence: str
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
    growing="{seen} verschillende mensen schreven hier in {window} over, en het worden er steeds meer",
    back="{seen} verschillende mensen schreven hier in {window} over nadat het was opgelost",
    turned="{seen} van de {of_seen} mensen die hier in {window} over schreven zijn negatief; eerder {before} van de {of_before}",
    copied="{seen} accounts plaatsten in {window} dezelfde tekst; dat kan een opgezette actie zijn",
    shown_one="{mentions} berichten op één plek laten het zien",
    shown_many="{mentions} berichten op {places} plekken laten het zien",
    volume="{seen} verschillende mensen schreven in {window} over het merk als geheel",
    silence="Deze bron antwoordde, maar gaf {window} lang geen enkel bericht",
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
    growing="{seen} different people wrote about this within {window}, and they become more and more",
    back="{seen} different people wrote about this within {window} after it was resolved",
    turned="{seen} of the {of_seen} people who wrote about this within {window} are negative; before, {before} of {of_before} were",
    copied="{seen} accounts posted the same text within {window}; that may be a campaign",
    shown_one="{mentions} mentions in one place show it",
    shown_many="{mentions} mentions in {places} places show it",
    volume="{seen} different people wrote about the brand as a whole within {window}",
    silence="This source answered, but had no mention at all for {window}",
    large=((1_000_000_000, "1 billion"), (1_000_000, "{n} million")),
)


def reason_sentence(signal: Signal, language: str) -> str:
    """Return the reason of a signal in Dutch ("nl") or English (any other), with its full stop. Holds no text of others."""
    wording = _DUTCH if language == "nl" else _ENGLISH
    parts = [_seen(signal, wording, language)]
    if signal.kind == "copies":
        return f"{parts[0]}."
    if signal.learning_day is None or signal.p_value < 1:
        usual = [] if signal.kind == "turned" else [_usual(signal.usual, wording, language)]
        parts += [*usual, _chance(signal.p_value, wording, language)]
    if signal.judged is not None:
        shown = wording.shown_one if signal.judged.places == 1 else wording.shown_many
        parts.append(shown.format(mentions=number(len(signal.mention_ids), language), places=number(signal.judged.places, language)))
    if signal.learning_day is not None:
        parts.append(wording.learning.format(day=signal.learning_day))
    return "; ".join(parts) + "."


def _seen(signal: Signal, wording: _Wording, language: str) -> str:
    """Say who was seen, in the words of the kind of signal."""
    by_kind = {"slow_growth": wording.growing, "came_back": wording.back, "copies": wording.copied}
    by_kind |= {"volume": wording.volume, "silence": wording.silence}
    if signal.kind == "turned" and signal.judged is not None:
        by_kind["turned"] = wording.turned
    judged = signal.judged
    return by_kind.get(signal.kind, wording.seen_one if signal.seen == 1 else wording.seen_many).format(
        seen=number(signal.seen, language),
        window=hours_stretch(signal.window_hours, language),
        of_seen=number(judged.of_seen if judged else 0, language),
        before=number(judged.before if judged else 0, language),
        of_before=number(judged.of_before if judged else 0, language),
    )


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
