"""Passwords that people try first, by rule: common words with years and endings, keyboard walks, one thing repeated, names. Our own making.

No list was copied. A rule catches whole families ("Welkom2024!", "w3lkom-2024"), which a list of three thousand lines does not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

# fmt: off
WORDS = (
    "welkom", "wachtwoord", "geheim", "hallo", "zomer", "winter", "lente", "herfst", "januari", "februari", "maart", "april", "juni",
    "juli", "augustus", "september", "oktober", "november", "december", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag",
    "zaterdag", "zondag", "nederland", "holland", "amsterdam", "rotterdam", "utrecht", "eindhoven", "groningen", "denhaag", "ajax",
    "feyenoord", "psv", "oranje", "voetbal", "koffie", "appeltaart", "schatje", "liefje", "lieverd", "knuffel", "poes", "hond", "konijn",
    "vlinder", "zonnetje", "bloem", "familie", "moeder", "vader", "oma", "opa", "kantoor", "klant", "klanten", "klantenservice",
    "webcare", "beheer", "beheerder", "gebruiker", "toegang", "inloggen", "openen", "sesamopenu", "tijdelijk", "nieuw", "verander",
    "veranderen", "medewerker", "team", "bedrijf", "password", "passphrase", "welcome", "secret", "hello", "summer", "spring", "autumn",
    "january", "february", "march", "june", "july", "august", "october", "monday", "tuesday", "wednesday", "thursday", "friday",
    "saturday", "sunday", "england", "london", "football", "baseball", "basketball", "dragon", "monkey", "master", "shadow", "sunshine",
    "princess", "superman", "batman", "starwars", "pokemon", "liverpool", "arsenal", "chelsea", "iloveyou", "letmein", "trustno",
    "whatever", "freedom", "flower", "cookie", "chocolate", "butterfly", "computer", "internet", "samsung", "google", "facebook",
    "twitter", "admin", "administrator", "root", "login", "access", "user", "guest", "test", "testing", "demo", "default", "changeme",
    "change", "temporary", "support", "service", "customer", "company", "office", "manager", "agent", "approver", "moderator", "viewer",
    "server", "system", "database", "backup", "public", "private", "security", "mustang", "jordan", "michael", "jennifer", "thomas",
    "jessica", "daniel", "robert", "charlie", "andrew", "michelle", "ashley", "mother", "father", "family", "klankbord", "soundingboard",
    "inbox", "mention", "stroomwerk",
)
_JOINERS = frozenset({
    "de", "het", "een", "mijn", "onze", "ik", "ben", "is", "in", "op", "dit", "jij", "je", "the", "a", "my", "our", "i", "am", "to",
    "you", "me", "no", "it", "and", "en", "for", "voor", "van", "of",
})
ENDINGS = ("", "1", "12", "123", "1234", "12345", "123456", "!", "!!", "01", "007", "2000", "2020", "2023", "2024", "2025", "2026")
_ROWS = (
    "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "qwertzuiop", "yxcvbnm", "0987654321",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6", "abcdefghijklmnopqrstuvwxyz",
)
# fmt: on
_LEET = str.maketrans("4@3€1!|0$57+", "aaeeiiiosstt")
_WALK = 4
"""So many neighbouring keys or more are a walk, not a word."""
_MOST_WORDS = 3
"""Four different words, even common ones, are a sentence of somebody's own."""


def is_guessable(password: str, *, known: tuple[str, ...] = ()) -> bool:
    """Tell whether a password is made only of what people try first: common words, `known` names, years, walks, repeats."""
    plain = _plain(password)
    bases = frozenset(WORDS) | {part for name in known for part in _parts(name)}
    return any(_only_common(form, bases) for form in {plain, plain.translate(_LEET), _digits_stay_at_the_end(plain)})


def refused_passwords() -> Iterator[str]:
    """Yield the plainest of what is refused, one by one and long enough to be typed: for counting and for tests."""
    for word in WORDS:
        for ending in ENDINGS:
            for made in (word + ending, word.capitalize() + ending, word + word + ending, f"{word}-{ending}-{word}"):
                if len(made) >= 12:
                    yield made


def _plain(text: str) -> str:
    """Return `text` in lower case without accents."""
    taken_apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in taken_apart if not unicodedata.combining(sign))


def _parts(name: str) -> Iterator[str]:
    """Yield the words of a name, and the name written as one word."""
    words = re.findall(r"[^\W\d_]+", _plain(name))
    yield from (word for word in words if len(word) > 1)
    if words:
        yield "".join(words)


def _digits_stay_at_the_end(plain: str) -> str:
    """Return "w3lkom2024" as "welkom2024": signs stand for letters inside a word, and for themselves behind it."""
    word, ending = re.fullmatch(r"(.*?)([\d\W_]*)", plain, re.DOTALL).groups()  # type: ignore[union-attr]  # this pattern fits every text
    return f"{word.translate(_LEET)}{ending}"


def _only_common(text: str, bases: frozenset[str]) -> bool:
    """Tell whether nothing is left of `text` once words, walks, repeats, numbers and signs are taken out."""
    if not re.search(r"[^\W\d_]", text):
        return _only_digits(text)
    runs = re.findall(r"[^\W\d_]+", text)
    apart = {run for run in runs if run not in _JOINERS}
    if len(apart) > _MOST_WORDS:
        return False
    return all(_made_of(run, bases) for run in runs) or _is_walk(text)


def _only_digits(text: str) -> bool:
    """Digits and signs alone: a run, a repeat or a date, however long. Anything that repeats nothing is somebody's own."""
    digits = re.sub(r"\D", "", text)
    if not digits:
        return _repeats(text)
    return (
        _is_walk(text) or _repeats(text) or _repeats(digits) or _is_walk(digits) or len(set(digits)) <= 3 or bool(_DATES.fullmatch(digits))
    )


_DATES = re.compile(r"(?:(?:19|20)\d\d|[0-3]\d[01]\d|[01]\d[0-3]\d){2,}")


def _made_of(run: str, bases: frozenset[str]) -> bool:
    """Tell whether a run of letters is nothing but known words, one after the other, or a walk or repeat."""
    if run in _JOINERS or _is_walk(run) or _repeats(run):
        return True
    reached = {0}
    for end in range(1, len(run) + 1):
        if any(run[start:end] in bases or run[start:end] in _JOINERS for start in reached):
            reached.add(end)
    return len(run) in reached or run[::-1] in bases


@cache
def _walks() -> tuple[str, ...]:
    return tuple(row * 2 for row in _ROWS) + tuple(row[::-1] * 2 for row in _ROWS)


def _is_walk(text: str) -> bool:
    """Tell whether `text` is nothing but walks over the keyboard or the alphabet, each of four keys or more."""
    at = 0
    while at < len(text):
        longest = max(
            (size for size in range(_WALK, len(text) - at + 1) if any(text[at : at + size] in row for row in _walks())), default=0
        )
        if not longest:
            return bool(at) and not re.search(r"[^\W\d_]", text[at:])
        at += longest
    return bool(text)


def _repeats(text: str) -> bool:
    """Tell whether `text` is one thing of at most four signs again and again: "aaaaaaaaaaaa", "abcabcabcabc"."""
    return any(len(text) >= 2 * size and text == (text[:size] * (len(text) // size + 1))[: len(text)] for size in range(1, 5))
