"""A whole home with two brands: people of every role, and one thing of every kind for each brand. For tests of who may do what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from fastapi import FastAPI
from numpy.typing import NDArray
from sqlalchemy import func, insert, select

from listener.clock import ManualClock
from listener.ledger.transactions import writing
from listener.model.analysis import Analysis, AnalysisStep, NewEmbedding
from listener.model.issue import Membership, NewIssue
from listener.model.mention import BrandHit, Kept
from moderation.bootstrap import answering_on
from moderation.inbox.app import build_staff_app
from moderation.inbox.sign_in import SignIn
from moderation.ledger.people import PeopleLedger
from moderation.ledger.sessions import SessionLedger
from moderation.ledger.shadow import ShadowLedger
from moderation.ledger.tables_feedback import feedback, feedback_answer
from moderation.ledger.tables_invitations import invitation_event
from moderation.ledger.tables_knowledge import article, article_brand, article_version
from moderation.ledger.tables_outbox import alarm
from moderation.ledger.ways_in import TokenLedger
from moderation.model.account import How
from moderation.model.case import CaseRow
from moderation.model.invitation import JourneyKind, NewEvent
from moderation.model.object_kind import ObjectKind
from moderation.model.outbox import OutboxEntry
from moderation.model.person import RIGHTS, Role
from moderation.model.shadow import NewShadow, ShadowKind
from moderation.model.status import IssueStatus
from moderation.page_parts.staff import staff_parts
from moderation.parts import Answering
from moderation.settings import KlankbordSettings
from moderation.workflows.hold_tokens import HoldTokens
from moderation.workflows.manage_people import ManagePeople
from tests.fakes.desk import ANSWER, MORNING, mention
from tests.moderation.status.said import INVESTIGATING, SUBJECTS

OURS, THEIRS = "Stroomwerk", "Waterwerk"
BASE = "http://127.0.0.1:8642"
AUTHOR = "Anna de Groot"
WORDS = {OURS: "zwanenhals", THEIRS: "kwikstaart"}
"""A word in everything of a brand and in nothing of the other: what shows it shows that brand."""


@dataclass
class House:
    """An open home. `things` are the numbers of one thing per kind and brand; `cookies` and `tokens` are people's, by name."""

    home: Path
    parts: Answering
    clock: ManualClock
    sign_in: SignIn
    app: FastAPI
    people: ManagePeople
    hold: HoldTokens
    things: dict[ObjectKind, dict[str, int]] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, role: Role, brands: frozenset[str] | None = None) -> str:
        """Add somebody with a session; return the cookie's secret."""
        self.people.add(name, role, by="test", brands=brands)
        return self.cookie(name)

    def cookie(self, name: str) -> str:
        """Return the secret of a session of somebody, opened when there is none that lives."""
        if self.sign_in.session(self.cookies.get(name, "")) is None:
            account = self.people.named(name)
            secret = self.sign_in.open(account, name=account.person.name, how=How.LINK)
            assert secret is not None
            self.cookies[name] = secret
        return self.cookies[name]

    def token(self, name: str) -> str:
        """Return a token of somebody with every right of their role."""
        if name not in self.tokens:
            account = self.people.named(name)
            self.tokens[name] = self.hold.make(account, "test", RIGHTS[account.person.role], by="test")[0]
        return self.tokens[name]

    def csrf(self, cookie: str) -> str:
        """Return the form token of a session."""
        session = self.sign_in.session(cookie, touch=False)
        assert session is not None
        return session.csrf


