"""Fill `{{ names }}` in words that a person wrote for one occasion. Nothing else in them is read as a template. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

NAME = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
"""A name in double braces: all that is read as more than plain text."""
_PLAIN_NAME = re.compile(r"[^\W_][\w .'’-]{0,38}\Z")
_ADDRESS = re.compile(r"\.\w")


def names_in(text: str) -> tuple[str, ...]:
    """Return the names that a text wants filled, each once, in order."""
    return tuple(dict.fromkeys(NAME.findall(text)))


def fill(text: str, given: Mapping[str, str]) -> str:
    """Return the text with every name replaced by its value, in one pass: a value is never read again (RULES I13).

    Raises KeyError for a name without a value.
    """
    return NAME.sub(lambda found: given[found[1]], text)


def public_name(name: str) -> str:
    """Return a customer's name as we may write it in public: letters, digits and a few signs, at most 39; empty when it is anything else.

    A name is a text of a stranger: one that pings everybody, hides a link or holds a sign of a template is not repeated in our words.
    """
    plain = " ".join(name.split())
    return plain if _PLAIN_NAME.match(plain) and not _ADDRESS.search(plain) else ""
