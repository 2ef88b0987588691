"""Client libraries that not every home needs: which extra brings one, and what a source says while it is not there."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import NoReturn

from listener.errors import SourceRefused
from listener.model.page import Cursor, Page

LIBRARIES: Mapping[str, str] = {"reddit": "praw", "x": "tweepy", "discord": "discord"}
"""The module that each extra of our package brings; extras are called as platforms are."""
NEEDED: Mapping[str, str] = {"reddit": "reddit", "reddit_modqueue": "reddit", "x": "x"}
"""The extra without which a kind of source cannot read. (Discord is read by our own client; its bot and posting need theirs.)"""


def missing_library(extra: str) -> str:
    """Return what to do about the library of an extra that is not installed, in a sentence; "" when it is there, or nothing is needed."""
    library = LIBRARIES.get(extra)
    if library is None or _is_there(library):
        return ""
    return f"{library} is not installed. Run: pip install 'klankbord[{extra}]' (scripts/start installs it by itself)."


def missing_for(kind: str) -> str:
    """Return what to do about the library that a kind of source needs, "" when it is there."""
    return missing_library(NEEDED.get(kind, ""))


def _is_there(library: str) -> bool:
    try:
        return find_spec(library) is not None
    except (ImportError, ValueError):
        return False


class WithoutLibrary:
    """Stands for a source whose library is not there: it says so at each pull, and the others go on. See `Source`."""

    def __init__(self, source_id: str, why: str) -> None:
        self._source_id = source_id
        self._why = why

    @property
    def source_id(self) -> str:
        return self._source_id

    async def pull(self, cursor: Cursor | None) -> Page:  # noqa: ARG002 - the port gives it
        """Raise `SourceRefused`, which names the extra to install."""
        self._refuse()

    async def look_up(self, *_asked: object, **_more: object) -> NoReturn:
        """Raise `SourceRefused`, as a pull does."""
        self._refuse()

    async def aclose(self) -> None:
        """Nothing to let go of."""

    def _refuse(self) -> NoReturn:
        raise SourceRefused(self._why, cause="library_missing")
