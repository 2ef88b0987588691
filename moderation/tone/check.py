"""Which words in a text put people off: whole words and phrases, with positions in the text as it was written. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from moderation.model.tone import ToneHit, ToneWord
from moderation.tone.phrases import Phrase, excused, matched, read
from moderation.tone.spoken import Spoken, spoken

CAPITALS = "<capitals>"
EXCLAMATIONS = "<exclamations>"
FEWEST_CAPITALS = 6
_SHOUTED = re.compile(r"[!?！？]{2,}")
_TIMES = re.compile(r"\{(\d)\}$")


class _Line(NamedTuple):
    phrase: Phrase
    times: int
    unless: tuple[Phrase, ...]
    word: ToneWord


class _Lexicon(NamedTuple):
    by_form: Mapping[str, tuple[_Line, ...]]
    by_beginning: Mapping[str, tuple[_Line, ...]]
    capitals: ToneWord | None
    exclamations: ToneWord | None


def tone_hits(text: str, words: Sequence[ToneWord], *, complaint: bool = True) -> tuple[ToneHit, ...]:
    """Return what in `text` puts people off, in order of place; hits never overlap, and the longest phrase wins.

    Phrases are matched on whole words inside one sentence, whatever their case, accents or composition. In a phrase "a|b" is either word,
    "word*" a beginning, "word?" may be missing, "_" stands for up to three words, a word in capitals means just that, and a phrase that
    ends in "{2}" counts from its second time in the text. `complaint` False leaves out what is only wrong to somebody who complains.
    """
    lexicon = _lexicon(tuple(words))
    said = spoken(text)
    found = [*_phrases(said, lexicon), *_capitals(said, lexicon.capitals), *_exclamations(text, lexicon.exclamations)]
    hits: list[ToneHit] = []
    for start, end, word in sorted(found, key=lambda one: (one[0], -one[1])):
        if (complaint or not word.under_complaint) and (not hits or start >= hits[-1].end):
            hits.append(ToneHit(start=start, end=end, found=text[start:end], why=word.why, instead=word.instead))
    return tuple(hits)


def read_phrase(phrase: str) -> int:
    """Return how many words a phrase of the lexicon asks for at least. Raises `ValueError` when it cannot be read, or asks for none."""
    return 1 if phrase in (CAPITALS, EXCLAMATIONS) else len(read(_TIMES.sub("", phrase)).asked)


def _phrases(said: Sequence[Spoken], lexicon: _Lexicon) -> Iterator[tuple[int, int, ToneWord]]:
    seen: dict[int, int] = {}
    present = frozenset(word.form for word in said)
    of_form: dict[str, list[_Line]] = {}
    for place, first in enumerate(said):
        if first.form not in of_form:
            lines = (*lexicon.by_form.get(first.form, ()), *lexicon.by_beginning.get(first.form[:2], ()))
            of_form[first.form] = [line for line in lines if line.phrase.all_in(present)]
        for line in of_form[first.form]:
            end = matched(said, place, line.phrase)
            if end is None or excused(said, place, end, line.unless):
                continue
            seen[id(line)] = seen.get(id(line), 0) + 1
            if seen[id(line)] >= line.times:
                yield first.start, said[end - 1].end, line.word


def _capitals(said: Sequence[Spoken], word: ToneWord | None) -> Iterator[tuple[int, int, ToneWord]]:
    if word is None:
        return
    run: list[Spoken] = []
    for one in [*said, None]:
        if one is not None and one.capitals and len(one.form) > 1 and (not run or run[-1].sentence == one.sentence):
            run.append(one)
            continue
        longest = max((len(each.form) for each in run), default=0)
        if (len(run) > 1 and sum(len(each.form) for each in run) >= FEWEST_CAPITALS and longest > 3) or longest >= FEWEST_CAPITALS:
            yield run[0].start, run[-1].end, word
        run = [one] if one is not None and one.capitals and len(one.form) > 1 else []


def _exclamations(text: str, word: ToneWord | None) -> Iterator[tuple[int, int, ToneWord]]:
    if word is not None:
        for found in _SHOUTED.finditer(text):
            yield found.start(), found.end(), word


@lru_cache(maxsize=16)
def _lexicon(words: tuple[ToneWord, ...]) -> _Lexicon:
    by_form: dict[str, list[_Line]] = {}
    by_beginning: dict[str, list[_Line]] = {}
    for word in words:
        if word.phrase in (CAPITALS, EXCLAMATIONS):
            continue
        times = _TIMES.search(word.phrase)
        phrase = read(_TIMES.sub("", word.phrase))
        line = _Line(phrase, int(times.group(1)) if times else 1, tuple(read(one) for one in word.unless), word)
        for form in phrase.first.forms:
            by_form.setdefault(form, []).append(line)
        for beginning in phrase.first.beginnings:
            by_beginning.setdefault(beginning[:2], []).append(line)
    return _Lexicon(_frozen(by_form), _frozen(by_beginning), _special(words, CAPITALS), _special(words, EXCLAMATIONS))


def _frozen(lines: Mapping[str, Iterable[_Line]]) -> Mapping[str, tuple[_Line, ...]]:
    return {key: tuple(those) for key, those in lines.items()}


def _special(words: Sequence[ToneWord], phrase: str) -> ToneWord | None:
    return next((word for word in words if word.phrase == phrase), None)
