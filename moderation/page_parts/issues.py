"""What the issue pages are fed with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from listener.insight.records import PlaceCount
from listener.issues.prepare import Reader
from listener.ledger.ledger import Ledger
from listener.ports import Clock
from moderation.inbox.issue_parts import IssueParts, IssueSigns
from moderation.inbox.page_records import IssueDetail, IssuesNow
from moderation.inbox.scope import Brands
from moderation.ledger.actions import ActionLedger
from moderation.ledger.grid import MatrixLedger
from moderation.ledger.issue_places import IssuePlaceLedger
from moderation.ledger.object_brands import ObjectBrandLedger
from moderation.ledger.reply_templates import ReplyTemplateLedger
from moderation.messages.fill import names_in
from moderation.model.broadcast import NewItem, Plan
from moderation.model.matrix import Place, Quadrant
from moderation.model.object_kind import ObjectKind
from moderation.model.person import Person
from moderation.model.tone import ToneHit
from moderation.reports.matrix import start_place
from moderation.tone.check import tone_hits
from moderation.workflows.edit_issues import EditIssues
from moderation.workflows.issue_timeline import IssueTimeline
from moderation.workflows.keep_matrix import KeepMatrix
from moderation.workflows.load_tone import load_tone_words
from moderation.workflows.plan_answers import NAMES, Affected
from moderation.workflows.status_desk import StatusDesk


class Figures(Protocol):
    """Knows the figures of issues. `moderation/page_parts/issue_figures.py`."""

    def issues(self, brands: Brands, period_days: int) -> IssuesNow:
        """Return all issues with the figures of the last `period_days`."""
        ...

    def issue(self, brands: Brands, issue_id: int, offset: int, limit: int) -> IssueDetail | None:
        """Return one issue with a page of its texts; None when there is none."""
        ...

    def signs(self, brands: Brands, period_days: int) -> IssueSigns:
        """Return the causes and sentiments of each issue."""
        ...

    def sources(self, brands: Brands, issue_id: int, offset: int, limit: int) -> Sequence[PlaceCount]:
        """Return where people speak about an issue, the busiest place first."""
        ...


def issue_parts(ledger: Ledger, status: StatusDesk, clock: Clock, figures: Figures, *, reader: Callable[[], Reader] | None) -> IssueParts:
    """Return the parts of the issue pages over an open ledger. `reader` reads texts as the analyser does; None: nothing is split here."""
    engine = ledger.engine
    corrected, templates, matrix = IssuePlaceLedger(engine), ReplyTemplateLedger(engine), KeepMatrix(MatrixLedger(engine), clock)
    timeline = IssueTimeline(ledger, corrected, status.status, status.broadcasts, ActionLedger(engine))

    def places(brands: Brands, period_days: int) -> Mapping[int, Place]:
        signs, chosen = figures.signs(brands, period_days), corrected.all()
        rules = matrix.rules()
        found = {issue_id: start_place(signs.get(issue_id, {}), rules) for issue_id in {*signs, *chosen}}
        for issue_id, (quadrant, by, at) in chosen.items():
            start = found[issue_id]
            found[issue_id] = Place(quadrant=Quadrant(quadrant), by=by, at=at, cause=start.cause, negative=start.negative)
        return found

    def beginnings(language: str) -> Sequence[tuple[str, str]]:
        """Return the team's own templates that name nothing which differs per conversation, beside the customer."""
        return [(one.title, one.text) for one in templates.all(language) if set(names_in(one.text)) <= set(NAMES)]

    def whose(issue_ids: Iterable[int]) -> Mapping[int, frozenset[str]]:
        return ObjectBrandLedger(engine).brands_of_many(ObjectKind.ISSUE, issue_ids)

    def affected(issue_id: int, person: Person) -> Sequence[Affected]:
        return status.answers.affected(issue_id, person=person)

    def affected_count(issue_id: int, person: Person) -> int:
        return status.answers.affected_count(issue_id, person=person)

    def plan(issue_id: int, case_ids: Collection[int], texts: Mapping[str, str], who: str, person: Person) -> Plan:
        return status.answers.plan(issue_id, case_ids, texts, who, person=person)

    def items(issue_id: int, case_ids: Collection[int], texts: Mapping[str, str], who: str, person: Person) -> Sequence[NewItem]:
        return status.answers.items(issue_id, case_ids, texts, who, person=person)

    return IssueParts(
        issues=figures.issues,
        issue=figures.issue,
        places=places,
        sources=figures.sources,
        edits=EditIssues(ledger, corrected, clock, whose=whose, reader=reader),
        happened=timeline.of,
        affected=affected,
        affected_count=affected_count,
        plans=status.answers.plans,
        plan=plan,
        items=items,
        tone=_tone,
        templates=beginnings,
    )


def _tone(text: str, language: str) -> Sequence[ToneHit]:
    return tone_hits(text, load_tone_words(language))
