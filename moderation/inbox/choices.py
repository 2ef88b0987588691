"""Which issues a list shows, in which order and under which heading: read from the address, nothing kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from listener.model.figures import IssueFigures
from listener.model.issue import IssueState
from moderation.inbox.paging import page_asked
from moderation.model.matrix import Place, Quadrant

GROUPS: tuple[tuple[str, frozenset[IssueState]], ...] = (
    ("now", frozenset({IssueState.NEW, IssueState.CAME_BACK, IssueState.GROWING})),
    ("steady", frozenset({IssueState.STEADY})),
    ("fading", frozenset({IssueState.FADING, IssueState.QUIET})),
    ("closed", frozenset({IssueState.RESOLVED, IssueState.MUTED})),
)
"""Headings of the list in order, each with its states."""

PERIODS = (7, 14, 30, 90)
USUAL_DAYS = 14
"""Periods of the figures on offer, and the one that counts where nobody chose."""
FIELDS = ("state", "place", "brand", "channel", "language")
"""What the list can be narrowed by, in the order of the page."""

_ORDER = {state: at for at, (_, states) in enumerate(GROUPS) for state in states}
_MOST = {"state": 80, "place": 20, "brand": 200, "channel": 80, "language": 20}

Rank = Callable[[IssueFigures], tuple[float, ...]]
SORTS: Mapping[str, Rank] = {
    "mentions": lambda issue: (-issue.period_mentions, -issue.mentions),
    "people": lambda issue: (-issue.authors, -issue.mentions),
    "growth": lambda issue: (-(issue.period_mentions - issue.before_mentions), -issue.period_mentions),
    "newest": lambda issue: (-issue.first_at.timestamp(),),
}
"""Orders beside the usual one, in which what asks attention comes first under headings."""


def period_asked(written: str) -> int | None:
    """Return the period that an address or a form names; None where it names none that is on offer."""
    return next((days for days in PERIODS if str(days) == written), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One value a list can be narrowed to: what it is, how many issues have it, the address that picks (or drops) it."""

    value: str
    count: int
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueChoice:
    """What the address asks for; empty means everything. `days` is the period of the figures. `view` is "matrix" or "" for the list.
    `page` is the part of a long list, from 1; any other change begins at the first again.

    `places` is not asked but known: where each issue sits in the matrix.
    """

    state: str = ""
    place: str = ""
    brand: str = ""
    channel: str = ""
    language: str = ""
    days: int = USUAL_DAYS
    sort: str = ""
    view: str = ""
    page: int = 1
    places: Mapping[int, Place] = field(default_factory=dict, compare=False)

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> IssueChoice:
        """Read an address. What it asks that we do not have (a period, an order) is as if it was not asked."""
        return cls(
            state=query.get("state", "")[: _MOST["state"]],
            place=query.get("place", "")[: _MOST["place"]],
            brand=query.get("brand", "")[: _MOST["brand"]],
            channel=query.get("channel", "")[: _MOST["channel"]],
            language=query.get("language", "")[: _MOST["language"]],
            days=period_asked(query.get("days", "")) or USUAL_DAYS,
            sort=query.get("sort", "") if query.get("sort", "") in SORTS else "",
            view="matrix" if query.get("view", "") == "matrix" else "",
            page=page_asked(query.get("page", "")),
        )

    def fits(self, issue: IssueFigures) -> bool:
        return (
            self.state in ("", issue.state.value)
            and (not self.language or self.language in issue.languages)
            and (not self.channel or self.channel in issue.platforms)
            and (not self.brand or self.brand in issue.brands)
            and (not self.place or self.place == place_of(issue, self.places))
        )

    @property
    def narrowed(self) -> bool:
        return any(getattr(self, name) for name in FIELDS)

    def address(self) -> str:
        """Return the address of the list with this choice."""
        asked = {name: getattr(self, name) for name in FIELDS}
        asked |= {"days": str(self.days) if self.days != USUAL_DAYS else "", "sort": self.sort, "view": self.view}
        asked |= {"page": str(self.page) if self.page > 1 else ""}
        said = {name: value for name, value in asked.items() if value}
        return f"/issues?{urlencode(said, errors='replace')}" if said else "/issues"

    def with_(self, **changes: str | int) -> str:
        """Return the address of the list with this choice changed in these fields."""
        return self.changed(**changes).address()

    def changed(self, **changes: str | int) -> IssueChoice:
        """Return this choice changed in these fields, by name."""
        return replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]  # each field takes what its name says