@contextmanager
def open_house(home: Path, settings: Mapping[str, object] | None = None) -> Iterator[House]:
    """Open a home with two brands, and put one thing of every kind into each."""
    clock = ManualClock(MORNING)
    given = {"brands": [{"name": OURS}, {"name": THEIRS}], "outbox": {"account": "simulated:stroomloket"}, **(settings or {})}
    with answering_on(home, KlankbordSettings.model_validate(given), clock) as parts:
        engine = parts.listening.ledger.engine
        sessions = SessionLedger(engine)
        sign_in = SignIn(sessions, clock)
        house = House(
            home=home,
            parts=parts,
            clock=clock,
            sign_in=sign_in,
            app=build_staff_app(staff_parts(parts, sign_in)),
            people=ManagePeople(PeopleLedger(engine), sessions, clock, brands=(OURS, THEIRS)),
            hold=HoldTokens(TokenLedger(engine), clock),
        )
        house.add(AUTHOR, Role.ADMIN)
        for brand in (OURS, THEIRS):
            for kind, number in fill(house, brand).items():
                house.things.setdefault(kind, {})[brand] = number
        yield house


def fill(house: House, brand: str) -> dict[ObjectKind, int]:
    """Put one thing of every kind into a brand and return their numbers."""
    desk = house.parts.desk
    first, second = heard(house, brand)
    issue_id = issue_of(house, brand, [first, second])
    house.clock.advance(timedelta(minutes=11))
    desk.open_cases()
    row = next(one for one in desk.cases.rows() if first in one.mention_ids)
    other = next(one for one in desk.cases.rows() if second in one.mention_ids)
    act = desk.queueing.acts.claim(row.case_id, AUTHOR, row.version)
    desk.queueing.acts.claim(other.case_id, AUTHOR, other.version)
    draft = desk.inbox.draft_reply(row.case_id, AUTHOR, f"{ANSWER} {WORDS[brand]}")
    entry = desk.inbox.send(desk.inbox.draft_reply(other.case_id, AUTHOR, f"Dag, {ANSWER} {WORDS[brand]}").draft_id, AUTHOR)
    said = {language: {**given, "known": f"{given['known']} {WORDS[brand]}"} for language, given in INVESTIGATING.items()}
    update = desk.status.publish.draft(
        issue_id, IssueStatus.INVESTIGATING, said, AUTHOR, subjects=SUBJECTS, next_update_at=house.clock.now() + timedelta(hours=2)
    )
    desk.status.publish.publish(update.update_id, AUTHOR)
    plan = desk.status.planning.plan(update.update_id, AUTHOR)
    action = desk.feedback.improve.add(
        issue_id, owner=AUTHOR, due_on=date(2026, 4, 1), change=f"{WORDS[brand]} beter", done_when="af", by=AUTHOR
    )
    note = desk.conversation.notes.add(row.case_id, f"let op {WORDS[brand]}", AUTHOR)
    question = desk.conversation.questions.ask(row.case_id, "team techniek", f"weet jij {WORDS[brand]}?", AUTHOR)
    kinds = {
        ObjectKind.MENTION: first,
        ObjectKind.ISSUE: issue_id,
        ObjectKind.CASE: row.case_id,
        ObjectKind.DRAFT: draft.draft_id,
        ObjectKind.ENTRY: entry.entry_id,
        ObjectKind.UPDATE: update.update_id,
        ObjectKind.PLAN: plan.plan_id,
        ObjectKind.ACTION: action.action_id,
        ObjectKind.ACT: act.act_id,
        ObjectKind.NOTE: note.note_id,
        ObjectKind.QUESTION: question.question_id,
    }
    return kinds | rows_of(house, brand, first, row, entry)


def heard(house: House, brand: str) -> tuple[int, int]:
    """Let two people speak to a brand in threads of their own, and return the numbers of what they said."""
    ledger, at = house.parts.listening.ledger, house.clock.now()
    said = [mention(f"{brand}-{number}", f"{brand}: de {WORDS[brand]} lekt weer ({number})", posted_at=at) for number in (1, 2)]
    hit = BrandHit(brand=brand, directed=True, terms=(brand.lower(),))
    ledger.mentions.add_page([Kept(mention=one, hits=(hit,)) for one in said], source="feed", next_cursor=None, at=at)
    found = [ledger.mentions.find(one.key) for one in said]
    first, second = (one.mention_id for one in found if one is not None)
    return first, second


