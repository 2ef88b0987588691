"""Which issues a list shows, and in what order; pinned ones always come first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from listener.model.figures import IssueFigures
from listener.text.folding import folded

SORTS: dict[str, Callable[[IssueFigures], Any]] = {
    "weight": lambda _: 0,  # the order in which they come: what matters first
    "mentions": lambda one: -one.mentions,
    "people": lambda one: -one.authors,
    "recent": lambda one: -one.last_at.timestamp(),
    "newest": lambda one: -one.first_at.timestamp(),
    "title": lambda one: folded(one.title),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is asked for; empty means everything. `search` holds words that all stand in title or theme, case aside."""

    states: tuple[str, ...] = ()
    language: str = ""
    brand: str = ""
    search: str = ""
    sort: str = "weight"
    most: int | None = None

    def fits(self, issue: IssueFigures) -> bool:
        said = folded(f"{issue.title} {issue.theme}")
        return (
            (not self.states or issue.state.value in self.states)
            and (not self.language or self.language.lower() in issue.languages)
            and (not self.brand or folded(self.brand) in {folded(brand) for brand in issue.brands})
            and all(folded(word) in said for word in self.search.split())
        )


def choose_issues(issues: Iterable[IssueFigures], wanted: Wanted) -> Sequence[IssueFigures]:
    """Return the wanted issues in the wanted order; of equal ones the given order holds."""
    found = sorted((one for one in issues if wanted.fits(one)), key=SORTS[wanted.sort])
    return sorted(found, key=lambda one: not one.pinned)[: wanted.most]
