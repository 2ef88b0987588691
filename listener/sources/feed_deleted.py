"""Entries that an Atom feed itself says are deleted (RFC 6721, read 2026-11). Pure."""

from __future__ import annotations

from contextlib import suppress
from xml.parsers import expat

TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
ATOM = "http://www.w3.org/2005/Atom"
MOST_DELETED = 1_000


class _Enough(Exception):
    """There is nothing more to read, or nothing that we want to read."""


def deleted_in(body: bytes) -> tuple[str, ...]:
    """Return the ids of entries whose deletion stands in the feed itself, not in what somebody wrote in an entry; each once.

    Broken XML gives those before the break. A document with entities of its own gives none after them: they are what bombs are made of.
    """
    if TOMBSTONES.encode() not in body:
        return ()
    found: dict[str, None] = {}
    above: list[str] = []

    def begins(name: str, given: dict[str, str]) -> None:
        if above == [f"{ATOM} feed"] and name == f"{TOMBSTONES} deleted-entry" and given.get("ref"):
            found[given["ref"]] = None
            if len(found) >= MOST_DELETED:
                raise _Enough
        above.append(name)

    def ends(_: str) -> None:
        above.pop()

    def declares(*_: object) -> None:
        raise _Enough

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.EntityDeclHandler = begins, ends, declares
    with suppress(_Enough, expat.ExpatError, LookupError, ValueError):
        parser.Parse(body, True)
    return tuple(found)