def _direction(number: int) -> NDArray[np.float32]:
    """Return a direction of meaning for a message, of unit length."""
    vector = np.zeros(384, dtype=np.float32)
    vector[number] = 1.0
    return vector


def issue_of(house: House, brand: str, ids: list[int]) -> int:
    """Put mentions into a new issue of their brand and return its number."""
    at = house.clock.now()
    step = AnalysisStep(
        at=at,
        analyses=tuple(Analysis(mention_id=one, revision=0, language="nl", card_id=one, text_hash=f"h{one}") for one in ids),
        embeddings=tuple(NewEmbedding(text_hash=f"h{one}", model=house.parts.listening.model_id, vector=_direction(one)) for one in ids),
        new_issues=(NewIssue(temporary_id=-1, title=f"{WORDS[brand]} lekt", created_at=at),),
        memberships=tuple(Membership(mention_id=one, issue_id=-1, by="model", reason="near", at=at) for one in ids),
    )
    return house.parts.listening.ledger.analyses.save(step)[-1]


def rows_of(house: House, brand: str, mention_id: int, case: CaseRow, entry: OutboxEntry) -> dict[ObjectKind, int]:
    """Keep what no person makes by a press: a shadow item, an alarm, a moment to ask at, an answer, a piece of knowledge."""
    desk, at, engine = house.parts.desk, house.clock.now(), house.parts.listening.ledger.engine
    new = NewShadow(
        kind=ShadowKind.INVITATION,
        subject="invitation_thread@1",
        post=entry.post,
        language="nl",
        template="invitation_thread@1",
        why={"because": "test"},
        at=at,
        key=f"shadow {brand}",
        case_id=case.case_id,
    )
    shadow, _ = ShadowLedger(engine).add(new)
    desk.alarms.raise_once("stuck", str(entry.entry_id), note=str(entry.entry_id), at=at)
    event = NewEvent(
        key=f"visit {brand}",
        kind=JourneyKind.CONVERSATION_CLOSED,
        platform=case.platform,
        realm=case.realm,
        thread_id=f"{brand}-1",
        mention_id=mention_id,
        person_key=f"person {brand}",
        happened_at=at,
        conversation_id=case.conversation_id,
        case_id=case.case_id,
        answered=True,
    )
    desk.inviting.ledger.add_events([event], at=at)
    desk.inviting.decide.once()
    with writing(engine) as tx:
        alarm_id = tx.execute(select(func.max(alarm.c.alarm_id))).scalar_one()
        event_id = tx.execute(select(func.max(invitation_event.c.event_id))).scalar_one()
        answered = {"source": "form", "channel": "feed", "language": "nl", "conversation_id": case.conversation_id, "begun_at": at}
        feedback_id = tx.execute(insert(feedback).values(answered).returning(feedback.c.feedback_id)).scalar_one()
        tx.execute(insert(feedback_answer).values(feedback_id=feedback_id, question="why", value=f"om de {WORDS[brand]}", at=at))
        known = {"state": "approved", "language": "nl", "made_by": AUTHOR, "made_at": at, "changed_at": at}
        article_id = tx.execute(insert(article).values(known).returning(article.c.article_id)).scalar_one()
        tx.execute(insert(article_brand).values(article_id=article_id, brand=brand))
        worded = {"question": f"Wat is een {WORDS[brand]}?", "answer": f"Een {WORDS[brand]}.", "made_by": AUTHOR, "made_at": at}
        tx.execute(insert(article_version).values(article_id=article_id, version=1, **worded))
    return {
        ObjectKind.ARTICLE: article_id,
        ObjectKind.SHADOW: shadow.shadow_id,
        ObjectKind.ALARM: alarm_id,
        ObjectKind.EVENT: event_id,
        ObjectKind.FEEDBACK: feedback_id,
    }
