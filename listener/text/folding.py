"""One folded form for comparing words: case, accents, invisible characters and look-alike letters do not matter."""

from __future__ import annotations

import re

from listener.text.normal_form import normal_form

_LOOKALIKES = str.maketrans(
    {
        # Cyrillic letters drawn like Latin ones
        **dict(zip("авеіјкмнорстухѕԁһӏԛԝ", "abeijkmhopctyxsdhlqw", strict=True)),
        # Greek letters drawn like Latin ones
        **dict(zip("αβεηικνορτυχ", "abeniκvoptux".replace("κ", "k"), strict=True)),
        # Latin letters that Unicode does not take apart
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ħ": "h",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "ɑ": "a",
        "ɡ": "g",
    }
)
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'"})


def folded(text: str) -> str:
    """Return `text` lower-cased, without accents and invisible characters, with look-alike letters as Latin ones.

    For comparing only: the result is not meant to be read. Plain ASCII takes a short way.
    """
    if text.isascii():
        return text.lower()
    text = normal_form("NFKD", text.translate(_APOSTROPHES))
    text = _INVISIBLE.sub("", text)
    text = _MARKS.sub("", text).casefold()
    # Case folding may bring accents back (as in the Turkish dotted capital I), hence a second removal.
    return _MARKS.sub("", text).translate(_LOOKALIKES)
