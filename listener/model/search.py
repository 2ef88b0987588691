"""What is asked of the search, and what it finds: ids of mentions, by their words or by their meaning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Term:
    """Something that has to stand in a text: these words, folded, one after the other. `prefix`: the last one may go on."""

    tokens: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Which mentions are looked at; empty fields leave nothing out.

    `seen_brands` are those of whoever asks: a mention of other brands only is not for them, one of no brand is for everybody (RULES S3).
    `only` and `without` are ids of mentions, int64, in any order.
    """

    seen_brands: frozenset[str] | None = None
    brand: str = ""
    platform: str = ""
    language: str = ""
    from_at: datetime | None = None
    until: datetime | None = None
    in_issue: bool | None = None
    only: NDArray[np.int64] | None = None
    without: NDArray[np.int64] | None = None


class Meaning(StrEnum):
    """Why there are no finds by meaning, or that there are: `off` (not asked), `ready`, `busy` (the model answers too late),
    `building` (vectors are being taken over)."""

    OFF = "off"
    READY = "ready"
    BUSY = "busy"
    BUILDING = "building"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finds:
    """What was found. `words` are newest first, `meaning` closest first with its cosine.

    `more_words`: there are more than were asked for. `held` mentions are in the search, of about `known` that the analyser has read.
    """

    words: tuple[int, ...] = ()
    more_words: bool = False
    meaning: tuple[tuple[int, float], ...] = ()
    meaning_state: Meaning = Meaning.OFF
    terms: tuple[Term, ...] = ()
    held: int = 0
    known: int = 0
