"""Cells of a CSV file that no spreadsheet takes for a formula (RULES S28, I10; OWASP, "CSV Injection", 2026)."""

from __future__ import annotations

import re
import unicodedata

from moderation.model.export import Cell

QUOTE = "'"
"""A cell that begins with it is text to every spreadsheet."""
_SIGNS = frozenset("=+-@|%")
_MINUS = frozenset("−–—‐‑‒﹣－")
_PASSED_OVER = frozenset("\"'`;,")
_WITHIN = re.compile(
    "([;\t\r\n][\\s\x00-\x1f\"'`;,\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]*)"
    "(?=[-=+@|%−–—‐‑‒﹣－＝﹦⁼₌＋﹢⁺₊＠﹫｜％﹪])"
)


def csv_cell(value: Cell) -> str:
    """Return a value as a CSV cell: dates in ISO 8601, yes and no as 1 and 0, text that a sheet would compute behind a quote.

    What a sheet passes over before a sign (blanks, invisible and control characters, quotes, separators) is passed over here too, and
    wide and small forms of a sign count as the sign. A tab or a line's end in front is quoted whatever comes after it. Inside a text the
    same is done after a semicolon, a tab or a line's end: a sheet that takes those for separators (in Dutch the semicolon is one) does not
    see our quotes, and would begin a cell there.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    text = value if isinstance(value, str) else value.isoformat()
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    text = _WITHIN.sub(lambda found: found[1] + QUOTE, text)
    return QUOTE + text if is_formula(text) else text


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet might compute a text instead of showing it."""
    if text[:1] in ("\t", "\r", "\n"):
        return True
    for sign in text:
        plain = unicodedata.normalize("NFKC", sign)[:1]
        if plain in _SIGNS or sign in _MINUS or plain in _MINUS:
            return True
        if not (sign in _PASSED_OVER or plain in _PASSED_OVER or plain.isspace() or unicodedata.category(sign) in ("Cc", "Cf", "Zs", "Mn")):
            return False
    return False
