"""How the recordings of one platform are read: which files hold something for a source of ours, and what has to come out of it.

What a mention has to be is taken from the recording by plain access to its JSON, never from another reader of ours.
"""

from __future__ import annotations

import copy
import json
import random
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import yaml

from listener.errors import ProductError
from listener.model.mention import Mention, Removal
from listener.model.page import Found, Skip
from tests.replay.exchanges import Exchange, exchanges_in, things

STRANGE: tuple[Any, ...] = (
    None,
    "",
    "x" * 3_000,
    -1,
    10**30,
    1.5,
    True,
    [],
    {},
    [[]],
    {"id": None},
    "\ud800",
    "2026-13-45T99:99:99Z",
    "\x00",
)
MOST_ALTERED = 3


class NotOurs(Exception):
    """A recording that no source of ours has a use for; the message is the reason that the table shows."""


class Reading(Protocol):
    """The recordings of one platform."""

    def check(self, path: Path) -> str:
        """Return what was read of a recording, or raise `NotOurs`; anything else that is raised is a fault of ours."""
        ...

    def alter(self, path: Path, chance: random.Random) -> int:
        """Read a recording a few times with parts of it taken away or put wrong; return how often. Only `ProductError` may be raised."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing in a recording: the object, the body that it came in, the address that was asked ("" when it was not kept)."""

    thing: dict[str, Any]
    body: Any = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """A platform whose recordings hold posts of one kind, however deep.

    agrees: raises unless the mention is what the item says. may_be_left: tells whether it is right that the item is no mention.
    versions: other forms in which a post is read too.
    """

    what: str
    is_one: Callable[[dict[str, Any]], bool]
    read: Callable[[Item], Found]
    agrees: Callable[[Mention, Item], None]
    may_be_left: Callable[[Removal | Skip, Item], bool]
    versions: Callable[[dict[str, Any]], Iterable[dict[str, Any]]] = lambda one: (one,)

    def items(self, path: Path) -> Iterator[Item]:
        """Yield the posts of a recording, or raise `NotOurs`."""
        exchanges = opened(path)
        found = False
        for one in exchanges:
            body = one.found
            for thing in things(body, self.is_one):
                found = True
                yield from (Item(thing=form, body=body, url=one.url) for form in self.versions(thing))
        if not found:
            raise NotOurs(why_none(exchanges, self.what))

    def check(self, path: Path) -> str:
        count = 0
        for item in self.items(path):
            read = self.read(item)
            if isinstance(read, Mention):
                assert read.posted_at.utcoffset() is not None, "a time without a zone"
                self.agrees(read, item)
            else:
                assert self.may_be_left(read, item), f"left out: {read}"
            count += 1
        return f"{count} {self.what}"

    def alter(self, path: Path, chance: random.Random) -> int:
        count = 0
        for item in list(self.items(path))[:MOST_ALTERED]:
            for thing in altered(item.thing, chance):
                harmless(self.read, Item(thing=thing, body=item.body, url=item.url))
                count += 1
        return count


def opened(path: Path) -> list[Exchange]:
    """Return what a recording holds, or raise `NotOurs` when it is none."""
    if path.suffix not in (".json", ".yaml", ".yml"):
        raise NotOurs(f"it is no recording of an exchange ({path.suffix or 'no ending'})")
    try:
        return exchanges_in(path)
    except (ValueError, TypeError, KeyError, AttributeError, EOFError, OSError, zlib.error, yaml.YAMLError) as error:
        raise NotOurs("it cannot be opened as a recording") from error


def why_none(exchanges: list[Exchange], what: str) -> str:
    """Return why a recording has nothing to read."""
    statuses = {one.status for one in exchanges}
    if statuses and min(statuses) >= 400:
        return "its answers are refusals and failures"
    if all(one.found is None for one in exchanges):
        return "its answers hold no JSON"
    return f"its answers hold no {what}: accounts, settings, acts and the like"


def altered(thing: dict[str, Any], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Yield versions of an object: each of its fields, two levels deep, taken away or of another kind, and one that is cut short."""
    for outer, value in list(thing.items()):
        changed = copy.deepcopy(thing)
        inner = chance.choice(sorted(value)) if isinstance(value, dict) and value and chance.random() < 0.5 else None
        place, key = (changed, outer) if inner is None else (changed[outer], inner)
        if chance.random() < 0.3:
            del place[key]
        else:
            place[key] = copy.deepcopy(chance.choice(STRANGE))
        yield changed
    kept = list(thing.items())
    yield dict(kept[: chance.randrange(len(kept) + 1)])


def harmless(read: Callable[..., object], *given: object) -> None:
    """Let a reading end well or with an error of ours."""
    try:
        read(*given)
    except ProductError:
        return


def parsed(value: object) -> Any:
    """Return JSON in a text; None when it is none."""
    try:
        return json.loads(value) if isinstance(value, str | bytes) else None
    except ValueError:
        return None


def moment_told(value: object) -> datetime | None:
    """Return a time of ISO 8601 as a recording holds it, in UTC when it names no zone; None for anything else."""
    try:
        told = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return told.replace(tzinfo=UTC) if told is not None and told.tzinfo is None else told


def at(thing: Mapping[str, Any], *names: str) -> Any:
    """Return a value within objects; None where one of them is missing."""
    found: Any = thing
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found
