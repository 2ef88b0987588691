"""Try queries on texts: what fits, what only just does not, and how many of each in every language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from listener.text.language import OTHER, Languages
from listener.text.query import BrandQuery

SURE = 0.5
"""A language that is guessed with less confidence counts as one of ours: short texts are not another language for being short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fits:
    """A text that fits: the brands (or the query), because of which terms, and whether it speaks to one."""

    text: str
    language: str
    brands: tuple[str, ...]
    terms: tuple[str, ...]
    directed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A text that only just does not: by one excluded word, one slip in a word (`stands` for `term`), or only by its language."""

    text: str
    language: str
    why: str
    term: str = ""
    stands: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InLanguage:
    """How many texts of a language were read, fit, and only just do not."""

    language: str
    read: int
    fits: int
    near: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The first `most` texts that fit and that only just do not, and counts of all of them; languages with most texts first."""

    read: int
    fits: tuple[Fits, ...]
    near: tuple[Near, ...]
    languages: tuple[InLanguage, ...]


def try_query(texts: Iterable[str], queries: Sequence[BrandQuery], *, languages: Languages, spoken: Sequence[str], most: int) -> Tried:
    """Return what `queries` catch in `texts`. `spoken`: the languages of the settings; what fits in another one is a near miss."""
    counts = {what: Counter[str]() for what in ("read", "fits", "near")}
    fits, near = list[Fits](), list[Near]()
    for text in texts:
        found = _tried(text, queries, languages, spoken)
        language = found.language if found is not None else _language(text, languages)
        counts["read"][language] += 1
        if isinstance(found, Fits):
            counts["fits"][language] += 1
            fits += [found] if len(fits) < most else []
        elif found is not None:
            counts["near"][language] += 1
            near += [found] if len(near) < most else []
    rows = [InLanguage(language=one, read=n, fits=counts["fits"][one], near=counts["near"][one]) for one, n in counts["read"].most_common()]
    return Tried(read=counts["read"].total(), fits=tuple(fits), near=tuple(near), languages=tuple(rows))


def _tried(text: str, queries: Sequence[BrandQuery], languages: Languages, spoken: Sequence[str]) -> Fits | Near | None:
    hits = [hit for query in queries if (hit := query.match_text(text)) is not None]
    if not hits:
        missed = next((miss for query in queries if (miss := query.near_text(text)) is not None), None)
        if missed is None:
            return None
        why = "excluded word" if missed.excluded else "one slip"
        return Near(text=text, language=_language(text, languages), why=why, term=missed.term, stands=missed.stands)
    terms = tuple(dict.fromkeys(term for hit in hits for term in hit.terms))
    language, confidence = languages.of(text)
    if language not in spoken and confidence >= SURE:
        return Near(text=text, language=language, why="another language", term=", ".join(terms))
    brands = tuple(hit.brand for hit in hits)
    return Fits(text=text, language=language, brands=brands, terms=terms, directed=any(hit.directed for hit in hits))


def _language(text: str, languages: Languages) -> str:
    return languages.of(text)[0] or OTHER
