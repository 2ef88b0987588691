"""Which team a compliment names: "thanks to the engineer who came out". Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listener.text.folding import folded
from listener.text.grams import words


def team_words(lists: Sequence[Mapping[str, str]], own: Sequence[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the terms of each team, folded: those of the word lists (team → terms with commas), and the names of our own teams."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for terms_of in lists:
        for team, terms in terms_of.items():
            found.setdefault(team, []).extend(tuple(words(term)) for term in terms.split(","))
    known = {term for terms in found.values() for term in terms}
    for name in own:
        if tuple(words(name)) not in known:
            found.setdefault(name, []).append(tuple(words(name)))
    return {team: tuple(term for term in terms if term) for team, terms in found.items()}


def named_teams(text: str, terms: Mapping[str, tuple[tuple[str, ...], ...]]) -> tuple[str, ...]:
    """Return the teams that a text names, in the order of `terms`, each once."""
    said = words(folded(text))
    return tuple(team for team, some in terms.items() if any(_holds(said, term) for term in some))


def _holds(said: Sequence[str], term: tuple[str, ...]) -> bool:
    return any(tuple(said[at : at + len(term)]) == term for at in range(len(said) - len(term) + 1))
