"""A signal explained to whoever asks why: its reason, the numbers behind it, and the mentions, as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from listener.digest.phrases import number
from listener.digest.reason import reason_sentence
from listener.digest.words import Words
from listener.model.figures import Quote
from listener.model.issue import Signal
from listener.text.shorten import shorten

SIGNAL_WORDS = "signal.j2"
MOST_CHARACTERS = 200


def signal_explained(
    signal: Signal, *, issue_title: str, quotes: Sequence[Quote], language: str, zone: tzinfo, templates: Mapping[str, str]
) -> str:
    """Return the explanation in a language, ending with a newline. `quotes` are the mentions behind it that are still here.

    Texts of others are put on one line and shortened, for a line of theirs must not pass for one of ours; whoever prints them sees to
    the rest.
    """
    words = Words(templates, language, zone, name=SIGNAL_WORDS)
    head = f"{words('title', signal)}: {words('kind', signal)}"
    if signal.issue_id is not None:
        head += f" · #{signal.issue_id} {issue_title}"
    elif signal.about:
        head += f" · {signal.about}"
    lines = [head, reason_sentence(signal, language), ""]
    lines += [f"  {words(f'{name}_name', signal)}: {text}" for name, text in _numbers(signal, words)]
    lines += ["", words("evidence", len(signal.mention_ids))]
    lines += [f"  {words.moment(one.posted_at)}  “{_one_line(one.text)}” — {one.author}, {one.platform}" for one in quotes]
    gone = len(signal.mention_ids) - len(quotes)
    if gone:
        lines.append(f"  {words('gone', gone)}")
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    return shorten(" ".join(text.split()), MOST_CHARACTERS)


def _numbers(signal: Signal, words: Words) -> list[tuple[str, str]]:
    """Return the lines of numbers, by name of macro; those that were not measured are left out."""
    judged = signal.judged
    lines = [("seen", words("seen", signal))]
    if judged is not None:
        lines += [("usual", words("usual", signal)), ("rhythm", words("rhythm", signal))]
        chance = words("chance", signal, _small(signal.p_value, words.language), _small(judged.level, words.language))
        lines += [("chance", chance), ("clumps", words("clumps", signal)), ("places", number(judged.places, words.language))]
    if signal.learning_day is not None:
        lines.append(("learning", words("learning", signal)))
    return lines


def _small(chance: float, language: str) -> str:
    """Return a chance with two digits that say something: 0,012 or 3,2e-7."""
    text = f"{chance:.2g}"
    return text.replace(".", ",") if language == "nl" else text
