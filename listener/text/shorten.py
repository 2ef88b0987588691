"""Text cut and cleaned for showing: never half a character, never a hidden direction change, never a terminal command."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_ZWJ = "\u200d"
_HIDDEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]")
_ANSI = re.compile(
    "\x1b\\[[0-?]{0,64}[ -/]{0,8}[@-~]"  # control sequences: colours, cursor moves
    "|\x1b[\\]PX^_][^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\\\|\x9c)?"  # strings: titles, links
    "|\x1b[ -/]{0,4}[0-~]?"  # short escapes
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def graphemes(text: str) -> Iterator[str]:
    """Yield what a reader sees as one character each: letter with marks, emoji sequence, flag, CR LF.

    Follows the extended clusters of Unicode Annex 29 but for Indic conjuncts and Hangul jamo sequences, which may be split.
    """
    start = 0
    flags = 0
    for at in range(1, len(text)):
        char, before = text[at], text[at - 1]
        flags = flags + 1 if _is_flag_half(before) else 0
        if _extends(char) or before == _ZWJ or (before == "\r" and char == "\n") or (_is_flag_half(char) and flags % 2 == 1):
            continue
        yield text[start:at]
        start = at
    if text:
        yield text[start:]


def shorten(text: str, most: int) -> str:
    """Return `text` if it has at most `most` code points, else its beginning cut between two graphemes, with "…" as its last one.

    `most` below 1 raises ValueError.
    """
    if most < 1:
        raise ValueError("most must be at least 1")
    if len(text) <= most:
        return text
    kept = 0
    for grapheme in graphemes(text[: most + 64]):
        if kept + len(grapheme) > most - 1:
            break
        kept += len(grapheme)
    return f"{text[:kept].rstrip()}…"


def visible(text: str) -> str:
    """Return `text` with characters that hide, or that turn the reading direction, spelled out as ⟨U+202E⟩.

    The joiner inside emoji sequences stays: without it a family falls apart into persons.
    """
    return _HIDDEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text)


def terminal_safe(text: str) -> str:
    """Return `text` without anything a terminal would obey: escape sequences and control characters but newline and tab.

    Lone surrogates go too; hidden characters are spelled out as in `visible`.
    """
    return visible(_CONTROL.sub("", _ANSI.sub("", text)))


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _extends(char: str) -> bool:
    if char.isascii():
        return False
    if char == _ZWJ or "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f" or char == "\u200c":
        return True
    return unicodedata.category(char) in ("Mn", "Me", "Mc")
