"""What a report is written from: figures, and the titles and quotes they point at, looked up when it is read and made harmless here. Pure.

Figures hold no customer's words, so that a message that was removed is gone from every report, also from one that was made long ago.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from listener.digest.choice import link_only
from listener.digest.inert import MOST_QUOTE_CHARACTERS, MOST_TITLE_CHARACTERS, one_line, safe_url, without_personal_data
from listener.model.figures import Quote
from moderation.model.document import Line, Piece
from moderation.model.matrix import Quadrant
from moderation.model.week_report import IssueWeek, WeekFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Figures with what is shown beside them. `recounted`: counted for somebody of some brands, and not the kept report."""

    figures: WeekFigures
    titles: Mapping[int, str] = field(default_factory=dict)
    quotes: Mapping[int, Quote] = field(default_factory=dict)
    recounted: bool = False

    @property
    def finished(self) -> bool:
        """Whether the week was over when it was counted."""
        return self.figures.made_at >= self.figures.to_at

    @property
    def painful(self) -> tuple[IssueWeek, ...]:
        """The issues of the week that hurt, the costliest first: not muted ones, and not what both sides are glad of."""
        found = [one for one in self.figures.issues if one.contacts and not one.hidden and one.quadrant is not Quadrant.LEVERAGE]
        return tuple(found)

    def title(self, issue_id: int) -> Line:
        """Return an issue's title, leading to its page; its number when it is there no more."""
        return (Piece(text=self.titles.get(issue_id, f"#{issue_id}"), link=f"/issues/{issue_id}", strong=True),)

    def which(self, figure: str) -> str:
        """Return where the mentions, or cases, behind a figure of this week stand."""
        return f"/report/{self.figures.period}/{quote(figure, safe='')}"


def harmless(figures: WeekFigures, titles: Mapping[int, str], quotes: Mapping[int, Quote], *, recounted: bool = False) -> Shown:
    """Return what a report is written from, every text of others on one line, without control characters and personal data."""
    plain = replace(
        figures,
        brand=one_line(figures.brand, 80),
        actions=tuple(replace(one, change=one_line(one.change, 200), owner=one_line(one.owner, 80)) for one in figures.actions),
        coverage=None
        if figures.coverage is None
        else tuple(replace(one, source=one_line(one.source, 80), kind=one_line(one.kind, 40)) for one in figures.coverage),
        compliments=replace(figures.compliments, teams={one_line(name, 60): n for name, n in figures.compliments.teams.items()}),
    )
    return Shown(
        figures=plain,
        titles={issue_id: one_line(title, MOST_TITLE_CHARACTERS) for issue_id, title in titles.items()},
        quotes={mention_id: _quote(one) for mention_id, one in quotes.items()},
        recounted=recounted,
    )


def _quote(one: Quote) -> Quote:
    shown = "" if link_only(one.platform) else one_line(without_personal_data(one), MOST_QUOTE_CHARACTERS)
    return replace(one, text=shown, author=one_line(one.author, 60), platform=one_line(one.platform, 40), url=safe_url(one.url))