def place_of(issue: IssueFigures, places: Mapping[int, Place]) -> str:
    """Return the quadrant of an issue as the address writes it; empty when nobody knows it."""
    found = places.get(issue.issue_id)
    return found.quadrant.value if found else ""


def offers(choice: IssueChoice, issues: Sequence[IssueFigures]) -> dict[str, tuple[Offer, ...]]:
    """Return the values on offer per field; a field with fewer than two values offers none.

    A value's count is taken with the other fields as chosen, so it says what a click will show.
    """
    values: Mapping[str, Callable[[IssueFigures], Iterable[str]]] = {
        "state": lambda issue: (issue.state.value,),
        "place": lambda issue: tuple(filter(None, (place_of(issue, choice.places),))),
        "brand": lambda issue: issue.brands,
        "channel": lambda issue: issue.platforms,
        "language": lambda issue: issue.languages,
    }
    counts = {
        name: Counter(one for issue in issues if choice.changed(**{name: ""}).fits(issue) for one in of(issue))
        for name, of in values.items()
    }
    in_order = {name: sorted(found) for name, found in counts.items()}
    in_order["state"] = [state.value for _, group in GROUPS for state in IssueState if state in group and counts["state"][state.value]]
    in_order["place"] = [one.value for one in Quadrant if counts["place"][one.value]]
    return {name: _offers(choice, name, getattr(choice, name), in_order[name], counts[name]) for name in FIELDS}


def grouped(issues: Iterable[IssueFigures], *, sort: str = "") -> tuple[tuple[str, tuple[IssueFigures, ...]], ...]:
    """Return (heading, issues) in the order of `GROUPS`, pinned ones and then the most talked-about of the period first.

    Empty headings are left out. In another order than the usual one all stand under the heading "sorted".
    """
    if sort in SORTS:
        found = tuple(sorted(issues, key=lambda issue: (not issue.pinned, *SORTS[sort](issue), issue.issue_id)))
        return (("sorted", found),) if found else ()
    ranked = sorted(
        issues,
        key=lambda issue: (_ORDER[issue.state], not issue.pinned, -issue.period_mentions, -issue.last_at.timestamp(), issue.issue_id),
    )
    groups = ((name, tuple(issue for issue in ranked if issue.state in states)) for name, states in GROUPS)
    return tuple((name, members) for name, members in groups if members)


def on_page(
    groups: Sequence[tuple[str, tuple[IssueFigures, ...]]], page: int, size: int
) -> tuple[tuple[str, int, tuple[IssueFigures, ...]], ...]:
    """Return (heading, how many there are under it in all, those on this page) of a list cut into pages of `size`, without empty ones."""
    first, shown = (page - 1) * size, list[tuple[str, int, tuple[IssueFigures, ...]]]()
    for name, members in groups:
        if here := members[max(0, first) : max(0, first + size)]:
            shown.append((name, len(members), here))
        first -= len(members)
    return tuple(shown)


def by_place(issues: Iterable[IssueFigures], places: Mapping[int, Place]) -> dict[str, tuple[IssueFigures, ...]]:
    """Return the issues of each quadrant, by the value it has in an address, the most talked-about first."""
    ranked = sorted(issues, key=lambda issue: (-issue.period_mentions, issue.issue_id))
    return {one.value: tuple(issue for issue in ranked if place_of(issue, places) == one.value) for one in Quadrant}


def _offers(choice: IssueChoice, name: str, chosen: str, values: Sequence[str], counts: Mapping[str, int]) -> tuple[Offer, ...]:
    if len(values) < 2 and not chosen:
        return ()
    return tuple(
        Offer(value=value, count=counts[value], address=choice.with_(**{name: "" if value == chosen else value}), chosen=value == chosen)
        for value in values
    )
