"""Texts measured as the platform measures them. Too long is refused before approval; nothing is ever cut (RULES F32). Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from listener.errors import NotAllowed
from listener.text.shorten import graphemes
from moderation.model.post import Limits

_REST = r"(?::\d+)?(?:[/?#](?:[\w!*';:=+,.$/%#\[\]~&|@?-]*[\w/#=])?)?"
_URL = re.compile(rf"https?://[\w-]+(?:\.[\w-]+)*\.[a-z]{{2,}}{_REST}", re.IGNORECASE | re.ASCII)
_BARE_URL = re.compile(rf"(?<![\w@.-])[\w-]+(?:\.[\w-]+)*\.[a-z]{{2,}}{_REST}", re.IGNORECASE | re.ASCII)
_URL_WEIGHT = 23
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_EMOJI_PRESENTATION, _KEYCAP, _JOINER = "\ufe0f", "\u20e3", "\u200d"


def _weighted(text: str) -> int:
    """Count as X does: 2 for each sign outside the light ranges, 2 for an emoji of however many parts, 23 for a link.

    Source: twitter-text, config/v3.json (version 3: scale 100, default weight 200, transformedURLLength 23, emoji parsed) and
    js/src/parseTweet.js, read 2026-11-25. The text is normalised (NFC) first. X takes "example.com" for a link only where the ending is a
    registered one; here any such word counts as the longer of link and letters, and signs that X might still take into a link count as
    text: the count may be over the true one, never under (but for "https://" before an ending that nobody registered).
    """
    text = unicodedata.normalize("NFC", text)
    text, links = _URL.subn(" ", text)
    bare = _BARE_URL.findall(text)
    counted = sum(max(_URL_WEIGHT, _weight(word)) for word in bare)
    return links * (_URL_WEIGHT - 1) + counted + _weight(_BARE_URL.sub("", text))


def _weight(text: str) -> int:
    return sum(2 if _is_emoji(one) else sum(_sign_weight(sign) for sign in one) for one in graphemes(text))


def _sign_weight(sign: str) -> int:
    return 1 if any(first <= ord(sign) <= last for first, last in _LIGHT) else 2


def _is_emoji(grapheme: str) -> bool:
    """Several signs that X takes for one picture: joined, coloured, a flag, a keycap."""
    if len(grapheme) == 1:
        return False
    return (
        grapheme[-1] in (_EMOJI_PRESENTATION, _KEYCAP) or grapheme[0] >= "\U0001f000" or (_JOINER in grapheme and grapheme[0] >= "\u2190")
    )


_MENTION = re.compile(r"(?<![=/\w])@(\w+(?:[\w.-]+\w+)?)@[\w.-]+\w", re.ASCII)


def _mastodon(text: str) -> int:
    """Count as Mastodon does: graphemes, 23 for a link, and of "@name@server" only "@name".

    Source: mastodon/mastodon app/validators/status_length_validator.rb, lib/mastodon (URL_PLACEHOLDER_CHARS 23), read 2026-11-26. A link
    that Mastodon would know and this does not counts in full: the count may be over the true one, never under.
    """
    short = _MENTION.sub(r"@\1", _URL.sub("x" * _URL_WEIGHT, text))
    return sum(1 for _ in graphemes(short))


_WAYS: dict[str, Callable[[str], int]] = {
    "characters": len,
    "graphemes": lambda text: sum(1 for _ in graphemes(text)),
    "utf16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "weighted": _weighted,
    "mastodon": _mastodon,
}


def length(text: str, limits: Limits) -> int:
    """Return the length of `text` in the unit that `limits` counts in. An unknown unit raises KeyError."""
    return _WAYS[limits.counts](text)


def must_fit(text: str, limits: Limits) -> None:
    """Raise `NotAllowed` with both figures when `text` is empty or longer than the platform takes."""
    if not text.strip():
        raise NotAllowed("The text is empty.", key="empty")
    counted = length(text, limits)
    if counted > limits.most:
        raise NotAllowed(
            f"The text has {counted} {limits.counts}; this platform takes {limits.most}. Shorten it; nothing is cut for you.",
            key="too_long",
            fields={"over": counted - limits.most, "most": limits.most},
        )
