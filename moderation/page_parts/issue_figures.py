"""Figures of issues for the pages, counted once for everybody who looks at the same brands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from listener.insight.records import PlaceCount
from listener.model.figures import DigestFigures, SourceCoverage
from listener.parts import Listening
from moderation.inbox.choices import USUAL_DAYS
from moderation.inbox.issue_parts import IssueSigns
from moderation.inbox.page_records import IssueDetail, IssuesNow
from moderation.inbox.scope import Brands
from moderation.inbox.shown import digest_figures, issue_now, issues_now
from moderation.ledger.pulse import PulseLedger
from moderation.workflows.latest_figures import LatestFigures

MOST_PLACES = 12


@dataclass(frozen=True, slots=True)
class _Every:
    """All issues, as somebody of these brands sees them."""

    brands: Brands
    period_days: int


@dataclass(frozen=True, slots=True)
class _One:
    """One issue with a page of its texts."""

    brands: Brands
    issue_id: int
    offset: int
    limit: int


class IssueFiguresRoom:
    """Answers from what was counted a moment ago; `scoped` gives the listening half as far as it is about some brands."""

    def __init__(self, whole: Listening, scoped: Callable[[frozenset[str]], Listening]) -> None:
        self._whole = whole
        self._scoped = scoped
        mark, act = whole.ledger.analyses.last_seq, PulseLedger(whole.ledger.engine).acts
        self._every = LatestFigures(self._count_every, mark=mark, act=act)
        self._ones = LatestFigures(self._count_one, mark=mark, act=act)
        self._digests = LatestFigures(self._count_digest, mark=mark, act=act)
        self._coverage = LatestFigures(self._count_coverage, mark=mark, act=act)

    def issues(self, brands: Brands, period_days: int = USUAL_DAYS) -> IssuesNow:
        """Return all issues with the figures of the last `period_days`."""
        return self._every.get(_Every(brands, period_days))[0]

    def digest(self) -> DigestFigures:
        """Return the digest of this moment, for somebody of every brand."""
        return self._digests.get("digest")

    def coverage(self) -> Sequence[SourceCoverage]:
        """Return what each source saw and missed: counting what it brought takes a fifth of a second on a large home."""
        return self._coverage.get("coverage")

    def signs(self, brands: Brands, period_days: int = USUAL_DAYS) -> IssueSigns:
        """Return the causes and sentiments of each issue."""
        return self._every.get(_Every(brands, period_days))[1]

    def issue(self, brands: Brands, issue_id: int, offset: int, limit: int) -> IssueDetail | None:
        """Return one issue with a page of its texts; None when there is none."""
        return self._ones.get(_One(brands, issue_id, offset, limit))[0]

    def sources(self, brands: Brands, issue_id: int, offset: int, limit: int) -> tuple[PlaceCount, ...]:
        """Return where people speak about an issue, the busiest place first."""
        return self._ones.get(_One(brands, issue_id, offset, limit))[1]

    def _count_every(self, asked: _Every) -> tuple[IssuesNow, IssueSigns]:
        listening = self._seen_by(asked.brands)
        every = issues_now(listening, period_days=asked.period_days)
        return every, listening.insight.issue_signs(every.as_of)

    def _count_digest(self, _asked: str) -> DigestFigures:
        return digest_figures(self._whole)

    def _count_coverage(self, _asked: str) -> Sequence[SourceCoverage]:
        return self._whole.ledger.sources.coverage(self._whole.clock.now())

    def _count_one(self, asked: _One) -> tuple[IssueDetail | None, tuple[PlaceCount, ...]]:
        listening, every = self._seen_by(asked.brands), self.issues(asked.brands)
        detail = issue_now(listening, asked.issue_id, asked.offset, asked.limit, every=every)
        if detail is None:
            return None, ()
        return detail, tuple(listening.insight.issue_places(asked.issue_id, MOST_PLACES, as_of=detail.as_of))

    def _seen_by(self, brands: Brands) -> Listening:
        return self._whole if brands is None else self._scoped(brands)
