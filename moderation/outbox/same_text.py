"""When two texts count as one, whatever a platform did to them on the way: folded, unescaped, links set aside. Pure."""

from __future__ import annotations

import hashlib
import html
import re

from listener.text.folding import folded

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MARKUP = re.compile(r"[*_`~>\\]+")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "…": "..."})
_SPACE = re.compile(r"\s+")


def normalised(text: str) -> str:
    """Return the form in which our text and the platform's copy of it are compared.

    Platforms shorten links, escape signs, curl quotes, render Markdown and fold white space; none of that makes it another text.
    """
    text = _LINK.sub("<link>", html.unescape(text))
    text = folded(text.translate(_QUOTES)).translate(_QUOTES)
    return _SPACE.sub(" ", _MARKUP.sub("", text.replace("<link>", "\x00"))).strip()


def text_key(text: str) -> str:
    """Return the SHA-256 of the normalised text: equal for texts that count as one."""
    return hashlib.sha256(normalised(text).encode("utf-8", "surrogatepass")).hexdigest()
