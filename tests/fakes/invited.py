"""A desk with invitations put together for tests: links that are the same in every run, and a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from listener.model.analysis import Analysis, AnalysisStep
from listener.model.issue import Membership, NewIssue, Signal
from listener.model.mention import Author, Mention
from moderation.inviting import Inviting, inviting_on
from moderation.ledger.leave import LeaveLedger
from moderation.ledger.standing import StandingLedger
from moderation.ledger.status import StatusLedger
from moderation.model.case import CaseState
from moderation.model.invitation import KeptDecision
from moderation.workflows.invitation_ports import Around, InvitingSetup
from tests.fakes.desk import Desk, mention, open_desk, shipped_rules

BASE = "https://klankbord.example"
BRAND = "Stroomwerk"
DAYS = timedelta(days=1)


@dataclass
class CountedLinks:
    """Links by number instead of by chance."""

    made: list[str] = field(default_factory=list)

    def personal(self, conversation_id: int, *, issue_id: int | None, channel: str, language: str) -> str:
        return self._new(f"{BASE}/f/conversation-{conversation_id}-{issue_id}-{channel}-{language}")

    def open(self, issue_id: int | None, channel: str, language: str) -> str:
        return self._new(f"{BASE}/o/{issue_id}-{channel}-{language}")

    def _new(self, link: str) -> str:
        self.made.append(link)
        return link


@dataclass
class Invited:
    """A desk with its invitations."""

    desk: Desk
    inviting: Inviting
    statuses: StatusLedger
    leave: LeaveLedger
    standing: StandingLedger
    links: CountedLinks

    def talk(self, *mentions: Mention, answered: bool = True, close: bool = True) -> list[int]:
        """Let messages come in, answer them, close their cases, and return the mentions' ids."""
        ids = self.desk.hear(*mentions)
        self.end(answered=answered, close=close)
        return ids

    def end(self, *, answered: bool = True, close: bool = True) -> None:
        """End every case that waits."""
        desk, now = self.desk, self.desk.clock.now()
        for row in desk.cases.rows():
            if answered:
                note_answered(desk, row.case_id)
            if close:
                fresh = desk.cases.get(row.case_id)
                assert fresh is not None
                desk.cases.close(row.case_id, "anna", fresh.version, at=now)

    def wait(self, span: timedelta) -> None:
        """Let time go by, to an hour at which people are awake."""
        self.desk.clock.advance(span)

    def look(self) -> None:
        self.inviting.decide.once()

    def latest(self) -> list[KeptDecision]:
        """Return the latest decision about each event, oldest event first."""
        return sorted(self.inviting.ledger.decisions(), key=lambda one: one.event.event_id)

    def answers(self) -> list[str]:
        return [one.decision.answer.value for one in self.latest()]

    def why_not(self) -> set[str]:
        """Return every reason against in the latest decisions."""
        return {against.key for one in self.latest() for against in one.decision.why_not}

    def asked(self) -> list[tuple[str, str]]:
        """Return thread and text of whoever is asked, whether in shadow or not."""
        return [(one.event.thread_id, one.text) for one in self.latest() if one.event.state == "asked"]


def note_answered(desk: Desk, case_id: int) -> None:
    """Mark a case as answered now, as the gateway does when an answer was posted."""
    row = desk.cases.get(case_id)
    assert row is not None
    if row.state is CaseState.OPEN:
        desk.cases.claim(case_id, "anna", row.version, at=desk.clock.now())
    draft = desk.inbox.draft_reply(case_id, "anna", f"Dag, we keken met je mee ({case_id}, {desk.clock.now():%d %H:%M}).")
    desk.outbox.approve(draft.draft_id, "anna")


SETUP = InvitingSetup(brand=BRAND, wording=shipped_rules()[0], zone=ZoneInfo("Europe/Amsterdam"), base_url=BASE)


def rigged(desk: Desk, *, setup: InvitingSetup = SETUP, around: Callable[[Around], Around] = lambda one: one) -> Invited:
    """Put invitations on a desk; doing so again is a restart."""
    engine = desk.ledger.engine
    links, leave, statuses, standing = CountedLinks(), LeaveLedger(engine), StatusLedger(engine), StandingLedger(engine)
    rooms = Around(
        leave=leave,
        languages=desk.ledger.analyses,
        shadow=desk.shadow,
        standing=standing,
        outbox=desk.outbox,
        links=links,
        statuses=statuses,
    )
    inviting = inviting_on(
        desk.ledger,
        drafts=desk.drafts,
        counts=desk.counts,
        precheck=desk.precheck,
        around=around(rooms),
        setup=setup,
        clock=desk.clock,
    )
    return Invited(desk=desk, inviting=inviting, statuses=statuses, leave=leave, standing=standing, links=links)


@contextmanager
def open_invited(home: Path, *, setup: InvitingSetup = SETUP, **given: Any) -> Iterator[Invited]:
    with open_desk(home, native_key=False, **given) as desk:
        yield rigged(desk, setup=setup)


def rule(**changes: Any) -> InvitingSetup:
    """Return the usual setup with another rule."""
    return replace(SETUP, rule=replace(SETUP.rule, **changes))


def said(native_id: str = "1", *, person: str = "", text: str = "Weer geen stroom", thread: str = "", **changes: Any) -> Mention:
    """Return a message by `person` in `thread`."""
    author = Author(platform="feed", realm="forum.example", native_id=person or f"u-{native_id}", name="Naam")
    return mention(native_id, text, **({"author": author, "root_id": thread} | changes))


def issue_of(desk: Desk, ids: list[int]) -> int:
    """Put mentions into a new issue and return its id."""
    at = desk.clock.now()
    step = AnalysisStep(
        at=at,
        analyses=tuple(Analysis(mention_id=one, revision=0, language="nl", card_id=one, text_hash=f"h{one}") for one in ids),
        new_issues=(NewIssue(temporary_id=-1, title="stroom weg", created_at=at),),
        memberships=tuple(Membership(mention_id=one, issue_id=-1, by="model", reason="near", at=at) for one in ids),
    )
    return desk.ledger.analyses.save(step)[-1]


def signal(desk: Desk, ids: list[int], *, kind: str = "burst", issue_id: int | None = None) -> None:
    """Raise a signal about mentions now."""
    at = desk.clock.now()
    raised = Signal(kind=kind, issue_id=issue_id, at=at, seen=9, usual=0.1, p_value=1e-9, window_hours=12, mention_ids=tuple(ids))
    desk.ledger.analyses.save(AnalysisStep(at=at, signals=(raised,)))
