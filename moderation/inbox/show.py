"""Turns values into what may safely stand on a page: escaped, hidden characters made visible, links that are links."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from jinja2 import BytecodeCache, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from listener.text.shorten import shorten, visible

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_HALF = re.compile("[\ud800-\udfff]")
_TAGS = re.compile("[\U000e0000-\U000e007f]+")
_ENGLAND = "\U0001f3f4"

MOST_SHOWN = 20_000


class Compiled(BytecodeCache):
    """Templates as compiled code, in memory: apps of one process share them, each of which would take a second to compile all pages.

    The key holds a template's name and the sum of its source, so that a changed file is compiled anew.
    """

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket with what was compiled of this very source, if anything was."""
        if (code := self._code.get(f"{bucket.key}/{bucket.checksum}")) is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._code[f"{bucket.key}/{bucket.checksum}"] = bucket.bytecode_to_string()


_COMPILED = Compiled()
_MOST_DECIDED = 5_000


class PageEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox of pages, which remembers its decisions: whether a name may be read depends on the kind of object and the name alone."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._decided: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Tell whether a template may read this; asked a thousand times for a page with a long list."""
        about = type(obj), attr
        decided = self._decided.get(about)
        if decided is None:
            if len(self._decided) >= _MOST_DECIDED:
                self._decided.clear()
            decided = self._decided[about] = super().is_safe_attribute(obj, attr, value)
        return decided


def page_environment(package: str) -> PageEnvironment:
    """Return an environment for the templates in the folder `pages` of a package.

    Every printed value is escaped and made visible; a name that a template misspells is an error.
    """
    return PageEnvironment(
        loader=PackageLoader(package, "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=plainly,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_COMPILED,
    )


def plainly(value: object) -> object:
    """Make any text fit for a page: called on every value a template prints, so no template has to remember it.

    A text beyond 20,000 characters is cut, so that one post cannot stop a browser. Control characters become their pictures (␀), halves
    of characters U+FFFD, hidden and direction-turning ones ⟨U+202E⟩ (RULES I2-I4).
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    if value.isascii() and value.isprintable() and len(value) <= MOST_SHOWN:
        return value
    text = shorten(value, MOST_SHOWN) if len(value) > MOST_SHOWN else value
    text = _HALF.sub("\ufffd", _CONTROL.sub(_picture, text))
    return visible(_TAGS.sub(lambda found: _tag(text, found), text))


def web_link(url: str) -> str:
    """Return `url` when a person may be sent there with one click, else "".

    It must be http or https with a host, without a user name in it, and at most 2,000 characters long.
    """
    if len(url) > 2000 or _CONTROL.search(url) or _HALF.search(url) or any(sign in url for sign in " \\\t\n\r"):
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parts.port  # noqa: B018 - reading it raises ValueError on a port that is none
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and host and "@" not in parts.netloc else ""


def link_host(url: str) -> str:
    """Return the host of a link as it is written to the browser, so that a look-alike can be seen; empty when it is no link."""
    return (urlsplit(url).hostname or "") if web_link(url) else ""


def excerpt(text: str, most: int = 280) -> str:
    """Return the beginning of a text on one line, cut between graphemes."""
    return shorten(" ".join(text[: most * 8].split()), most)


def _picture(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code < 0x20:
        return "\n" if code == 0x0D else chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"⟨U+{code:04X}⟩"


def _tag(text: str, found: re.Match[str]) -> str:
    """Spell tag characters out unless they are the flag of England, Scotland or Wales."""
    if found.start() and text[found.start() - 1] == _ENGLAND:
        return found.group()
    return "".join(f"⟨U+{ord(char):05X}⟩" for char in found.group())
