"""A person who asks what is kept of them: who they are to us, where they stand, what was done and the proof of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moderation.model.subject_request import SubjectRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One person by all the keys they stand under. A colleague joined `joined` to `keys`; `names` are as platforms showed them."""

    keys: tuple[str, ...]
    joined: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def asked_as(self) -> tuple[str, ...]:
        """Return everything a request of theirs may have been noted under: keys, and names and ids as they were typed."""
        keys = [*self.keys, *self.joined]
        typed = [typed_as(key.partition("/")[0], name) for key in keys for name in (*self.names, key.rsplit("/", 1)[-1])]
        return tuple(dict.fromkeys([*out_everywhere(keys), *typed]))


WORLDWIDE = frozenset({"discord"})
"""Platforms whose ids of accounts are theirs everywhere; on others an id belongs to one server."""


def anywhere(platform: str, native_id: str) -> str:
    """Return the key of an account in whichever realm (server) of its platform it writes."""
    return f"{platform}/*/{native_id}"


def is_key(account: str) -> bool:
    """Tell whether this is a whole key (PLATFORM/REALM/ID), and no name or id alone."""
    return account.count("/") >= 2


_TYPED = "?"


def typed_as(platform: str, account: str) -> str:
    """Return what stands for somebody of whom nothing is here, by the name that was typed; no realm is called so."""
    return f"{platform}/{_TYPED}/{account}"


def is_typed(person: str) -> bool:
    """Tell whether this is a name that was typed, and no key."""
    return person.split("/", 2)[1:2] == [_TYPED]


def out_everywhere(keys: Iterable[str]) -> list[str]:
    """Return these keys with those that stand for the same accounts anywhere on their platform."""
    parts = [(key, *key.split("/", 2)) for key in keys if is_key(key)]
    return sorted({*keys, *(anywhere(one[1], one[3]) for one in parts if one[1] in WORLDWIDE)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """So many things in one place, in plain words; `kept` says what stays of them after an erasure."""

    place: str
    things: int
    kept: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is kept of a person: in how many places, which files, which messages of others name them, and files nobody can read here.

    not_looked_for: names of theirs that others bear too, that are ours, or that are words of the language. `perhaps`: texts with such a
    word, which stay as they are. `asked`: what they asked for and still wait for.
    """

    subject: Subject
    standing: tuple[Standing, ...]
    files: tuple[str, ...]
    named_by_others: tuple[int, ...]
    files_to_look_at: tuple[str, ...]
    not_looked_for: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    asked: tuple[SubjectRequest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOut:
    """Somebody of whom nothing is collected, since when, and whether they were erased then; of those no name is here any more."""

    subject: Subject
    since: datetime
    erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was done for a person, without saying who it was. `digest` covers all of it, as the audit log has it too."""

    receipt_id: int
    kind: str
    at: datetime
    made_by: str
    counts: Mapping[str, int]
    digest: str


Rows = Mapping[str, tuple[Mapping[str, Any], ...]]
"""Everything kept of a person, by place."""
