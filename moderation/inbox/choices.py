"""Which issues a list shows and under which heading: read from the address, nothing kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from listener.model.figures import IssueFigures
from listener.model.issue import IssueState

GROUPS: tuple[tuple[str, frozenset[IssueState]], ...] = (
    ("now", frozenset({IssueState.NEW, IssueState.CAME_BACK, IssueState.GROWING})),
    ("steady", frozenset({IssueState.STEADY})),
    ("fading", frozenset({IssueState.FADING, IssueState.QUIET})),
    ("closed", frozenset({IssueState.RESOLVED, IssueState.MUTED})),
)
"""Headings of the list in order, each with its states."""

_ORDER = {state: at for at, (_, states) in enumerate(GROUPS) for state in states}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One value a list can be narrowed to: what it is, how many issues have it, the address that picks (or drops) it."""

    value: str
    count: int
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueChoice:
    """What the address asks for; empty means everything."""

    state: str = ""
    brand: str = ""
    language: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> IssueChoice:
        return cls(state=query.get("state", "")[:80], brand=query.get("brand", "")[:200], language=query.get("language", "")[:20])

    def fits(self, issue: IssueFigures) -> bool:
        return (
            self.state in ("", issue.state.value)
            and (not self.language or self.language in issue.languages)
            and (not self.brand or self.brand in issue.brands)
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.state or self.brand or self.language)

    def address(self) -> str:
        """Return the address of the list with this choice."""
        asked = {key: value for key, value in (("state", self.state), ("brand", self.brand), ("language", self.language)) if value}
        return f"/issues?{urlencode(asked, errors='replace')}" if asked else "/issues"


def offers(choice: IssueChoice, issues: Sequence[IssueFigures]) -> dict[str, tuple[Offer, ...]]:
    """Return the values on offer per field (state, brand, language); a field with fewer than two values offers none.

    A value's count is taken with the other fields as chosen, so it says what a click will show.
    """
    states = Counter(issue.state.value for issue in issues if replace(choice, state="").fits(issue))
    brands = Counter(brand for issue in issues if replace(choice, brand="").fits(issue) for brand in issue.brands)
    languages = Counter(language for issue in issues if replace(choice, language="").fits(issue) for language in issue.languages)
    in_order = [state.value for _, group in GROUPS for state in IssueState if state in group and states[state.value]]
    return {
        "state": _offers(choice, "state", choice.state, in_order, states),
        "brand": _offers(choice, "brand", choice.brand, sorted(brands), brands),
        "language": _offers(choice, "language", choice.language, sorted(languages), languages),
    }


def grouped(issues: Iterable[IssueFigures]) -> tuple[tuple[str, tuple[IssueFigures, ...]], ...]:
    """Return (heading, issues) in the order of `GROUPS`, pinned ones and then the most talked-about of the period first.

    Empty headings are left out.
    """
    ranked = sorted(
        issues,
        key=lambda issue: (_ORDER[issue.state], not issue.pinned, -issue.period_mentions, -issue.last_at.timestamp(), issue.issue_id),
    )
    found = ((name, tuple(issue for issue in ranked if issue.state in states)) for name, states in GROUPS)
    return tuple((name, members) for name, members in found if members)


def _offers(choice: IssueChoice, field: str, chosen: str, values: Sequence[str], counts: Mapping[str, int]) -> tuple[Offer, ...]:
    if len(values) < 2 and not chosen:
        return ()
    return tuple(
        Offer(
            value=value,
            count=counts[value],
            address=replace(choice, **{field: "" if value == chosen else value}).address(),
            chosen=value == chosen,
        )
        for value in values
    )
