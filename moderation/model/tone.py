"""What a look at a text's wording finds: words that put people off, and what can be said instead (PRODUCT section 2)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneWord:
    """One phrase of config/lexicons/<language>/tone.yaml: why it puts people off, and wording that says what can be done.

    `unless` are longer phrases in which it does no harm ("even groot als"). `under_complaint`: only wrong when the customer complains.
    """

    phrase: str
    why: str
    instead: tuple[str, ...]
    unless: tuple[str, ...] = ()
    under_complaint: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneHit:
    """A word found in a text. `start` and `end` are positions in code points; `found` is the text between them."""

    start: int
    end: int
    found: str
    why: str
    instead: tuple[str, ...]
