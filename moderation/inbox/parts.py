"""What the staff pages need from the rest of the product, wired by the bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from listener.model.figures import DigestFigures, SourceCoverage
from listener.model.issue import Signal
from listener.ports import Clock
from moderation.inbox.api.parts import ApiParts
from moderation.inbox.conversation_parts import ConversationParts
from moderation.inbox.dashboard_parts import DashboardParts
from moderation.inbox.delivery_parts import DeliveryParts
from moderation.inbox.feedback_parts import FeedbackPageParts
from moderation.inbox.invitation_parts import InvitationParts
from moderation.inbox.issue_parts import IssueParts
from moderation.inbox.knowledge_parts import AdviceParts, KnowledgeParts
from moderation.inbox.live import Live
from moderation.inbox.metrics_parts import MetricsParts
from moderation.inbox.one_state import OneState
from moderation.inbox.outbox_parts import OutboxParts
from moderation.inbox.page_records import CaseDetail, IssueDetail, IssuesNow
from moderation.inbox.people_parts import PeopleParts
from moderation.inbox.plan_parts import PlanParts
from moderation.inbox.queue_parts import QueueParts
from moderation.inbox.reply_parts import ReplyParts
from moderation.inbox.report_parts import ReportParts
from moderation.inbox.request_parts import RequestParts
from moderation.inbox.scope import PRIVATE_WANTS, Noted, ObjectBrands, TokenCheck, no_tokens, nowhere
from moderation.inbox.search_parts import SearchParts
from moderation.inbox.shadow_parts import ShadowParts
from moderation.inbox.sign_in import SignIn
from moderation.inbox.status_parts import StatusParts
from moderation.model.case import Reason
from moderation.model.person import Person
from moderation.workflows.export_rows import ExportRows

Room = TypeVar("Room")


def there(room: Room | None) -> Room:
    """Return a room's part where it must be: its routes are only added when it is."""
    if room is None:
        raise LookupError("a room lost its part")
    return room


def key_of(reason: Reason, language: str) -> str:  # noqa: ARG001 - a key is the same in every language
    """Return a reason's key, for which the pages have words of their own."""
    return reason.key


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffParts:
    """Everything the staff pages are built from. Every callable may block: the pages call them in a thread.

    - `issues()`: all issues now. `issue(issue_id, offset, limit)`: one with a page of its mentions, or None.
    - `queue`: what waits, and what is done to cases besides answering. `case(case_id)`: one, or None.
    - `signals(limit)`: the latest, newest first. `reason(signal, language)`: why, in one sentence. `why(reason, language)`: the words of
      a case's reason.
    - `digest()`: the figures of today's digest; `digest_markdown(language)`: the same as a file. `report`: the weekly report.
    - `coverage()`: one line per source.
    - `outbox`: the page about what leaves, None without one. `status`: the pages about public status, likewise. `invitations`: whom we
      ask, and why.
    - `objects`: whose each thing is. Without it somebody of some brands sees nothing that has a number. `within(brands)`: these parts
      as somebody of these brands sees them, `readers(parts)`: without what is said in private; use `seen_by`.
    - `people`: who works here and how they come in; without it links are the only way.
    - `noted(person, route, persons)`: writes down who read on past so many people. `tokens(token)`: who calls the API. `api`: what it
      does; None without one. `base_url`: where a proxy with TLS serves all this.
    - `issue_room`: the matrix, what people do to issues, one answer to everybody hit. Without it the issue pages only show.
    - `dashboard`: figures and charts of now, None without one. `exports`: rows as files; it is told who asks, and narrows to their brands.
    - `metrics`: counts for Prometheus; answers are timed where there are some.
    - `one_state()`: inside it everything read is from one moment.
    - `deliveries`: what is told to our own people, and what became of it.
    - `plans`: the channel grid and the rules of the matrix, None without them.
    - `live`: tells open pages what changed; without it they ask by themselves.
    - `languages`: languages of the pages, the first is the default. `invented` marks the demo on every page.
    """

    clock: Clock
    zone: ZoneInfo
    sign_in: SignIn
    brand: str
    issues: Callable[[], IssuesNow]
    issue: Callable[[int, int, int], IssueDetail | None]
    queue: QueueParts
    case: Callable[[int], CaseDetail | None]
    signals: Callable[[int], Sequence[Signal]]
    reason: Callable[[Signal, str], str]
    digest: Callable[[], DigestFigures]
    digest_markdown: Callable[[str], str]
    coverage: Callable[[], Sequence[SourceCoverage]]
    languages: tuple[str, ...] = ("nl", "en")
    invented: bool = False
    why: Callable[[Reason, str], str] = key_of
    outbox: OutboxParts | None = None
    shadow: ShadowParts | None = None
    plans: PlanParts | None = None
    status: StatusParts | None = None
    feedback: FeedbackPageParts | None = None
    invitations: InvitationParts | None = None
    live: Live | None = None
    issue_room: IssueParts | None = None
    conversation: ConversationParts | None = None
    reply: ReplyParts | None = None
    search: SearchParts | None = None
    knowledge: KnowledgeParts | None = None
    advice: AdviceParts | None = None
    dashboard: DashboardParts | None = None
    exports: ExportRows | None = None
    metrics: MetricsParts | None = None
    report: ReportParts | None = None
    deliveries: DeliveryParts | None = None
    objects: ObjectBrands | None = None
    within: Callable[[frozenset[str]], StaffParts] | None = None
    readers: Callable[[StaffParts], StaffParts] | None = None
    people: PeopleParts | None = None
    requests: RequestParts | None = None
    tokens: TokenCheck = no_tokens
    noted: Noted = nowhere
    api: ApiParts | None = None
    base_url: str = ""
    one_state: OneState = nullcontext

    def seen_by(self, person: Person) -> StaffParts:
        """Return these parts as this person sees them: lists, counts and files of their brands; the same object for every brand.

        Whoever only reads sees nothing of what is said in private, as far as `readers` knows how to leave it out. Raises `LookupError`
        when nobody wired how to see less brands: better no page than a page with too much.
        """
        mine = self
        if person.brands is not None:
            if self.within is None:
                raise LookupError("nothing knows how to show less than every brand")
            mine = self.within(person.brands)
        return mine if self.readers is None or person.may(PRIVATE_WANTS) else self.readers(mine)

    @property
    def actions(self) -> FeedbackPageParts | None:
        """The page about improvement actions is there when that about feedback is."""
        return self.feedback
