"""The issue pages over a real desk: issues of the invented day, made in its ledger, with figures that are told and not counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from listener.insight.records import PlaceCount
from listener.issues.prepare import Reader
from listener.model.figures import IssueFigures
from moderation.inbox.issue_parts import IssueParts, IssueSigns
from moderation.inbox.page_records import IssueDetail, IssuesNow
from moderation.inbox.scope import Brands
from moderation.page_parts.issues import issue_parts
from tests.fakes.desk import Desk
from tests.fakes.staff import StaffDay

ANNOYED = {("cause", "service_failed"): 80, ("cause", "idea"): 3, ("sentiment", "negative"): 70, ("sentiment", "neutral"): 30}


@dataclass
class ToldFigures:
    """Tells the figures of a day. `asked` lists the periods that pages asked for."""

    day: StaffDay
    told: Mapping[int, Mapping[tuple[str, str], int]] = field(default_factory=lambda: {1: ANNOYED, 2: {("cause", "product_question"): 9}})
    asked: list[int] = field(default_factory=list)

    def issues(self, brands: Brands, period_days: int) -> IssuesNow:
        self.asked.append(period_days)
        now = self.day.now()
        seen = tuple(one for one in now.issues if brands is None or not one.brands or set(one.brands) & brands)
        return replace(now, issues=seen)

    def issue(self, brands: Brands, issue_id: int, offset: int, limit: int) -> IssueDetail | None:
        return self.day.issue(issue_id, offset, limit)

    def signs(self, brands: Brands, period_days: int) -> IssueSigns:
        return self.told

    def sources(self, brands: Brands, issue_id: int, offset: int, limit: int) -> Sequence[PlaceCount]:
        return (
            PlaceCount(platform="feed", realm="forum.example", mentions=140, authors=120),
            PlaceCount(platform="x", realm="x.com", mentions=48, authors=43),
        )


def named_like(issues: Sequence[IssueFigures], issue_id: int, title: str) -> tuple[IssueFigures, ...]:
    """Return the figures of a day with those of issue 1 under this number and title."""
    return tuple(replace(one, issue_id=issue_id, title=title) if one.issue_id == 1 else one for one in issues)


def issue_room(desk: Desk, figures: ToldFigures, *, reader: Callable[[], Reader] | None = None) -> IssueParts:
    """Return the parts of the issue pages over this desk."""
    return issue_parts(desk.ledger, desk.status, desk.clock, figures, reader=reader)
