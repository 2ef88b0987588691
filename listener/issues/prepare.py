"""A batch of stored mentions made ready for encoding: everything that can be said about a text alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from listener.issues.window import NAMELESS
from listener.labels.labeller import Labeller, ReadText
from listener.model.mention import StoredMention
from listener.text.clean import CleanText, clean
from listener.text.folding import folded
from listener.text.grams import gram_buckets, words
from listener.text.language import Languages


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Reading:
    """What one text alone tells. `grams` come from `gram_buckets`."""

    stored: StoredMention
    clean: CleanText
    language: str
    grams: NDArray[np.int32]

    @property
    def author(self) -> str:
        """Who counts as its author: the mention itself when the platform named nobody."""
        author = self.stored.mention.author
        return author.key if author is not None else f"{NAMELESS}{self.stored.mention_id}"

    @property
    def to_label(self) -> ReadText:
        """The text as labels need it."""
        mention = self.stored.mention
        return ReadText(
            text=f"{mention.title}\n{mention.text}" if mention.title else mention.text,
            clean=self.clean,
            language=self.language,
            brands=tuple(hit.brand for hit in self.stored.hits),
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Prepared:
    """A batch ready for encoding. `to_embed` maps text hash to the text whose vector `Analyst.conclude` needs."""

    readings: tuple[Reading, ...]
    to_embed: Mapping[str, str]


class Reader:
    """Reads texts in any language. Holds no state: the same mention always gives the same reading.

    `untold` names issues of which people speak in private only, by language.
    """

    def __init__(
        self,
        *,
        brands: Sequence[str],
        stopwords: Mapping[str, frozenset[str]],
        languages: Languages,
        untold: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._brands = tuple(brands)
        self._languages = languages
        self._untold = untold
        self.stop_words = frozenset(folded(word) for listed in stopwords.values() for word in listed)
        self.brand_words = frozenset(word for brand in brands for word in words(brand))

    def prepare(self, stored: Sequence[StoredMention]) -> Prepared:
        readings = tuple(self.read(one) for one in stored)
        return Prepared(readings=readings, to_embed={reading.clean.hash: reading.clean.text for reading in readings})

    def untold(self, language: str) -> str:
        """Return the title of an issue that only private messages are about: it goes where their words must not."""
        return self._untold.get(language) or self._untold.get("en", "…")

    def read(self, stored: StoredMention) -> Reading:
        """Return clean text, language and n-grams of one mention."""
        cleaned = clean(stored.mention.text, title=stored.mention.title, brand_terms=self._brands)
        language, _ = self._languages.of(cleaned.plain)
        return Reading(
            stored=stored,
            clean=cleaned,
            language=language,
            grams=gram_buckets(cleaned.text, leave_out=self.stop_words),
        )


class TextsAlone:
    """Reads one text after the other and keeps nothing, to see whether that ends well. Can be pickled."""

    def __init__(self, reader: Reader, labeller: Labeller) -> None:
        self._reader = reader
        self._labeller = labeller.by_words_alone()

    def __call__(self, stored: StoredMention) -> None:
        """Read its words and label them; raises what goes wrong."""
        self._labeller.labels([self._reader.read(stored).to_label], [])
