"""What a figure counted: what a reader is shown who asks "which ones?"."""

from __future__ import annotations

from dataclasses import dataclass

from listener.model.figures import Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBehind:
    """A case that a figure counted, with what its customer began with, None when that is there no more.

    `said` is "kept" or "late" for a wait.
    """

    case_id: int
    said: str = ""
    quote: Quote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A page of the mentions that a figure of a week counted, newest first, under pseudonyms; `total` is how many there are.

    `week` is empty for a figure of a dashboard, which is of no week. A figure that counted conversations or waits has `cases` instead.
    `title` is the issue's for a figure about one issue, else ""; `contacts` and `people` are what its mentions add up to.
    """

    week: str
    figure: str
    total: int
    quotes: tuple[Quote, ...] = ()
    cases: tuple[CaseBehind, ...] = ()
    of_cases: bool = False
    title: str = ""
    contacts: int = 0
    people: int = 0
