"""Which mentions a figure counted: what a reader is shown who asks "which ones?"."""

from __future__ import annotations

from dataclasses import dataclass

from listener.model.figures import Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A page of the mentions that a figure of a week counted, newest first, under pseudonyms; `total` is how many there are.

    `week` is empty for a figure of a dashboard, which is of no week.
    `title` is the issue's for a figure about one issue, else "".
    """

    week: str
    figure: str
    total: int
    quotes: tuple[Quote, ...]
    title: str = ""
