"""Secrets in texts of others, known by the name they stand under: in addresses, in heads, in JSON. Pure.

The last net, under every text that may quote a request (log lines, recordings): whoever words a message leaves them out in the first place.
"""

from __future__ import annotations

import re

_NAMED = (
    r"[\w.-]*(?:token|secret|passw(?:or)?d|passphrase|proof|signature|credential|api[_-]?key|access[_-]?key|jwt|cookie)"
    r"[\w.-]*|session[_-]?id"
)
_ALONE = r"x-amz-[\w-]+|x-goog-[\w-]+|key|sig|sign|auth|hmac|code|sid|oh|assertion|authorization"
"""Names that say it only where they stand in an address: "key=" does, the word "key" in a sentence does not."""
_MASKS = (
    re.compile(rf"(?i)((?<![\w-])(?:{_NAMED})(?:=|%3d))[^\s\"'&#\\<>]+"),
    re.compile(rf"(?i)((?:[?&;]|%3f|%26|\\u0026)(?:{_ALONE})(?:=|%3d))[^\s\"'&#\\<>]+"),
    re.compile(rf"(?i)((?<![\w-])(?:{_NAMED}|authorization)\\*[\"']\s*:\s*\\*[\"'])(?:[^\"'\\]|\\u[0-9a-f]{{4}}|\\/)+"),
    re.compile(r"(?i)((?<![\w-])(?:bearer|oauth|oauth2)\s+)[^\s\"'&,\\]+"),
    re.compile(r"((?<![\w-])(?:Basic|Bot|Digest)\s+)[A-Za-z0-9._~+/=-]{12,}"),
    re.compile(r"(/(?:webhooks|interactions)/\d+/)[^\s\"'&\\]+"),
    re.compile(r"((?:[a-z][a-z0-9+.-]{1,20}):(?:\\?/){2})[^\s\"'/@?#\\]+@"),
)


def masked(text: str, mask: str = "•••") -> str:
    """Return a text with `mask` in place of what its name says to be a secret, and of the user and password of an address."""
    for one in _MASKS[:-1]:
        text = one.sub(rf"\g<1>{mask}", text)
    return _MASKS[-1].sub(rf"\g<1>{mask}@", text)
