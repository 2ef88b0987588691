"""What somebody actually wrote: without links, handles, quoted earlier messages, signatures and the brand's own name."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

MOST_CHARACTERS = 20_000
MOST_FOR_ENCODING = 2_000
SIGNATURE_LINES = 5

_URL = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]{2,40}\.(?:com|nl|be|org|net|eu|io|co|ly|de|fr)/\S*", re.IGNORECASE)
_EMAIL = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+")
_HANDLE = re.compile(r"(?<![\w@])[@＠]\w+(?:@[\w.-]+\w)?")
_RETWEET = re.compile(r"^\s*RT\s+@\w+:?\s*", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_TAG = re.compile(r"[#＃](\w+)")
_BB_QUOTE = re.compile(r"\[quote[^\]]{0,200}\].*?\[/quote\]", re.IGNORECASE | re.DOTALL)
_QUOTE_LINE = re.compile(r"^\s*(?:>|&gt;|\|\s)")
_QUOTE_OPENING = re.compile(
    r"^\s*(?:"
    r"(?:op|on|am|le)\s.{4,120}\s(?:schreef|wrote|schrieb|a écrit).{0,80}:?"
    r"|-{2,}\s*(?:oorspronkelijk bericht|original message).{0,20}"
    r"|(?:van|from):\s.{3,120}"
    r")\s*$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"^\s*(?:"
    r"--|__+"
    r"|(?:met\s)?(?:vriendelijke|hartelijke|beste)\s+groet(?:en)?\b.{0,60}"
    r"|groet(?:en|jes)?\b[ ,.!]{0,3}.{0,30}|mvg\b.{0,40}"
    r"|(?:kind|best|warm)?\s*regards\b.{0,40}|cheers\b[ ,]{1,2}.{0,30}"
    r"|(?:verstuurd|verzonden)\s+(?:vanaf|met|via)\b.{0,60}|sent\s+from\s+(?:my|mail)\b.{0,60}"
    r")\s*$",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class CleanText:
    """A mention's own words. `text` is for encoding (brand name left out too), `plain` for words and titles; both on one line.

    `hash` is the SHA-256 of `text` and names its vector. An empty `text` means that nothing was said in words.
    """

    text: str
    plain: str
    hash: str


def clean(text: str, *, title: str = "", brand_terms: Sequence[str] = ()) -> CleanText:
    """Return what the author wrote, without what others wrote and without marks that all mentions of a brand share.

    A title is put before the text unless the text begins with it. When nothing is left but the brand's name, the name stays, so that
    two such mentions are at least alike. `brand_terms` are names, handles and hashtags; they match as whole words in any case, also with
    a possessive s, and as #<brand>fail and its kin, which say how people feel and not what about.
    """
    own = _own_lines(_BB_QUOTE.sub(" ", html.unescape(text[:MOST_CHARACTERS])))
    title = title[:MOST_CHARACTERS].strip()
    if title and not own.lstrip().lower().startswith(title.lower()):
        own = f"{title}. {own}" if title[-1:].isalnum() else f"{title} {own}"
    own = _RETWEET.sub("", own)
    own = _HANDLE.sub(" ", _EMAIL.sub(" ", _URL.sub(" ", own)))
    own = _TAG.sub(lambda found: _CAMEL.sub(" ", found.group(1)), own)
    plain = _SPACE.sub(" ", own).strip()
    pattern = _brand_pattern(tuple(brand_terms))
    encoded = _SPACE.sub(" ", pattern.sub(" ", plain)).strip() if pattern else plain
    if not any(char.isalnum() for char in encoded):
        encoded = plain if any(char.isalnum() for char in plain) else ""
    encoded = encoded[:MOST_FOR_ENCODING]
    return CleanText(text=encoded, plain=plain, hash=hashlib.sha256(encoded.encode("utf-8", "surrogatepass")).hexdigest())


def _own_lines(text: str) -> str:
    """Drop quoted lines, everything after the opening of a quoted message, and a signature in the last lines."""
    lines = text.split("\n")
    kept: list[str] = []
    for at, line in enumerate(lines):
        if at and _QUOTE_OPENING.match(line) and any(_QUOTE_LINE.match(later) for later in lines[at + 1 : at + 4]):
            break
        if not _QUOTE_LINE.match(line):
            kept.append(line)
    written = [at for at, line in enumerate(kept) if line.strip()]
    for at in written[-SIGNATURE_LINES:]:
        if at > written[0] and _SIGNATURE.match(kept[at]):
            kept = kept[:at]
            break
    return "\n".join(kept)


@lru_cache(maxsize=64)
def _brand_pattern(brand_terms: tuple[str, ...]) -> re.Pattern[str] | None:
    words = sorted({term.lstrip("@#").strip() for term in brand_terms} - {""}, key=lambda word: (-len(word), word))
    if not words:
        return None
    spelled = "|".join(re.escape(word).replace(r"\ ", r"[\s-]?") for word in words)
    return re.compile(rf"(?<!\w)(?:{spelled})(?:['’]?s|[\s-]?(?:epic)?(?:fail|faal)s?)?(?!\w)", re.IGNORECASE)
