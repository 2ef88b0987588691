"""The wording of a suggestion: one of our replies without greeting, signature and what it tells of people. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from listener.text.folding import folded
from listener.text.personal_data import find_personal_data, masked
from listener.text.shorten import shorten

MOST_QUESTION = 240
_HANDLE = re.compile(r"(?<![\w/])@[\w.]+(?:@[\w.-]+)?")
_LINK = re.compile(r"https?://\S+|www\.\S+")
_GREETING = re.compile(
    r"^\s*(?:hoi|hi|hallo|hello|hey|he|dag|beste|geachte|lieve|dear|goede(?:morgen|middag|avond)|good (?:morning|afternoon|evening))\b"
    r"[^,.!?\n]{0,40}(?:[,!.:–-]+\s*|\n)",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"^\s*(?:[–—-]+\s*\S.{0,40}|\^\w{1,20}|(?:met (?:vriendelijke|hartelijke) )?groet(?:en|jes)?\b.{0,40}|mvg\b.{0,40}|"
    r"(?:kind |best |warm )?regards\b.{0,40}|sincerely\b.{0,40}|team \w.{0,30})\s*$",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[ \t]{2,}")
_LINES = re.compile(r"\n{3,}")
_ORPHAN = re.compile(r"\s+([,.!?;:])")
_COMMAS = re.compile(r"(?:,\s*)+([,.!?;:])")


def proposed_answer(text: str, *, language: str, customer: str = "", signatures: Iterable[str] = ()) -> str:
    """Return one of our replies fit for anybody: no greeting, no signature, no names or handles, personal data masked."""
    kept = text.replace("\r\n", "\n")
    for signature in signatures:
        kept = kept.removesuffix(signature.strip()) if signature.strip() else kept
    lines = kept.strip().split("\n")
    while lines and (not lines[-1].strip() or _SIGNED.match(lines[-1])):
        lines.pop()
    kept = _GREETING.sub("", "\n".join(lines), count=1).strip()
    fit = _fit_for_anybody(kept, language=language, customer=customer)
    return fit[:1].upper() + fit[1:]


def proposed_question(text: str, *, language: str, customer: str = "") -> str:
    """Return a customer's question as a title for a person to reword: its sentence that asks, masked and short."""
    plain = " ".join(_LINK.sub(" ", text).split())
    sentences = [one.strip() for one in re.split(r"(?<=[.!?])\s+", plain) if one.strip()]
    asked = next((one for one in sentences if one.endswith("?") and len(one.split()) > 2), plain)
    return shorten(_fit_for_anybody(asked, language=language, customer=customer), MOST_QUESTION)


def same_words(one: str, other: str) -> bool:
    """Tell whether `one` is still largely said in the words of `other`: most runs of three words stand in both."""
    runs, source = _runs(one), _runs(other)
    return bool(runs) and len(runs & source) / len(runs) > 0.5


def _fit_for_anybody(text: str, *, language: str, customer: str) -> str:
    kept = masked(text, find_personal_data(text, language), language=language)
    kept = _HANDLE.sub("", kept)
    for part in sorted({part for part in re.split(r"[^\w]+", customer) if len(part) > 2}, key=len, reverse=True):
        kept = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "", kept, flags=re.IGNORECASE)
    kept = _COMMAS.sub(r"\1", _ORPHAN.sub(r"\1", _SPACES.sub(" ", kept)))
    return _LINES.sub("\n\n", "\n".join(line.strip(" ,") for line in kept.split("\n"))).strip()


def _runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", folded(text))
    return {tuple(words[at : at + 3]) for at in range(max(1, len(words) - 2))} if words else set()
