"""What the pages about public status need: records of the status desk, and callables that do what a person presses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from moderation.model.broadcast import Plan
from moderation.model.status import IssueStatus, StatusUpdate
from moderation.workflows.send_broadcast import ItemReport
from moderation.workflows.status_desk import StatusLine


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanShown:
    """A broadcast plan as its page shows it. `done_at` None: the caps let nothing leave. `live`: items nobody ticked may leave too.

    `seen` goes back with an approval: it names exactly what would leave of the plan as it was shown.
    """

    plan: Plan
    report: tuple[ItemReport, ...]
    done_at: datetime | None
    needs_second: bool
    live: bool
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWords:
    """What a person filled in for a new update: variables and subjects by language, and the promise."""

    status: IssueStatus
    variables: Mapping[str, Mapping[str, str]]
    subjects: Mapping[str, str]
    next_update_at: datetime | None
    corrects: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusParts:
    """Everything the pages about public status are built from. What raises `ActionError` is shown with its words.

    - `lines()`: issues with a public status or that grow in silence, first what needs somebody. `line(issue_id)`: one, or None.
    - `needs(status)`: names a person must fill in per language, and those they may. `promises(status)`: whether it asks for a moment.
    - `draft`, `publish`, `discard`: one update. `plan`, `shown`, `tick`, `approve`, `cancel`: one broadcast.
    - `words(language)`: the texts of status.yaml. `sent(report, language)`: where an outbox entry stands. `rule(names, language)`: words
      of rules, from their names with commas.
    """

    lines: Callable[[], Sequence[StatusLine]]
    line: Callable[[int], StatusLine | None]
    needs: Callable[[IssueStatus], tuple[frozenset[str], frozenset[str]]]
    promises: Callable[[IssueStatus], bool]
    draft: Callable[[int, NewWords, str], StatusUpdate]
    publish: Callable[[int, str], StatusUpdate]
    discard: Callable[[int, str], None]
    plan: Callable[[int, str, bool], Plan]
    shown: Callable[[int], PlanShown]
    tick: Callable[[int, int, str], None]
    approve: Callable[[int, str, str], Plan]
    cancel: Callable[[int, str], Plan]
    words: Callable[[str], Mapping[str, str]]
    sent: Callable[[ItemReport, str], str]
    rule: Callable[[str, str], str]
