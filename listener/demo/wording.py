"""From a sentence on file to a post as somebody in particular would type it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random

from listener.demo.chance import weighted
from listener.demo.people import Person
from listener.demo.plan import BRAND, HANDLE, HASHTAG, Place
from listener.demo.texts import DemoTexts

_SLOT = re.compile(r"\{(\w+)\}")
_PROTECTED = re.compile(r"[@#/\d]|" + BRAND, re.IGNORECASE)
_NAMED = re.compile("zoem ?volt|zoemthermo", re.IGNORECASE)
_EMOJI = {
    "cross": ("😡", "🤬", "🙄", "😤", "🤦", "🤷‍♀️", "😠", "👎", "💸", "🤯"),
    "glad": ("😊", "👍", "🙏", "💚", "😃", "👏", "🌞", "🎉"),
    "plain": ("🤔", "😅", "🙃", "👀", "😉", "⚡", "🤷", "🙈"),
}


class Wording:
    """Fills in, names the brand, and lets a person's manner of typing loose on it."""

    def __init__(self, texts: DemoTexts) -> None:
        self._texts = texts

    def post(self, sentence: str, person: Person, place: Place, rng: Random, *, mood: str = "plain", named: bool = True) -> str:
        """Return `sentence` as `person` would post it at `place`.

        `mood` (cross, glad or plain) picks the emoji. `named` False leaves the text without brand when it has none.
        """
        directed = rng.random() < place.directed
        text = self._filled(sentence, rng, _name_for(place, rng, directed=directed))
        text = self._typed(text, person, rng)
        if named and not place.own and not _NAMED.search(text):
            text = self._with_brand(text, person, place, rng, directed=directed)
        if rng.random() < person.manner.emoji and text[-1].isascii():
            text += " " + rng.choice(_EMOJI[mood]) * weighted(rng, ((1, 0.8), (2, 0.12), (3, 0.08)))
        return text

    def _filled(self, sentence: str, rng: Random, name: str) -> str:
        people = self._texts.people
        euros = rng.randint(58, 389)
        values: dict[str, str] = {
            "m": name,
            "amount": rng.choice((f"€ {euros}", f"€{euros}", f"{euros} euro", f"€{euros},{rng.randint(10, 98)}", f"{euros},-")),
            "town": rng.choice(people.towns),
            "staff": rng.choice(people.staff),
            "minutes": str(rng.choice((11, 14, 17, 20, 22, 25, 28, 35, 40, 43, 48, 50, 55, 65, 70, 85))),
            "n": str(rng.randint(2, 9)),
            "kwh": str(rng.randint(130, 970)),
            "hour": str(rng.randint(8, 21)),
            "year": str(rng.randint(3, 19)),
        }
        return _SLOT.sub(lambda slot: values[slot[1]], sentence)

    def _typed(self, text: str, person: Person, rng: Random) -> str:
        manner = person.manner
        if rng.random() < manner.slang:
            text = _in_slang(text, self._texts.languages[person.language].slang, rng)
        if rng.random() < manner.slips:
            text = _with_slip(text, rng)
        if manner.lower:
            text = text.lower()
        if manner.bare_end and text.endswith(".") and not text.endswith(".."):
            text = text[:-1]
        return text

    def _with_brand(self, text: str, person: Person, place: Place, rng: Random, *, directed: bool) -> str:
        if directed:
            return f"{HANDLE} {text}" if rng.random() < 0.6 else f"{text} {HANDLE}"
        if place.tags:
            return f"{text} {HASHTAG}"
        naming = rng.choice(self._texts.languages[person.language].namings).replace("{m}", _name_for(place, rng, directed=False))
        naming = naming.lower() if person.manner.lower else naming
        return f"{naming} {text}" if rng.random() < 0.4 else f"{_closed(text)} {naming}"


def _name_for(place: Place, rng: Random, *, directed: bool) -> str:
    if directed:
        return HANDLE
    if place.tags and rng.random() < 0.2:
        return HASHTAG
    return weighted(rng, ((BRAND, 0.72), (BRAND.lower(), 0.2), ("Zoem Volt", 0.03), (BRAND.upper(), 0.05)))


def _closed(text: str) -> str:
    return text if text[-1] in ".!?…)" or not text[-1].isascii() else text + "."


def _in_slang(text: str, slang: Mapping[str, str], rng: Random) -> str:
    words = text.split(" ")
    return " ".join(slang.get(word, word) if rng.random() < 0.55 else word for word in words)


def _with_slip(text: str, rng: Random) -> str:
    """Return the text with one or two long words mistyped; names, tags, links and figures stay whole."""
    words = text.split(" ")
    able = [index for index, word in enumerate(words) if len(word) > 4 and not _PROTECTED.search(word) and word.isalpha()]
    for index in rng.sample(able, min(len(able), rng.choice((1, 1, 2)))):
        words[index] = _mistyped(words[index], rng)
    return " ".join(words)


def _mistyped(word: str, rng: Random) -> str:
    at = rng.randint(1, len(word) - 3)
    kind = rng.randint(0, 2)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    return word[:at] + word[at] + word[at:]
