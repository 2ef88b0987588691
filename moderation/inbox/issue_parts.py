"""What the pages about issues are built from: figures, the matrix, what people do to issues, and one answer to everybody hit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from listener.insight.records import PlaceCount
from moderation.inbox.page_records import IssueDetail, IssuesNow
from moderation.inbox.scope import Brands
from moderation.model.broadcast import NewItem, Plan
from moderation.model.matrix import Place
from moderation.model.person import Person
from moderation.model.tone import ToneHit
from moderation.workflows.edit_issues import EditIssues
from moderation.workflows.issue_timeline import Happened
from moderation.workflows.plan_answers import Affected

IssueSigns = Mapping[int, Mapping[tuple[str, str], int]]
"""Issue id → how many of its mentions have each ("cause", value) and each ("sentiment", value)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueParts:
    """Callables of the issue pages. Every one may block.

    - `places(brands, period_days)`: where each issue sits in the matrix.
    - `sources(brands, issue_id, offset, limit)`: where people speak of an issue.
    - `issues(brands, period_days)`: their figures; `issue(brands, issue_id, offset, limit)`: one with a page of its texts.
    - `edits`: what people do. `happened(issue_id)`: its timeline, newest first.
    - `affected` (`affected_count`: how many), `plans` and `plan`: one answer to everybody hit; `items`: what `plan` would keep.
    - `tone(text, language)`: words in it that put people off.
    - `templates(language)`: texts of replies to begin with, as (title, text).
    """

    issues: Callable[[Brands, int], IssuesNow]
    issue: Callable[[Brands, int, int, int], IssueDetail | None]
    places: Callable[[Brands, int], Mapping[int, Place]]
    sources: Callable[[Brands, int, int, int], Sequence[PlaceCount]]
    edits: EditIssues
    happened: Callable[[int], Sequence[Happened]]
    affected: Callable[[int, Person], Sequence[Affected]]
    affected_count: Callable[[int, Person], int]
    plans: Callable[[int], Sequence[Plan]]
    plan: Callable[[int, Collection[int], Mapping[str, str], str, Person], Plan]
    items: Callable[[int, Collection[int], Mapping[str, str], str, Person], Sequence[NewItem]]
    tone: Callable[[str, str], Sequence[ToneHit]]
    templates: Callable[[str], Sequence[tuple[str, str]]]
