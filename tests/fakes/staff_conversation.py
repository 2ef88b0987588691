"""An invented conversation on a ledger of its own, for the page that shows it: messages, posts, colleagues' words, other moments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from listener.model.analysis import Analysis, AnalysisStep, Label
from listener.model.issue import Membership, NewIssue
from listener.model.mention import Author, BrandHit, Kept, Mention
from moderation.conversation_desk import ConversationDesk, conversation_desk
from moderation.inbox.page_records import CaseDetail, QueueEntry
from moderation.inbox.shown import named, shown_mention
from moderation.ledger.case_acts import CaseActLedger
from moderation.model.outbox import OutboxEntry
from moderation.page_parts.conversation import conversation_parts
from moderation.workflows.case_acts import CaseActs, Colleagues
from moderation.workflows.open_cases import open_cases
from tests.fakes.desk import Desk, open_desk, shipped_rules
from tests.fakes.staff import AGENT, StaffDay
from tests.fakes.staff_figures import NOW, issue_figures
from tests.fakes.staff_queue import QueueDay

MEREL = Author(platform="discourse", realm="praat.example", native_id="merel_v", name="Merel Visser")
MEREL_TOO = Author(platform="mastodon", realm="toet.example", native_id="merelv@toet.example", name="Merel Visser")
HELPER = Author(platform="discourse", realm="praat.example", native_id="joostklust", name="Joost")
SAID = "Al sinds vanochtend geen stroom in Velmerdam. Mijn klantnummer is 20-114477, kan iemand me bellen?"
ANSWER = "Wat vervelend, Merel. We zoeken het nu uit; mag ik vragen of de buren het ook hebben?"


@dataclass
class TalkDay:
    """A desk with conversations on it. `rooms()` are the parts of the staff pages that are told by it."""

    desk: Desk
    talks: ConversationDesk
    colleagues: Colleagues = field(default_factory=lambda: Colleagues(names=frozenset({AGENT, "Bram Vos"}), teams=frozenset({"netbeheer"})))

    def rooms(self, **changed: Any) -> dict[str, Any]:
        """Return what replaces the same parts of a `StaffDay`."""
        room = replace(conversation_parts(self.talks), colleagues=lambda: self.colleagues)
        return {
            "conversation": room,
            "case": self.case,
            "clock": self.desk.clock,
            "queue": replace(
                QueueDay(StaffDay()).parts(),
                undo=lambda act_id, person: self.talks.acts.undo(act_id, person.name),
                together=self.talks.acts.together,
                can_be_undone=self.talks.acts.can_be_undone,
            ),
            **changed,
        }

    def case(self, case_id: int) -> CaseDetail | None:
        """Return a case as `page_parts/staff.py` does, with the figures of an invented issue."""
        found = self.desk.inbox.show(case_id)
        if found is None or not found.mentions:
            return None
        case, last = found.summary, found.mentions[-1]
        issue = issue_figures()[0] if case.issue_id is not None else None
        entry = QueueEntry(
            case_id=case_id,
            version=case.version,
            brand=case.brand,
            state=case.state.value,
            holder=case.holder,
            urgency=case.urgency / 100,
            why=(),
            waiting_since=case.waiting_since,
            mention_count=len(case.mention_ids),
            opening=shown_mention(last, author=named(last)),
            issue_id=case.issue_id,
            issue_title=issue.title if issue else "",
        )
        shown = tuple(shown_mention(one, author=named(one)) for one in found.mentions)
        return CaseDetail(entry=entry, mentions=shown, issue=replace(issue, issue_id=case.issue_id) if issue and case.issue_id else None)

    def first(self) -> int:
        """Return the case of the first conversation."""
        return self.desk.cases.rows()[0].case_id

    def claimed(self, case_id: int, agent: str = AGENT) -> int:
        """Take a case and return the version it has then."""
        row = self.desk.cases.get(case_id)
        assert row is not None
        self.desk.inbox.claim(case_id, agent, row.version)
        return row.version + 1

    def approved(self, case_id: int, text: str = ANSWER, agent: str = AGENT) -> OutboxEntry:
        """Answer a case that the agent holds."""
        return self.desk.inbox.send(self.desk.inbox.draft_reply(case_id, agent, text).draft_id, agent)

    def hear(self, *mentions: Mention, directed: bool = True) -> list[int]:
        """Let messages come in, and open their cases."""
        hit = BrandHit(brand="Zoemvolt", directed=directed, terms=("zoemvolt",))
        self.desk.ledger.mentions.add_page(
            [Kept(mention=one, hits=(hit,) if directed else ()) for one in mentions],
            source="feed",
            next_cursor=None,
            at=self.desk.clock.now(),
        )
        self.desk.clock.advance(timedelta(minutes=11))
        open_cases(self.desk.ledger, self.desk.cases, now=self.desk.clock.now())
        self.talks.read_signs.once()
        return [found.mention_id for one in mentions if (found := self.desk.ledger.mentions.find(one.key)) is not None]

    def label(self, mention_ids: list[int], *labels: tuple[str, str], issue: str = "") -> None:
        """Let the analyser say something about messages, and perhaps put them into one new issue."""
        at = self.desk.clock.now()
        said = tuple(Label(name=name, value=value, probability=0.9, model="m") for name, value in labels)
        analyses = tuple(
            Analysis(mention_id=one, revision=0, language="nl", card_id=one, text_hash=f"h{one}", labels=said) for one in mention_ids
        )
        members = tuple(Membership(mention_id=one, issue_id=-1, by="model", reason="near", at=at) for one in mention_ids)
        new = (NewIssue(temporary_id=-1, title=issue, created_at=at),) if issue else ()
        self.desk.ledger.analyses.save(AnalysisStep(at=at, analyses=analyses, new_issues=new, memberships=members if issue else ()))


def post(number: str, text: str, who: Author, *, minutes: int = 0, thread: str = "t1", **changes: Any) -> Mention:
    """Return a message posted some minutes before now."""
    fields: dict[str, Any] = {
        "platform": who.platform,
        "realm": who.realm,
        "native_id": number,
        "author": who,
        "text": text,
        "posted_at": NOW - timedelta(minutes=minutes),
        "url": f"https://{who.realm}/p/{number}",
        "root_id": thread,
    }
    return Mention(**{**fields, **changes})


@contextmanager
def open_talk_day(home: Path, *, start: datetime = NOW - timedelta(hours=2)) -> Iterator[TalkDay]:
    """Open a day on a folder: an empty one when that is fresh, else the one that was left there."""
    with open_desk(home, start=start) as desk:
        talks = conversation_desk(
            desk.ledger,
            desk.clock,
            acts=CaseActs(CaseActLedger(desk.ledger.engine), desk.clock),
            outbox=desk.outbox,
            precheck=desk.precheck,
            wording=shipped_rules()[0],
            signature=lambda by: by,
        )
        yield TalkDay(desk=desk, talks=talks)


def a_full_conversation(day: TalkDay) -> int:
    """Let a whole conversation happen, with everything that can stand beside one; return its case."""
    imported = post(
        "call-1", "Belde over geen stroom, klantnummer 20-114477", replace(MEREL, platform="import", realm="crm"), minutes=200, thread=""
    )
    day.desk.ledger.mentions.add_page(
        [Kept(mention=replace(imported, channel="phone"))], source="import:crm", next_cursor=None, at=day.desk.clock.now()
    )
    first = day.hear(post("d1", SAID, MEREL, minutes=110))
    day.label(first, ("sentiment", "negative"), ("cause", "service_failed"), ("question", "yes"), issue="Storing in Velmerdam")
    day.hear(post("m1", "Mijn bestelling 20-114477 komt ook al niet @zoemvolt", MEREL_TOO, minutes=100, thread="m1"))
    day.hear(post("h1", "Bij mij hielp het om de hoofdschakelaar om te zetten.", HELPER, minutes=60), directed=False)
    case_id = day.first()
    day.claimed(case_id)
    day.approved(case_id)
    day.hear(post("d2", "De buren ook. Het is nu kwart voor drie, hebben jullie al iets?", MEREL, minutes=9))
    day.talks.notes.add(case_id, "Terugbellen na vier uur, ze heeft een baby.", AGENT)
    day.talks.questions.ask(case_id, "team netbeheer", "Is de storing in de Vogelbuurt bij jullie bekend?", AGENT)
    issue = day.desk.cases.get(case_id)
    assert issue is not None
    assert issue.issue_id is not None
    day.desk.clock.advance(NOW - day.desk.clock.now())
    day.talks.notes.plan(issue.issue_id, "Monteur is om half vier ter plaatse.", "Bram Vos", until=None)
    return case_id
