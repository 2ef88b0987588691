"""Which things a request names by number, and whether this person may know of them (RULES S3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from moderation.inbox.fields import number_of
from moderation.model.object_kind import FIELD_KINDS, PATH_KINDS, ObjectKind
from moderation.model.person import Person, Right

PRIVATE_WANTS = Right.ANSWER
"""The right that the words of a private message ask for."""
NO_OBJECT = frozenset(
    {"name", "version", "view_id", "person_id", "team_id", "session_id", "token_id", "template_id"}
    | {"subscription_id", "delivery_id", "request_id", "period", "figure"}
)
"""Path parameters that name nothing of a brand: our own files, colleagues and what is theirs; their workflows ask whose it is."""

Named = tuple[ObjectKind | None, int | None]
"""A kind and a number as an address names them; None for a kind that nobody declared, or for what is no number: nobody sees those."""

Brands = frozenset[str] | None
"""Whose things somebody sees; None means those of every brand."""

TokenCheck = Callable[[str], Person | None]
"""Tells who is behind a token and what it may do: a `Person` whose `scopes` are those of the token, or None. May block."""


def no_tokens(token: str) -> Person | None:  # noqa: ARG001 - where no token was ever made, none works
    """Return nobody."""
    return None


Noted = Callable[[Person, str, int], None]
"""Writes down who read on in which list, past how many people. May block."""


def nowhere(person: Person, route: str, persons: int) -> None:
    """Write nothing down: pages without an audit log."""


class ObjectBrands(Protocol):
    """Knows whose each thing is. `moderation/ledger/object_brands.py`."""

    def brands_of(self, kind: ObjectKind, number: int) -> frozenset[str] | None:
        """Return the brands of one thing; empty when it belongs to none, None when there is no such thing."""
        ...

    def brands_of_many(self, kind: ObjectKind, numbers: Iterable[int]) -> Mapping[int, frozenset[str]]:
        """Return the brands of each of these things that exists."""
        ...

    def private_of_many(self, kind: ObjectKind, numbers: Iterable[int]) -> frozenset[int]:
        """Return those of these things that belong to a private message or its conversation."""
        ...


def named_objects(path: Mapping[str, str], fields: Iterable[tuple[str, str]]) -> Iterator[Named]:
    """Yield what an address names in its path, and what its `fields` (after the question mark, or of a form) name.

    A field that is no number is left to the page, which words it.
    """
    for name, written in path.items():
        if name not in NO_OBJECT:
            yield PATH_KINDS.get(name), number_of(written)
    for name, written in fields:
        kind, number = FIELD_KINDS.get(name), number_of(written)
        if kind is not None and number is not None:
            yield kind, number


def sees_all(person: Person, objects: ObjectBrands | None, named: Iterable[Named]) -> bool:
    """Tell whether all of these are there and theirs to see. Somebody of every brand is not asked; without `objects` nothing is seen.

    What belongs to a private message is for those who may answer it: to others it is not there. All of a kind are looked up together: an
    address may name thousands.
    """
    if person.brands is None and person.may(PRIVATE_WANTS):
        return True
    numbers: dict[ObjectKind, set[int]] = {}
    for kind, number in named:
        if kind is None or number is None or objects is None:
            if person.brands is None:
                continue  # the page words what is no number
            return False
        numbers.setdefault(kind, set()).add(number)
    if not person.may(PRIVATE_WANTS) and any(objects is not None and objects.private_of_many(kind, some) for kind, some in numbers.items()):
        return False
    return all(len(seen(person, objects, kind, some)) == len(some) for kind, some in numbers.items())


def seen(person: Person, objects: ObjectBrands | None, kind: ObjectKind, numbers: Iterable[int]) -> frozenset[int]:
    """Return which of these things this person may see: all of them for somebody of every brand, without asking."""
    wanted = frozenset(numbers)
    if person.brands is None or not wanted:
        return wanted
    brands = {} if objects is None else objects.brands_of_many(kind, wanted)
    return frozenset(number for number, theirs in brands.items() if person.sees(theirs))
