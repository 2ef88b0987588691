"""Names of colleagues: one person counts as one, however the name is typed. Pure."""

from __future__ import annotations

from listener.text.folding import folded


def person_of(name: str) -> str:
    """Return the form in which names are compared: "Anna", " anna" and "ANNÁ" are one person. Empty when nobody is named."""
    return " ".join(folded(name).split())


def same_person(one: str, other: str) -> bool:
    """Tell whether two names are the same person's; a name too many like another asks for a second person rather than one too few."""
    return person_of(one) == person_of(other)
